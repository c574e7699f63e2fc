import "./style.css";
import { embeddedResults } from "./data/decode";
import { show } from "./page";

show(await embeddedResults());
