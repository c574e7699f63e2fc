import { type Table, table } from "../../data/result";
import { amount, general, money, z95 } from "../../numbers";
import { styleAt } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { heat, inkOn, plot, Plot, ramp, stacked, tips } from "../plotting";
import { perChild, policyScenario, short, strategyOf, thresholdControl } from "./rows";

const pairOf = (of: Table, row: number): string => `${of.number("value_1", row)} ${of.number("value_2", row)}`;

/** The pairs of values at which a second strategy is as good as the best one, as far as the Monte Carlo error tells. */
function undecided(of: Table, rows: number[]): Set<string> {
  const pairs = new Map<string, number[]>();
  for (const row of rows) pairs.set(pairOf(of, row), [...(pairs.get(pairOf(of, row)) ?? []), row]);
  const isNear = (own: number[]): boolean => {
    const all = [{ inb: 0, error: 0 }, ...own.map((row) => ({ inb: of.number("inb", row), error: of.number("inb_mcse", row) }))]; // the reference first
    const best = all.reduce((top, each) => (each.inb > top.inb ? each : top));
    return all.some((each) => each !== best && best.inb - each.inb <= z95 * Math.hypot(best.error, each.error));
  };
  return new Set([...pairs].filter(([, own]) => isNear(own)).map(([pair]) => pair));
}

export const twoWay: Chart = {
  id: "two-way",
  title: () => w("Two parameters together", "两个参数同时变化"),
  caption: () => w("Incremental net benefit over all pairs of values. The letter names the best strategy of the pair; ○: another one cannot be told from it (within 1.96 standard errors).", "所有取值组合的增量净效益；字母表示该组合的最佳方案；○：另有方案与其无法区分（1.96 个标准误之内）。"),
  exists: has("/sensitivity/grid"),
  controls: (result) => {
    const of = table(result, "/sensitivity/grid")!;
    const pairs = [...new Set(Array.from({ length: of.rows }, (_, row) => `${of.text("parameter_1", row)} × ${of.text("parameter_2", row)}`))];
    const names = of.distinct<string>("strategy");
    return [policyScenario(result), thresholdControl(of), { key: "pair", label: w("parameters", "参数"), options: pairs, fallback: pairs[0]! }, strategyOf(result, names)];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, "/sensitivity/grid")!;
    const [first, second] = context.choice("pair").split(" × ");
    const rows = of.where({ scenario: context.choice("scenario"), threshold: Number(context.choice("threshold")), strategy: context.choice("policy-strategy"), parameter_1: first, parameter_2: second });
    if (rows.length === 0) return undefined;
    const best = of.distinct<string>("best", rows);
    const near = undecided(of, of.where({ scenario: context.choice("scenario"), threshold: Number(context.choice("threshold")), parameter_1: first, parameter_2: second }));
    const cells = rows.map((row) => ({ x: of.number("value_1", row), y: of.number("value_2", row), inb: of.number("inb", row), letter: `${String.fromCharCode(65 + best.indexOf(of.text("best", row)))}${near.has(pairOf(of, row)) ? " ○" : ""}`, tip: `${first} = ${general(of.number("value_1", row))}\n${second} = ${general(of.number("value_2", row))}\n${w("net benefit", "净效益")} ${money(of.number("inb", row), of.number("inb_mcse", row))}\n${w("best", "最佳")}: ${of.text("best", row)}` }));
    const scale = heat(cells.map((cell) => cell.inb));
    const color = Plot.scale({ color: scale })!;
    const sorted = (values: number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
    const ys = sorted(cells.map((cell) => cell.y));
    const picture = plot({
      width: context.width, height: 90 + 30 * ys.length, marginLeft: 66, padding: 0.03,
      x: { type: "band", domain: sorted(cells.map((cell) => cell.x)), label: first, tickFormat: amount }, y: { type: "band", domain: ys, reverse: true, label: second, tickFormat: amount }, color: scale,
      marks: [Plot.cell(cells, { x: "x", y: "y", fill: "inb" }), Plot.text(cells, { x: "x", y: "y", text: "letter", fill: (cell: { inb: number }) => inkOn(color, cell.inb) }), tips(cells, { x: "x", y: "y" })],
    });
    return { picture: stacked(ramp({ ...scale, tickFormat: short } as never, w(`incremental net benefit [${perChild(context.result)}]`, `增量净效益 [${perChild(context.result)}]`), context.width), picture), legend: best.map((name, place) => ({ name: `${String.fromCharCode(65 + place)}: ${name}`, kind: "ring", color: styleAt(0).color })), data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Net benefit over ${cells.length} pairs of ${first} and ${second}`, `${first} 与 ${second} 的 ${cells.length} 种组合的净效益`) };
  },
};
