import { sayStrength } from "../charts/evidence/strength";
import type { Control } from "../charts/chart";
import { scenarios, stanceOf, sweptColumns } from "../charts/common";
import { type Result, type Table, table } from "../data/result";
import { general, whole } from "../numbers";
import { state } from "../state";
import { controlView } from "../ui/controls";
import { h, named } from "../ui/dom";
import { fixedWord, language, w } from "../words";

/** Every parameter with its value, uncertainty, source and strength; what nobody measured is marked. */

/** Parameters are told by stance; of a sweep, as they are where they are not swept. */
function stanceChosen(options: string[], fallback: string): string {
  const wanted = stanceOf(state.get("scenario") ?? fallback);
  return options.includes(wanted) ? wanted : (options[0] ?? "");
}

/** The stances as scenarios of the setting that is chosen, so that the charts and the address follow. */
function stanceControl(result: Result, stances: string[]): Control {
  const all = scenarios(result);
  const current = state.get("scenario") ?? all[0] ?? "";
  const setting = current.slice(stanceOf(current).length);
  const options = stances.map((stance) => (all.includes(stance + setting) ? stance + setting : (all.find((scenario) => stanceOf(scenario) === stance) ?? stance)));
  return { key: "scenario", label: w("stance", "立场"), options, fallback: options[0] ?? "", say: stanceOf };
}

const rowsAtOnce = 60;
const weak = new Set(["assumed", "recalled"]);

/** "lognormal, 95 % 0.45 to 2.2": the law with its numbers where the result has them. */
function sayLaw(of: Table, at: number): string {
  const kind = of.text("uncertainty", at), law = fixedWord(kind);
  if (kind === "fixed" || !of.has("lower")) return law;
  if (kind === "bernoulli") return w(`${law}, 1 with probability ${general(of.number("probability", at))}`, `${law}，取 1 的概率 ${general(of.number("probability", at))}`);
  const [low, high] = [whole(of.number("lower", at)), whole(of.number("upper", at))];
  return w(`${law}, 95 % ${low} to ${high}`, `${law}，95% ${low} 至 ${high}`);
}

function row(of: Table, at: number): HTMLElement {
  const strength = of.text("strength", at);
  return h("tr", { class: weak.has(strength) ? "weak" : "" },
    h("td", {}, named(of.text("parameter", at)), h("small", { class: "meaning" }, named(fixedWord(of.text("meaning", at))))),
    h("td", { class: "number", "data-head": w("value", "值") }, whole(of.number("value", at)), of.text("unit", at) && of.text("unit", at) !== "1" ? h("small", {}, " ", named(fixedWord(of.text("unit", at)))) : null),
    h("td", { "data-head": w("uncertainty", "不确定性") }, sayLaw(of, at)),
    h("td", {}, h("span", { class: `badge ${weak.has(strength) ? "weak" : "strong"}` }, `${weak.has(strength) ? "⚠ " : ""}${sayStrength(strength)}`)),
    h("td", { class: "source" }, named(of.text("source", at))));
}

/** Parameters that the tornado found to move the answer come first. */
function order(result: Result, of: Table, rows: number[]): number[] {
  const tornado = table(result, "/sensitivity/tornado");
  if (!tornado) return rows;
  const span = new Map<string, number>();
  for (let at = 0; at < tornado.rows; ++at) for (const name of [tornado.text("parameter", at), tornado.text("member", at)]) span.set(name, Math.max(span.get(name) ?? 0, tornado.number("span", at)));
  return [...rows].sort((a, b) => (span.get(of.text("parameter", b)) ?? 0) - (span.get(of.text("parameter", a)) ?? 0));
}

export function assumptions(result: Result): HTMLElement | null {
  const of = table(result, "/parameters");
  if (!of) return null;
  const body = h("tbody");
  const more = h("button", { type: "button", class: "more" });
  const count = h("p", { class: "note", role: "status" });
  const filter = h("input", { type: "search", placeholder: w("find a parameter or source", "查找参数或来源"), "aria-label": w("find a parameter or source", "查找参数或来源") });
  const stances = of.distinct<string>("scenario");
  const choice = h("span", {});
  const swept = sweptColumns(result);
  const strength = { key: "strength", label: w("strength", "强度"), options: ["all", "weak", "strong"], fallback: "all", say: (option: string) => ({ all: w("all", "全部"), weak: w("assumed or recalled", "假定或回忆"), strong: w("derived or found", "推导或见于文献") })[option] ?? option };
  const fill = (): void => {
    if (!choice.contains(document.activeElement)) choice.replaceChildren(controlView(stanceControl(result, stances)) ?? "");
    const wanted = filter.value.toLowerCase();
    const kind = state.get("strength") ?? "all";
    const all = order(result, of, of.where({ scenario: stanceChosen(stances, stances[0] ?? "") }));
    const rows = all.filter((at) => (kind === "all" || weak.has(of.text("strength", at)) === (kind === "weak")) && [of.text("parameter", at), of.text("source", at), of.text("meaning", at), fixedWord(of.text("meaning", at))].some((text) => text.toLowerCase().includes(wanted)));
    const weakOnes = all.filter((at) => weak.has(of.text("strength", at))).length;
    count.textContent = w(`${weakOnes} of ${all.length} parameters rest on assumption or recollection (⚠); ${rows.length} are listed${table(result, "/sensitivity/tornado") ? ", those that move the answer first" : ""}.`, `${all.length} 个参数中有 ${weakOnes} 个基于假定或回忆（⚠）；列出 ${rows.length} 个${table(result, "/sensitivity/tornado") ? "，对结论影响大者在前" : ""}。`);
    body.replaceChildren();
    let here = 0;
    const add = (): void => {
      for (const at of rows.slice(here, here + rowsAtOnce)) body.append(row(of, at));
      here = Math.min(here + rowsAtOnce, rows.length);
      more.hidden = here >= rows.length;
      more.textContent = w(`More parameters (${here} of ${rows.length} shown)`, `更多参数（已显示 ${here} / ${rows.length}）`);
    };
    more.onclick = add;
    add();
  };
  filter.addEventListener("input", fill);
  state.on(["scenario", "strength"], fill);
  fill();
  const heads = [w("parameter", "参数"), w("value", "值"), w("uncertainty", "不确定性"), w("strength", "强度"), w("source", "来源")];
  const label = w("What was assumed", "所作假定");
  return h("div", {}, h("div", { class: "controls" }, choice, controlView(strength), h("label", { class: "control" }, h("span", {}, w("find", "查找")), filter)), count,
    language() === "zh" ? h("p", { class: "note" }, "“来源”一栏引自证据文件的原文（英文），未作翻译。") : null,
    swept.length > 0 ? h("p", { class: "note" }, w(`Swept, so not as listed here: ${swept.join(", ")}.`, `以下取值被扫描，不以此处所列为准：${swept.join("、")}。`)) : null,
    h("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": label }, h("table", { class: "parameters" }, h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), body)), more);
}
