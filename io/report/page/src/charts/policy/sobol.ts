import { table } from "../../data/result";
import { general } from "../../numbers";
import { fixedWord, w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has, referenceOf } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";
import { policyScenario, strategyOf, thresholdControl } from "./rows";

const most = 20;

export const sobol: Chart = {
  id: "sobol",
  title: () => w("Sobol indices", "Sobol 指数"),
  caption: () => w("Shares of the variance of the incremental net benefit. Dot: the group alone (first order); square: with all its interactions (total). Bars: 95 % intervals.", "增量净效益方差的占比。圆点：单独（一阶）；方块：含全部交互（总效应）。误差线：95% 区间。"),
  exists: has("/sensitivity/sobol"),
  controls: (result) => {
    const of = table(result, "/sensitivity/sobol")!;
    const names = of.distinct<string>("strategy").filter((name) => name !== referenceOf(result, "policy"));
    return [policyScenario(result), thresholdControl(of), strategyOf(result, names)];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, "/sensitivity/sobol")!;
    const rows = of.where({ scenario: context.choice("scenario"), threshold: Number(context.choice("threshold")), strategy: context.choice("policy-strategy") }).sort((a, b) => of.number("rank", a) - of.number("rank", b));
    const drawn = rows.filter((row) => Number.isFinite(of.number("total", row))).slice(0, most);
    if (drawn.length === 0) return undefined;
    const rest = "everything else"; // as the program calls what no group of the study has
    const name = (row: number): string => (of.text("group", row) === rest ? fixedWord(rest) : of.text("group", row));
    const points = (["first", "total"] as const).flatMap((kind) => drawn.map((row) => ({
      key: String(row), kind, value: of.number(kind, row), low: of.number(`${kind}_lower`, row), high: of.number(`${kind}_upper`, row),
      tip: `${name(row)}\n${kind === "first" ? w("first order", "一阶") : w("total", "总效应")}: ${general(of.number(kind, row), 3)} (${general(of.number(`${kind}_lower`, row), 3)} – ${general(of.number(`${kind}_upper`, row), 3)})`,
    })));
    const labels = labelsFor(drawn.map(name), context.width);
    const of1 = points.filter((point) => point.kind === "first");
    const of2 = points.filter((point) => point.kind === "total");
    const picture = plot({
      width: context.width, height: 66 + 28 * drawn.length, marginLeft: labels.margin, marginRight: 20,
      x: { label: w("share of the variance", "方差占比"), grid: true, nice: true, zero: true },
      y: { type: "band", domain: drawn.map(String), tickFormat: (key: string) => labels.fit(name(Number(key))), label: null, tickSize: 0 },
      marks: [
        Plot.ruleX([0]),
        Plot.ruleY(of1, { y: "key", x1: "low", x2: "high", stroke: "var(--s0)", strokeWidth: 1.6, dy: -4 }), Plot.dot(of1, { y: "key", x: "value", fill: "var(--s0)", r: 4, dy: -4 }),
        Plot.ruleY(of2, { y: "key", x1: "low", x2: "high", stroke: "var(--s1)", strokeWidth: 1.6, dy: 5 }), Plot.dot(of2, { y: "key", x: "value", fill: "var(--s1)", symbol: "square", r: 4, dy: 5 }), tips(points, { x: "value", y: "key" }),
      ],
    });
    return { picture, legend: [{ name: w("first order", "一阶"), kind: "dot", color: "var(--s0)" }, { name: w("total", "总效应"), kind: "dot", color: "var(--s1)", symbol: "square" }], data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Sobol indices of ${drawn.length} groups; the largest is ${name(drawn[0]!)}`, `${drawn.length} 组参数的 Sobol 指数；最大为 ${name(drawn[0]!)}`) };
  },
};
