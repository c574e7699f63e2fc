import { chinese } from "./chinese";
import { state } from "./state";

export type Language = "en" | "zh";

const ofBrowser: Language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

/** The language of the interface: as chosen, else that of the browser. */
export function language(): Language {
  const chosen = state.get("lang");
  if (chosen === "en" || chosen === "zh") return chosen;
  return ofBrowser;
}

/** What the page says, in both of its languages side by side. Names and texts of the result stay as they are, but for those of `fixedWord`. */
export const w = (english: string, chinese: string): string => (language() === "zh" ? chinese : english);

/** A fixed word of the program's own tables in the language of the page; what is in brackets behind it, the case of a parameter, stays. */
export function fixedWord(english: string): string {
  if (language() === "en") return english;
  const [, words = english, bracket = ""] = /^(.*?)( \[[^\]]*\])?$/.exec(english) ?? [];
  return (chinese[words] ?? words) + bracket;
}
