import type { Chart, Context, Control, Drawing } from "../charts/chart";
import type { Result } from "../data/result";
import { state } from "../state";
import { w } from "../words";
import { onSharedAxes } from "../charts/plotting";
import { chosen, controlView } from "./controls";
import { saveCsv, tableView } from "./data_table";
import { differencesView } from "./differences";
import { h } from "./dom";
import { savePng, saveSvg, standalone } from "./download";
import { legend } from "./series";

const narrowest = 300;

function contextOf(chart: Chart, result: Result, width: number): Context {
  const controls = new Map((chart.controls?.(result) ?? []).map((control) => [control.key, control]));
  const choices = (key: string): string[] => {
    const control = controls.get(key);
    return control ? chosen(control) : [];
  };
  return { result, width, choices, choice: (key) => choices(key)[0] ?? "" };
}

function svgsOf(drawing: Drawing, picture: Element, width: number): SVGSVGElement[] {
  const found = picture instanceof SVGSVGElement ? [picture] : [...picture.querySelectorAll<SVGSVGElement>(":scope > svg, :scope > * > svg")];
  return drawing.legend?.length ? [legend(drawing.legend, width), ...found] : found;
}

/** Buttons and the table behind the picture. */
function below(chart: Chart, drawing: Drawing, stem: string, width: number): HTMLElement {
  const title = chart.title();
  const picture = (): string => standalone(title, svgsOf(drawing, drawing.picture, width));
  const button = (label: string, act: () => void): HTMLElement =>
    h("button", { type: "button", "aria-label": w(`${title}: save as ${label}`, `${title}：保存为 ${label}`), click: act }, label);
  const details = h("details", { class: "behind" }, h("summary", {}, w(`Table (${drawing.data.rows.length} rows)`, `数据表（${drawing.data.rows.length} 行）`)));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(tableView(drawing.data, title));
  });
  return h("div", { class: "below" },
    h("div", { class: "buttons" }, button("CSV", () => saveCsv(stem, drawing.data)), button("SVG", () => saveSvg(stem, picture())), button("PNG", () => void savePng(stem, picture()))),
    details);
}

const stemOf = (chart: Chart, result: Result): string => `${result.name.replace(/\.h5$/, "").replace(/[^\p{L}\p{N}_-]+/gu, "-").slice(0, 60)}-${chart.id}`;

function panel(chart: Chart, result: Result, drawing: Drawing, width: number, several: boolean): HTMLElement {
  for (const group of drawing.picture.querySelectorAll("g[aria-label]")) group.setAttribute("role", "group"); // Plot names its marks
  drawing.picture.setAttribute("role", "img");
  drawing.picture.setAttribute("aria-label", drawing.summary);
  return h("div", { class: "panel", style: `width:${width}px` },
    several ? h("p", { class: "which" }, result.name) : null,
    drawing.legend?.length ? legend(drawing.legend, width) : null,
    h("div", { class: "picture" }, drawing.picture),
    drawing.story?.length ? h("ul", { class: "story" }, ...drawing.story.map((sentence) => h("li", {}, sentence))) : null,
    drawing.note ? h("p", { class: "note" }, drawing.note) : null,
    below(chart, drawing, stemOf(chart, result), width));
}

/** The controls of some charts and results: of the same key one, with the options of all. */
export function mergedControls(charts: Chart[], results: Result[]): Control[] {
  const all = results.flatMap((result) => charts.flatMap((chart) => (chart.exists(result) ? (chart.controls?.(result) ?? []) : [])));
  const options = (key: string): string[] => [...new Set(all.filter((other) => other.key === key).flatMap((other) => other.options))];
  return [...new Map([...all].reverse().map((control) => [control.key, control])).values()].reverse().map((control) => ({ ...control, options: options(control.key) }));
}

/** A chart with its title, choices, downloads and table, of each result that has it; drawn anew when a choice or the width changes. */
export function figure(chart: Chart, all: Result[], shared: Set<string>): HTMLElement | null {
  const results = all.filter((result) => chart.exists(result));
  if (results.length === 0) return null;
  const controls = mergedControls([chart], results);
  const own = (): Control[] => mergedControls([chart], results).filter(({ key, hidden }) => !shared.has(key) && !hidden?.());
  const place = h("div", { class: results.length > 1 ? "panels side" : "panels" });
  const choices = h("div", { class: "controls" });
  const frame = h("figure", { id: chart.id, class: chart.wide || results.length > 1 ? "chart wide" : "chart", tabindex: -1 }, h("figcaption", {}, h("h3", {}, chart.title()), h("p", {}, chart.caption())), choices, place);
  let drawnAt = 0;
  const draw = (): void => {
    const available = place.clientWidth || narrowest;
    drawnAt = available;
    const sideBySide = results.length > 1 && available >= 2 * narrowest + 24;
    const width = Math.max(narrowest, sideBySide ? (available - 24) / results.length : available);
    const drawAll = (): { result: Result; drawing: Drawing }[] => results.flatMap((result) => {
      const drawing = chart.draw(contextOf(chart, result, Math.floor(width)));
      return drawing ? { result, drawing } : [];
    });
    const drawn = results.length > 1 ? onSharedAxes(drawAll) : drawAll();
    const panels = drawn.map(({ result, drawing }) => panel(chart, result, drawing, Math.floor(width), all.length > 1));
    const difference = drawn.length > 1 ? differencesView(results, drawn.map(({ drawing }) => drawing.data), chart.title(), stemOf(chart, results[0]!)) : null;
    if (difference) panels.push(difference);
    place.replaceChildren(...(panels.length > 0 ? panels : [h("p", { class: "note" }, w("Nothing to draw with these choices.", "在这些选择下没有可绘制的内容。"))]));
  };
  choices.replaceChildren(...own().flatMap((control) => controlView(control) ?? []));
  const syncControls = (): void => {
    const reader = choices.contains(document.activeElement) ? (document.activeElement as HTMLElement) : undefined;
    if (reader && !reader.dataset.key) return; // the reader is in an open list
    choices.replaceChildren(...own().flatMap((control) => controlView(control) ?? []));
    if (reader) choices.querySelector<HTMLElement>(`[data-key="${CSS.escape(reader.dataset.key!)}"]`)?.focus();
  };
  state.on(controls.map((control) => control.key), () => {
    syncControls();
    draw();
  });
  let waiting = 0;
  new ResizeObserver(() => {
    if (Math.abs(place.clientWidth - drawnAt) < 8) return;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  }).observe(place);
  return frame;
}
