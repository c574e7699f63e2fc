import { table } from "../../data/result";
import { money } from "../../numbers";
import { fixedWord, w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { currency, effect, others, policyScenario, short } from "./rows";
import { fillsOf, labelsFor, outline, plot, Plot, tips } from "../plotting";

export const budget: Chart = {
  id: "budget-impact",
  title: () => w("Budget impact", "预算影响"),
  caption: () => w("What a payer spends more (or less) each year with the new mix of strategies than with the mix as it is, not discounted. It carries no interval: parameters are at their point values.", "采用新方案组合后每年较现状多（或少）支出的金额，未贴现。参数取点值，故无区间。"),
  exists: has("/policy/budget_impact"),
  controls: (result) => [policyScenario(result)],
  draw(context): Drawing | undefined {
    const of = table(context.result, "/policy/budget_impact")!;
    const rows = of.where({ scenario: context.choice("scenario") });
    if (rows.length === 0) return undefined;
    const years = rows.map((row) => of.number("year", row));
    const kinds = [w("treatment", "治疗"), w("care", "照护")];
    const bars = rows.flatMap((row) => kinds.map((kind, place) => {
      const name = place === 0 ? "treatment_cost" : "care_cost";
      return { year: of.number("year", row), kind, place, value: of.number(`${name}_after`, row) - of.number(`${name}_before`, row) };
    }));
    const totals = rows.map((row) => ({ year: of.number("year", row), value: of.number("budget_impact", row), tip: `${w("year", "第")} ${of.number("year", row)}${w("", "年")}\n${w("budget impact", "预算影响")} ${money(of.number("budget_impact", row))}\n${w("turns", "接受治疗")} ${money(of.number("turns_backlog", row) + of.number("turns_births", row))}\n${w("put off", "推迟")} ${money(of.number("put_off", row))}` }));
    const picture = plot({
      width: context.width, height: 320, marginLeft: 64,
      x: { type: "band", domain: years, label: w("budget year", "预算年"), padding: 0.35 }, y: { label: `${currency(context.result)}`, grid: true, nice: true, tickFormat: short },
      marks: [Plot.barY(bars, Plot.stackY({ x: "year", y: "value", fill: (bar: { place: number }) => `var(--s${bar.place === 0 ? 0 : 5})` })), Plot.ruleY([0]), Plot.dot(totals, { x: "year", y: "value", fill: "currentColor", symbol: "diamond", r: 6, stroke: "var(--paper)" }), tips(totals, { x: "year", y: "value" })],
    });
    return { picture, legend: [{ name: kinds[0]!, kind: "box", color: "var(--s0)" }, { name: kinds[1]!, kind: "box", color: "var(--s5)" }, { name: w("budget impact", "预算影响"), kind: "dot", symbol: "diamond", color: "currentColor" }], data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Budget impact of ${rows.length} years, the last ${money(of.number("budget_impact", rows.at(-1)!))}`, `${rows.length} 年的预算影响，末年 ${money(of.number("budget_impact", rows.at(-1)!))}`) };
  },
};

export const costs: Chart = {
  id: "costs",
  wide: true,
  title: () => w("What the further cost is made of", "增量成本的构成"),
  caption: () => w("Discounted cost over the reference, by component; below zero is saved.", "相对参照的贴现成本，按组成；零以下为节省。"),
  exists: has("/policy/costs"),
  controls: (result) => [policyScenario(result)],
  draw(context): Drawing | undefined {
    const of = table(context.result, "/policy/costs")!;
    const names = others(context.result).slice(0, 30);
    const rows = of.where({ scenario: context.choice("scenario") }).filter((row) => names.includes(of.text("strategy", row)));
    const bars = rows.map((row) => ({ strategy: of.text("strategy", row), component: fixedWord(of.text("component", row)), value: of.number("cost_increment", row) })).filter((bar) => Math.abs(bar.value) > 0);
    if (bars.length === 0) return undefined;
    const size = new Map<string, number>();
    for (const bar of bars) size.set(bar.component, Math.max(size.get(bar.component) ?? 0, Math.abs(bar.value)));
    const components = [...size.keys()].sort((a, b) => size.get(b)! - size.get(a)!);
    const kept = components.slice(0, 6);
    const rest = w("all others", "其他");
    const grouped = new Map<string, { strategy: string; component: string; value: number; tip: string }>();
    for (const bar of bars) {
      const component = kept.includes(bar.component) ? bar.component : rest;
      const key = `${bar.strategy}\n${component}`;
      const so = (grouped.get(key)?.value ?? 0) + bar.value;
      grouped.set(key, { strategy: bar.strategy, component, value: so, tip: `${bar.strategy}\n${component}: ${money(so)} ${currency(context.result)}` });
    }
    const stack = [...kept, ...(components.length > kept.length ? [rest] : [])];
    const fills = fillsOf(stack.length);
    const fillOf = (component: string): string => fills[stack.indexOf(component)]!;
    const labels = labelsFor(names, context.width);
    const data = [...grouped.values()];
    const picture = plot({
      width: context.width, height: 70 + 28 * names.length, marginLeft: labels.margin, marginRight: 20,
      x: { label: w(`further cost [${currency(context.result)} per child]`, `增量成本 [${currency(context.result)} / 每名儿童]`), grid: true, nice: true, tickFormat: short }, y: { type: "band", domain: names, tickFormat: labels.fit, label: null, tickSize: 0, padding: 0.2 },
      marks: [Plot.barX(data, Plot.stackX({ y: "strategy", x: "value", fill: (bar: { component: string }) => fillOf(bar.component), ...outline, order: [...kept, rest], z: "component" } as never)), Plot.ruleX([0]), Plot.tip(data, Plot.pointerY(Plot.stackX({ y: "strategy", x: "value", z: "component", title: "tip" } as never)))],
    });
    return { picture, legend: stack.map((name) => ({ name, kind: "box", color: fillOf(name) })), data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Stacked bars of the further cost of ${names.length} strategies over ${effect(context.result)}`, `${names.length} 个方案增量成本的堆叠条形图`) };
  },
};
