import type { Chart } from "../charts/chart";
import type { Result } from "../data/result";
import { state } from "../state";
import { w } from "../words";
import { controlView } from "./controls";
import { h } from "./dom";
import { figure, mergedControls } from "./figure";

/** The charts of a section, and above them the choices that several of them share. */
export function chartSection(charts: Chart[], results: Result[]): (HTMLElement | null)[] {
  const there = charts.filter((chart) => results.some((result) => chart.exists(result)));
  if (there.length === 0) return [];
  const uses = new Map<string, number>();
  for (const chart of there) for (const { key } of mergedControls([chart], results)) uses.set(key, (uses.get(key) ?? 0) + 1);
  const shared = mergedControls(there, results).filter(({ key, options }) => uses.get(key)! > 1 && options.length > 1);
  const bar = h("div", { class: "controls shared", role: "group", "aria-label": w("Choices for this section", "本节的选项") });
  const fill = (): void => {
    if (!bar.contains(document.activeElement)) bar.replaceChildren(...shared.flatMap((control) => controlView(control) ?? []));
  };
  fill();
  state.on(shared.map(({ key }) => key), fill);
  const keys = new Set(shared.map(({ key }) => key));
  return [shared.length > 0 ? bar : null, h("div", { class: "charts" }, ...there.map((chart) => figure(chart, results, keys)))].filter((part) => part !== null);
}
