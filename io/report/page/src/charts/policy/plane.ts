import { type Result, type Table, table } from "../../data/result";
import { money, withError } from "../../numbers";
import { w } from "../../words";
import { type Chart, type Context, dataOf, type Drawing } from "../chart";
import { has, referenceOf } from "../common";
import { plot, Plot, tips } from "../plotting";
import { currency, effect, firstThreshold, mostLines, policyScenario, short, strategySet, strategyStyles, summaryOf } from "./rows";

const dotsOfOne = 300;
const quantile95 = 5.991465; // of chi square with two degrees of freedom

interface Cloud {
  name: string;
  draws: { effect: number; cost: number }[];
  effect: number;
  cost: number;
  ellipse: { effect: number; cost: number }[];
}

/** Increments over the reference in the draws that are here. */
function increments(of: Table, rows: number[], reference: string): Map<string, { effect: number; cost: number }[]> {
  const base = new Map(rows.filter((row) => of.text("strategy", row) === reference).map((row) => [of.number("draw", row), row]));
  const found = new Map<string, { effect: number; cost: number }[]>();
  for (const row of rows) {
    const name = of.text("strategy", row);
    const other = base.get(of.number("draw", row));
    if (name === reference || other === undefined) continue;
    if (!found.has(name)) found.set(name, []);
    found.get(name)!.push({ effect: of.number("effect", row) - of.number("effect", other), cost: of.number("cost", row) - of.number("cost", other) });
  }
  return found;
}

function correlation(points: { effect: number; cost: number }[]): number {
  const mean = (of: (point: { effect: number; cost: number }) => number): number => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [effectMean, costMean] = [mean((point) => point.effect), mean((point) => point.cost)];
  const product = (a: (point: { effect: number; cost: number }) => number, b: (point: { effect: number; cost: number }) => number): number => mean((point) => a(point) * b(point));
  const dE = (point: { effect: number }): number => point.effect - effectMean;
  const dC = (point: { cost: number }): number => point.cost - costMean;
  const spread = Math.sqrt(product(dE, dE) * product(dC, dC));
  return spread > 0 ? product(dE, dC) / spread : 0;
}

/** Where 95 % of the draws lie if they are normal: mean and SD of the table, which leaves out the noise of patients; correlation of the draws. */
function ellipse(mean: [number, number], sd: [number, number], r: number): { effect: number; cost: number }[] {
  const radius = Math.sqrt(quantile95);
  return Array.from({ length: 73 }, (_, step) => {
    const angle = (step * Math.PI) / 36;
    const [u, v] = [Math.cos(angle), r * Math.cos(angle) + Math.sqrt(Math.max(0, 1 - r * r)) * Math.sin(angle)];
    return { effect: mean[0] + radius * sd[0] * u, cost: mean[1] + radius * sd[1] * v };
  });
}

function clouds(result: Result, context: Context): Cloud[] {
  const summary = summaryOf(result);
  const draws = table(result, "/policy/draws")!;
  const scenario = context.choice("scenario");
  const found = increments(draws, draws.where({ scenario }), referenceOf(result, "policy"));
  return summary.where({ scenario }).flatMap((row) => {
    const name = summary.text("strategy", row);
    const points = found.get(name);
    if (!points || !context.choices("policy-strategies").includes(name)) return [];
    const mean: [number, number] = [summary.number("effect_increment", row), summary.number("cost_increment", row)];
    const sd: [number, number] = [summary.number("effect_increment_sd", row), summary.number("cost_increment_sd", row)];
    return [{ name, draws: points.slice(0, dotsOfOne), effect: mean[0], cost: mean[1], ellipse: ellipse(mean, sd, correlation(points)) }];
  });
}

