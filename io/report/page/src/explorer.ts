import "./style.css";
import { NotOurs, readResult } from "./data/hdf5";
import type { Result } from "./data/result";
import { type Extras, show } from "./page";
import { h } from "./ui/dom";
import { w } from "./words";

/** A page that opens any result file, or two side by side. Nothing leaves the machine. */

const sentences: Record<NotOurs["reason"], () => string> = {
  notHdf5: () => w("is no HDF5 file (its first bytes say so). Choose a result file of vcohort run.", "不是 HDF5 文件（由首字节判断）。请选择 vcohort run 的结果文件。"),
  damaged: () => w("is damaged (HDF5 cannot read it). Check it with vcohort show, and copy it again.", "已损坏（HDF5 无法读取）。请用 vcohort show 检查并重新复制。"),
  notResult: () => w("is an HDF5 file, but no result of vcohort. Choose a result file of vcohort run.", "是 HDF5 文件，但不是 vcohort 的结果。请选择 vcohort run 的结果文件。"),
  isPart: () => w("is a part, which covers some blocks only. Join the parts with vcohort merge.", "只是部分结果，仅含若干数据块。请用 vcohort merge 合并。"),
  otherLayout: () => w("has a layout that this page does not know. Use the explorer of the version that made it.", "的格式版本未知。请使用生成它的版本所带的浏览页。"),
};

let results: Result[] = [];
const most = 2; // that stand side by side
let problem = "";

async function open(files: File[], add: boolean): Promise<void> {
  const left = files.slice(most).map(({ name }) => name).join(", ");
  problem = left ? w(`Two results at most stand side by side: ${left} was left out.`, `最多并列两个结果：未打开 ${left}。`) : "";
  const read: Result[] = [];
  for (const file of files.slice(0, most)) {
    try {
      read.push(await readResult(file));
    } catch (reason) {
      problem = `${problem} ${file.name} ${reason instanceof NotOurs ? sentences[reason.reason]() : sentences.damaged()}`.trim();
    }
  }
  if (read.length > 0) results = [...(add ? results.slice(0, 1) : []), ...read].slice(0, most);
  refresh();
}

function chooser(label: string, add: boolean): HTMLElement {
  const input = h("input", { type: "file", accept: ".h5,.hdf5", multiple: !add, hidden: true });
  input.addEventListener("change", () => void open([...(input.files ?? [])], add));
  return h("span", {}, input, h("button", { type: "button", click: () => input.click() }, label));
}

function extras(): Extras {
  const sentence = problem ? h("p", { class: "problem", role: "alert" }, problem) : null;
  if (results.length > 0)
    return { top: sentence ?? undefined, tools: [chooser(w("Open", "打开"), false), chooser(w("Compare with", "与…比较"), true)] };
  const language = w("中文", "English");
  return {
    top: h("main", { class: "welcome" }, h("h1", {}, w("vcohort explorer", "vcohort 结果浏览")), sentence,
      h("p", {}, w("Drop a result file here, or two to compare them. Nothing leaves your machine.", "将一个结果文件拖到此处；拖入两个可进行比较。数据不会离开您的电脑。")),
      chooser(w("Choose a result file", "选择结果文件"), false),
      h("p", {}, h("a", { href: w("#lang=zh", "#lang=en") }, language)),
      h("p", { class: "note" }, w("A research tool, no medical advice.", "研究工具，不构成医疗建议。"))),
  };
}

const refresh = (): void => show(results, extras);

addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  void open([...(event.dataTransfer?.files ?? [])], false);
});
refresh();
