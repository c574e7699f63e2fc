import { state } from "./state";

export type Language = "en" | "zh";

const ofBrowser: Language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

/** The language of the interface: as chosen, else that of the browser. */
export function language(): Language {
  const chosen = state.get("lang");
  if (chosen === "en" || chosen === "zh") return chosen;
  return ofBrowser;
}

/** What the page says, in both of its languages side by side. Names and texts of the result stay as they are. */
export const w = (english: string, chinese: string): string => (language() === "zh" ? chinese : english);
