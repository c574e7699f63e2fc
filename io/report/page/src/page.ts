import { cohortCard } from "./answer/cohort";
import { type Card, cardView } from "./answer/card";
import { policyCard } from "./answer/policy";
import { runCard } from "./answer/run";
import { trialCard } from "./answer/trial";
import { chartsOf, type SectionName, sectionNames } from "./charts/all";
import { titleOf } from "./charts/common";
import type { Result } from "./data/result";
import { assumptions } from "./sections/assumptions";
import { asked, reproduce } from "./sections/reproduce";
import { sureness } from "./sections/sureness";
import { tables } from "./sections/tables";
import { state } from "./state";
import { h, named } from "./ui/dom";
import { chartSection } from "./ui/chart_section";
import { language, w } from "./words";

/** The page: the answer, the charts of each question, then what stands behind them. */

export interface Extras {
  top?: HTMLElement; // what stands above the title
  tools?: HTMLElement[];
}

const sayings: Record<SectionName, () => string> = {
  cohort: () => w("Cohort", "队列"), trial: () => w("Trial", "试验"), policy: () => w("Policy", "政策"), evidence: () => w("Evidence", "证据"),
};

function cards(result: Result): Card[] {
  return [trialCard(result), policyCard(result), cohortCard(result), runCard(result)].flatMap((card) => card ?? []);
}

const narrow = 640;

function foldedCards(all: Card[]): HTMLElement[] {
  const folded = innerWidth <= narrow && all.length > 2;
  return all.map((card) => cardView(card, folded && card.id !== "run"));
}

function answers(results: Result[]): HTMLElement {
  const grid = h("div", { class: results.length > 1 ? "results" : "" });
  const fill = (): void =>
    grid.replaceChildren(...results.map((result) => h("div", {}, results.length > 1 ? h("p", { class: "which" }, named(result.name)) : null, h("div", { class: "cards" }, ...foldedCards(cards(result))))));
  fill();
  state.on(["target"], fill);
  return h("section", { id: "answer", "aria-label": w("The answer", "结论") }, grid, h("p", { class: "advice" }, w("A research tool, no medical advice. ± is one Monte Carlo standard error.", "研究工具，不构成医疗建议。± 为一个蒙特卡罗标准误。")));
}

function header(results: Result[], extras: Extras): HTMLElement {
  const button = (label: string, description: string, act: () => void): HTMLElement => h("button", { type: "button", title: description, "aria-label": description, click: act }, label);
  const dark = document.documentElement.dataset.theme === "dark";
  const titles = [...new Set(results.map(titleOf))];
  return h("header", { class: "top" },
    h("div", { class: "titles" }, h("p", { class: "brand" }, "vcohort"), h("h1", {}, ...titles.flatMap((title, at) => [at > 0 ? " / " : null, named(title)]))),
    h("div", { class: "tools" }, ...(extras.tools ?? []),
      button(language() === "zh" ? "English" : "中文", language() === "zh" ? "Read this page in English" : "用中文阅读本页", () => state.set("lang", language() === "zh" ? "en" : "zh")),
      button(dark ? "☀" : "☾", dark ? w("light colours", "浅色") : w("dark colours", "深色"), () => state.set("theme", dark ? "light" : "dark")),
      button(w("Print", "打印"), w("Print, or save as PDF", "打印或保存为 PDF"), () => print())));
}

function section(id: string, title: string, content: (HTMLElement | null)[], results?: Result[]): HTMLElement | null {
  const there = content.filter((part) => part !== null);
  if (there.length === 0) return null;
  const named2 = results && results.length > 1 && there.length === results.length ? there.map((part, at) => h("div", {}, h("p", { class: "which" }, named(results[at]!.name)), part)) : there;
  return h("section", { id, tabindex: -1 }, h("h2", {}, title), ...named2);
}

function body(results: Result[]): HTMLElement[] {
  const charts = sectionNames.map((name) => section(name, sayings[name](), chartSection(chartsOf(name), results)));
  return [
    ...charts,
    section("sure", w("How sure is this", "可靠程度"), results.map(sureness), results),
    section("assumed", w("What was assumed", "所作假定"), results.map(assumptions), results),
    section("asked", w("What was asked", "所提问题"), results.map(asked), results),
    section("reproduce", w("How to reproduce it", "如何复现"), results.map(reproduce), results),
    section("tables", w("All tables", "全部数据表"), results.map(tables), results),
  ].filter((part) => part !== null);
}

function navigation(parts: HTMLElement[]): HTMLElement {
  const go = (part: HTMLElement): void => {
    part.scrollIntoView({ block: "start" });
    part.focus({ preventScroll: true });
  };
  return h("nav", { class: "parts", "aria-label": w("Parts of this page", "本页各部分") }, ...parts.map((part) => h("button", { type: "button", click: () => go(part) }, part.querySelector("h2")?.textContent ?? "")));
}

/** Theme and language of the document, from the address or else the system. */
function dress(): void {
  const chosen = state.get("theme");
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.lang = language() === "zh" ? "zh-Hans" : "en";
}

/** Builds the page anew: at first, and when language, theme or results change. */
export function show(results: Result[], extras: () => Extras = () => ({})): void {
  const page = document.getElementById("page")!;
  const build = (): void => {
    dress();
    state.forget();
    const made = extras();
    document.title = results.length > 0 ? `${results.map(titleOf).join(" / ")} - vcohort` : "vcohort explorer";
    const parts = results.length > 0 ? body(results) : [];
    page.replaceChildren(...[
      made.top, results.length > 0 ? header(results, made) : null,
      results.length > 0 ? h("main", {}, answers(results), navigation(parts), ...parts, footer(results)) : null,
    ].filter((part) => part !== null && part !== undefined));
    state.on(["lang", "theme"], build);
  };
  build();
}

const footer = (results: Result[]): HTMLElement =>
  h("footer", {}, results.some((result) => result.tables.has("/parameters")) ? h("p", {}, w("Assumption-driven: most parameters were never measured. A research tool, no medical advice.", "基于假定：多数参数从未被测量。研究工具，不构成医疗建议。")) : null, h("p", {}, ...[...new Set(results.map((result) => `vcohort ${result.header.engine_version}`))]));