export const plane: Chart = {
  id: "ce-plane",
  title: () => w("Cost-effectiveness plane", "成本-效果平面"),
  caption: () => w("Increments over the reference. Dots: parameter draws; large symbols: means; ellipses: where 95 % of the draws lie, the noise of patients taken out. The line is the first willingness to pay: below it a strategy is worth its cost.", "相对参照的增量。小点：参数抽样；大符号：均值；椭圆：95% 抽样所在范围（已去除患者噪声）。斜线为第一支付意愿：线下方的方案物有所值。"),
  exists: (result) => has("/policy/draws")(result) && has("/policy/summary")(result),
  controls: (result) => [policyScenario(result), strategySet(result, mostLines)],
  draw(context): Drawing | undefined {
    const { result } = context;
    const all = clouds(result, context);
    if (all.length === 0) return undefined;
    const style = strategyStyles(result);
    const means = all.map((cloud) => ({ ...cloud, tip: `${cloud.name}\n${w("effect", "效果")} ${withError(cloud.effect, 0)} ${effect(result)}\n${w("cost", "成本")} ${money(cloud.cost)} ${currency(result)}` }));
    const extent = all.flatMap((cloud) => [...cloud.draws, ...cloud.ellipse]);
    const [low, high] = [Math.min(0, ...extent.map((point) => point.effect)), Math.max(0, ...extent.map((point) => point.effect))];
    const top = Math.max(0, ...extent.map((point) => point.cost));
    const bottom = Math.min(0, ...extent.map((point) => point.cost));
    const k = firstThreshold(result);
    const ends = [low, high].map((x) => ({ x: Math.min(Math.max(x, bottom / k), top / k) })).map(({ x }) => ({ x, y: k * x }));
    const picture = plot({
      width: context.width, height: 400, marginLeft: 64,
      x: { label: w(`incremental effect [${effect(result)} per child]`, `增量效果 [${effect(result)} / 每名儿童]`), grid: true, nice: true },
      y: { label: w(`incremental cost [${currency(result)} per child]`, `增量成本 [${currency(result)} / 每名儿童]`), grid: true, nice: true, tickFormat: short },
      marks: [
        Plot.ruleX([0], { stroke: "var(--soft)" }), Plot.ruleY([0], { stroke: "var(--soft)" }),
        Number.isFinite(k) && k > 0 ? Plot.line(ends, { x: "x", y: "y", stroke: "currentColor", strokeDasharray: "5 4" }) : null,
        ...all.map((cloud) => Plot.dot(cloud.draws, { x: "effect", y: "cost", fill: style(cloud.name).color, fillOpacity: 0.3, r: 1.6 })),
        ...all.map((cloud) => Plot.line(cloud.ellipse, { x: "effect", y: "cost", stroke: style(cloud.name).color, strokeWidth: 1.8, strokeDasharray: style(cloud.name).dash === "none" ? undefined : style(cloud.name).dash, curve: "linear-closed" })),
        ...all.map((cloud) => Plot.dot([cloud], { x: "effect", y: "cost", fill: style(cloud.name).color, symbol: style(cloud.name).symbol, r: 6, stroke: "var(--paper)" })),
        tips(means, { x: "effect", y: "cost" }),
      ],
    });
    const summary = summaryOf(result);
    const rows = summary.where({ scenario: context.choice("scenario") });
    const draws = table(result, "/policy/draws")!;
    return {
      picture, legend: [...all.map(({ name }) => ({ name, kind: "line" as const, color: style(name).color, dash: style(name).dash, symbol: style(name).symbol })), { name: w(`${money(k)} ${currency(result)} per ${effect(result)}`, `${money(k)} ${currency(result)} / ${effect(result)}`), kind: "rule", color: "currentColor", dash: "5 4" }],
      data: dataOf(summary, rows, ["scenario", "strategy", "cost_increment", "cost_increment_mcse", "cost_increment_sd", "cost_increment_lower", "cost_increment_upper", "effect_increment", "effect_increment_mcse", "effect_increment_sd", "effect_increment_lower", "effect_increment_upper"]),
      summary: w(`Plane of incremental cost and effect for ${all.length} strategies`, `${all.length} 个方案的增量成本与效果平面`),
      note: [all[0]!.draws.length >= dotsOfOne ? w(`Dots: the first ${dotsOfOne} draws.`, `小点：前 ${dotsOfOne} 次抽样。`) : "", draws.rows < draws.total ? w("Correlations are those of the draws in this file.", "相关系数取自本文件中的抽样。") : ""].join(" ").trim() || undefined,
    };
  },
};
