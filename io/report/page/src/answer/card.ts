import { h, named } from "../ui/dom";
import { w } from "../words";

/** Answers stand in cards: a sentence for each scenario, then facts. */

export interface Line {
  scenario?: string;
  text: string; // the answer itself
  detail?: string;
}
export interface Fact {
  name: string;
  value: string;
}
export interface Card {
  id: string;
  title: string;
  lines: Line[];
  facts: Fact[];
  remark?: string;
}

const mostLines = 4;

export function cardView(card: Card, folded = false): HTMLElement {
  const line = ({ scenario, text, detail }: Line): HTMLElement =>
    h("li", {}, scenario ? h("span", { class: "scenario" }, named(scenario)) : null, h("strong", {}, named(text)), detail ? h("span", { class: "detail" }, named(detail)) : null);
  const shown = card.lines.slice(0, mostLines);
  const rest = card.lines.slice(mostLines);
  return h("article", { class: `card answer-${card.id}` },
    h("h2", {}, card.title),
    card.lines.length > 0 ? h("ul", { class: "answers" }, ...shown.map(line)) : null,
    card.remark ? h("p", { class: "remark" }, card.remark) : null,
    rest.length > 0 ? h("details", {}, h("summary", {}, `+ ${rest.length}`), h("ul", { class: "answers" }, ...rest.slice(0, 200).map(line))) : null,
    factsView(card, folded));
}

/** On a narrow screen with several answers the facts are folded, so that every answer is seen at once. */
function factsView({ facts, title }: Card, folded: boolean): HTMLElement | null {
  if (facts.length === 0) return null;
  const list = h("dl", {}, ...facts.map(({ name, value }) => h("div", {}, h("dt", {}, name), h("dd", {}, named(value)))));
  return folded ? h("details", { class: "facts-folded" }, h("summary", { "aria-label": w(`more about: ${title}`, `详情：${title}`) }, w("more", "详情")), list) : list;
}
