import { sayStance } from "../charts/common";
import { h, named } from "../ui/dom";
import { w } from "../words";

/** Answers stand in cards: a sentence for each scenario, of a sweep a table of them, then facts. */

export interface Line {
  scenario?: string;
  text: string; // the answer itself
  detail?: string;
  brief?: string; // the detail in a few words, for the table of a sweep
  cells?: string[]; // the settings of a sweep, under the card's heads
}
export interface Fact {
  name: string;
  value: string;
}
export interface Card {
  id: string;
  title: string;
  headline?: string; // the answer over all lines
  heads?: string[]; // of a sweep
  lines: Line[];
  facts: Fact[];
  remark?: string;
}

const mostLines = 4;
const mostRows = 200;

/** A number stays with its error and its unit. */
const joined = (text: string): string => text.replace(/ ± /g, "\u00a0±\u00a0").replace(/(\d) (%|[A-Z]{3}\b)/g, "$1\u00a0$2");
const said = (text: string): HTMLElement => named(joined(text));

export function cardView(card: Card, folded = false): HTMLElement {
  return h("article", { class: `card answer-${card.id}` },
    h("h2", {}, card.title),
    card.headline ? h("p", { class: "headline" }, said(card.headline)) : null,
    card.heads?.length ? sweepView(card) : linesView(card),
    card.heads?.length && card.remark ? h("p", { class: "remark" }, card.remark) : null,
    factsView(card, folded));
}

function linesView(card: Card): HTMLElement | null {
  if (card.lines.length === 0) return null;
  const line = ({ scenario, text, detail }: Line): HTMLElement =>
    h("li", {}, scenario ? h("span", { class: "scenario" }, named(sayStance(scenario))) : null, h("strong", {}, said(text)), detail ? h("span", { class: "detail" }, said(detail)) : null);
  const rest = card.lines.slice(mostLines);
  return h("div", {},
    h("ul", { class: "answers" }, ...card.lines.slice(0, mostLines).map(line)),
    card.remark ? h("p", { class: "remark" }, card.remark) : null,
    rest.length > 0 ? h("details", {}, h("summary", {}, `+ ${rest.length}`), h("ul", { class: "answers" }, ...rest.slice(0, mostRows).map(line))) : null);
}

const fewHeads = 3;
const fewRows = 40; // that a phone shows whole

/** A row for each setting of a sweep; where its values would push the answer out of sight, the answer comes first. */
function sweepView({ heads = [], lines, title }: Card): HTMLElement {
  const inOrder = <T>(settings: T[], answer: T[]): T[] => (heads.length > fewHeads ? [...answer, ...settings] : [...settings, ...answer]);
  const row = ({ cells = [], text, brief }: Line): HTMLElement =>
    h("tr", {}, ...inOrder(cells.map((cell, at) => h("td", { "data-head": heads[at] }, named(cell))), [h("td", {}, h("strong", {}, said(text))), h("td", {}, said(brief ?? ""))]));
  const head = inOrder(heads, [w("answer", "结论"), ""]).map((name) => (name ? h("th", { scope: "col" }, name) : h("td", {})));
  const more = lines.length > mostRows ? h("p", { class: "note" }, w(`The first ${mostRows} of ${lines.length} settings; the tables have all.`, `${lines.length} 种设置中的前 ${mostRows} 种；数据表含全部。`)) : null;
  return h("div", {}, h("div", { class: `scroll sweep${lines.length > fewRows ? " many" : ""}`, tabindex: 0, role: "region", "aria-label": title }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...lines.slice(0, mostRows).map(row)))), more);
}

/** On a narrow screen with several answers the facts are folded, so that every answer is seen at once. */
function factsView({ facts, title }: Card, folded: boolean): HTMLElement | null {
  if (facts.length === 0) return null;
  const list = h("dl", {}, ...facts.map(({ name, value }) => h("div", {}, h("dt", {}, name), h("dd", {}, said(value)))));
  return folded ? h("details", { class: "facts-folded" }, h("summary", { "aria-label": w(`more about: ${title}`, `详情：${title}`) }, w("more", "详情")), list) : list;
}
