import { type Result, type Table, table } from "../../data/result";
import { money, withError, z95 } from "../../numbers";
import { styleAt } from "../../ui/series";
import { w } from "../../words";
import { type Chart, type Context, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { type Curve, curveLegend, curves, plot, Plot, tips } from "../plotting";
import { currency, firstThreshold, leaders, mostLines, others, perChild, policyScenario, short, strategySet, strategyStyles, willingness } from "./rows";

/** What is drawn against the willingness to pay: acceptability, expected loss, incremental net benefit, value of information. */

const ceacOf = (result: Result): Table => table(result, "/policy/ceac")!;

function curvesOf(context: Context, value: string, half: (row: number) => number, say: (row: number) => string, key = "policy-strategies"): { rows: number[]; all: Curve[] } {
  const of = ceacOf(context.result);
  const names = context.choices(key);
  const style = strategyStyles(context.result);
  const rows = of.where({ scenario: context.choice("scenario") });
  const all = names.map((name) => ({
    name, style: style(name),
    points: rows.filter((row) => of.text("strategy", row) === name).map((row) => {
      const [y, band] = [of.number(value, row), half(row)];
      return { x: of.number("k", row), y, lower: y - band, upper: y + band, tip: `${name}\n${money(of.number("k", row))}: ${say(row)}` };
    }),
  }));
  return { rows, all };
}

const thresholdRule = (result: Result) => Plot.ruleX([firstThreshold(result)].filter(Number.isFinite), { stroke: "var(--soft)", strokeDasharray: "4 3" });

const draw = (context: Context, all: Curve[], label: string, extra: Parameters<typeof plot>[0]["marks"] = [], domain?: [number, number]): SVGSVGElement => plot({
  width: context.width, height: 340, marginLeft: 60,
  x: { label: willingness(context.result), tickFormat: short }, y: { label, grid: true, nice: domain === undefined, ...(domain ? { domain } : { tickFormat: short }) },
  marks: [thresholdRule(context.result), ...curves(all, { dots: all.every((curve) => curve.points.length < 30) }), ...extra!, tips(all.flatMap((curve) => curve.points), { x: "x", y: "y" })],
});

const controls = (result: Result) => [policyScenario(result), strategySet(result, mostLines)];

export const ceac: Chart = {
  id: "ceac",
  title: () => w("Acceptability: CEAC and CEAF", "可接受性：CEAC 与 CEAF"),
  caption: () => w("Share of parameter draws in which each strategy is best. Thick grey: the frontier (CEAF), the curve of the strategy with the smallest expected loss. Band: ± 1.96 Monte Carlo standard errors; dashed: the first threshold.", "各方案为最佳的参数抽样比例。粗灰线：前沿（CEAF），即期望损失最小方案的曲线。色带：± 1.96 个蒙特卡罗标准误；虚线：第一阈值。"),
  exists: has("/policy/ceac"), controls,
  draw(context): Drawing | undefined {
    const of = ceacOf(context.result);
    const { rows, all } = curvesOf(context, "ceac", (row) => z95 * of.number("ceac_mcse", row), (row) => withError(of.number("ceac", row), of.number("ceac_mcse", row)));
    if (rows.length === 0) return undefined;
    for (const point of all.flatMap((curve) => curve.points)) [point.lower, point.upper] = [Math.max(0, point.lower as number), Math.min(1, point.upper as number)];
    const best = rows.filter((row) => of.truth("best", row)).map((row) => ({ x: of.number("k", row), y: of.number("ceaf", row) }));
    const line = Plot.line(best, { x: "x", y: "y", stroke: "currentColor", strokeOpacity: 0.28, strokeWidth: 8, strokeLinecap: "round" });
    return {
      picture: draw(context, all, w("probability of being best [share of draws]", "为最佳的概率 [抽样比例]"), [line], [0, 1]),
      legend: [...curveLegend(all), { name: w("CEAF", "CEAF"), kind: "band", color: "currentColor" }],
      data: dataOf(of, rows, ["scenario", "k", "strategy", "ceac", "ceac_mcse", "best", "ceaf"]), summary: w(`Acceptability curves of ${all.length} strategies`, `${all.length} 个方案的可接受性曲线`),
    };
  },
};

export const netBenefit: Chart = {
  id: "net-benefit",
  title: () => w("Incremental net benefit", "增量净效益"),
  caption: () => w("Over the reference. Band: where 95 % of the parameter draws lie; the Monte Carlo error is in the tip.", "相对参照。色带：95% 参数抽样所在范围；蒙特卡罗误差见提示。"),
  exists: has("/policy/ceac"),
  controls: (result) => [policyScenario(result), strategySet(result, mostLines), { ...strategySet(result, 3), key: "inb-strategies", options: others(result), fallback: leaders(result, 4).filter((name) => others(result).includes(name)).slice(0, 3).join("|") }],
  draw(context): Drawing | undefined {
    const of = ceacOf(context.result);
    const { rows, all } = curvesOf(context, "inb", () => 0, (row) => `${money(of.number("inb", row), of.number("inb_mcse", row))}\n${w("95 % of draws", "95% 抽样")}: ${money(of.number("inb_lower", row))} – ${money(of.number("inb_upper", row))}`, "inb-strategies");
    if (rows.length === 0) return undefined;
    for (const curve of all) {
      const own = rows.filter((row) => of.text("strategy", row) === curve.name);
      curve.points.forEach((point, place) => { [point.lower, point.upper] = [of.number("inb_lower", own[place]!), of.number("inb_upper", own[place]!)]; });
    }
    return { picture: draw(context, all, w(`incremental net benefit [${perChild(context.result)}]`, `增量净效益 [${perChild(context.result)}]`), [Plot.ruleY([0])]), legend: curveLegend(all), data: dataOf(of, rows, ["scenario", "k", "strategy", "nmb", "nmb_mcse", "inb", "inb_mcse", "inb_lower", "inb_upper"]), summary: w(`Net benefit against willingness to pay for ${all.length} strategies`, `${all.length} 个方案的净效益与支付意愿`) };
  },
};

export const expectedLoss: Chart = {
  id: "expected-loss",
  title: () => w("Expected loss", "期望损失"),
  caption: () => w("What is lost on average by choosing a strategy, over the best one of each draw. The lowest curve is the decision; its height is the EVPI.", "选择某方案相对每次抽样最佳方案的平均损失。最低曲线即决策，其高度为 EVPI。"),
  exists: has("/policy/ceac"), controls,
  draw(context): Drawing | undefined {
    const of = ceacOf(context.result);
    const { rows, all } = curvesOf(context, "expected_loss", () => 0, (row) => `${money(of.number("expected_loss", row))} ${currency(context.result)}`);
    if (rows.length === 0) return undefined;
    return { picture: draw(context, all, w(`expected loss [${perChild(context.result)}]`, `期望损失 [${perChild(context.result)}]`)), legend: curveLegend(all), data: dataOf(of, rows, ["scenario", "k", "strategy", "expected_loss", "best"]), summary: w(`Expected loss against willingness to pay for ${all.length} strategies`, `${all.length} 个方案的期望损失`) };
  },
};

const groupsAtFirst = 3; // more bands would lie on each other

/** The groups that are worth most at the first threshold, under the stance for which they are; in the order of the table. */
function worthMost(result: Result, groups: string[]): string[] {
  const voi = table(result, "/policy/value_of_information");
  const worth = new Map<string, number>();
  for (const row of voi?.where({ k: firstThreshold(result) }) ?? []) worth.set(voi!.text("group", row), Math.max(worth.get(voi!.text("group", row)) ?? 0, voi!.number("evppi", row)));
  const first = [...groups].sort((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0)).slice(0, groupsAtFirst);
  return groups.filter((group) => first.includes(group));
}

export const information: Chart = {
  id: "value-of-information",
  title: () => w("Value of information: EVPI and EVPPI", "信息价值：EVPI 与 EVPPI"),
  caption: () => w("What it is worth to know everything (EVPI) or a group of parameters (EVPPI). Band: ± 1.96 Monte Carlo standard errors.", "完全知晓全部（EVPI）或某组参数（EVPPI）的价值。色带：± 1.96 个蒙特卡罗标准误。"),
  exists: has("/policy/ceac"),
  controls: (result) => {
    const groups = table(result, "/policy/value_of_information")?.distinct<string>("group") ?? [];
    return [policyScenario(result), { key: "groups", label: w("groups", "参数组"), options: groups, fallback: worthMost(result, groups).join("|"), most: 6 }];
  },
  draw(context): Drawing | undefined {
    const { result } = context;
    const scenario = context.choice("scenario");
    const of = ceacOf(result);
    const voi = table(result, "/policy/value_of_information");
    const seen = new Set<number>();
    const point = (from: Table, row: number, value: string, name: string) => {
      const [y, error] = [from.number(value, row), from.number(`${value}_mcse`, row)];
      return { x: from.number("k", row), y, lower: Math.max(0, y - z95 * error), upper: y + z95 * error, tip: `${name}\n${money(from.number("k", row))}: ${money(y, error)} ${currency(result)}` };
    };
    const once = of.where({ scenario }).filter((row) => !seen.has(of.number("k", row)) && seen.add(of.number("k", row)));
    if (once.length === 0) return undefined;
    const evpi: Curve = { name: w("EVPI: everything", "EVPI：全部"), style: styleAt(0), points: once.map((row) => point(of, row, "evpi", "EVPI")) };
    const rows = voi?.where({ scenario }) ?? [];
    const groups = context.choices("groups").map((group, place) => ({ name: group, style: styleAt(place + 1), points: rows.filter((row) => voi!.text("group", row) === group).map((row) => point(voi!, row, "evppi", group)) }));
    const all = [evpi, ...groups.filter((curve) => curve.points.length > 0)];
    return { picture: draw(context, all, w(`value of information [${perChild(result)}]`, `信息价值 [${perChild(result)}]`)), legend: curveLegend(all), data: voi ? dataOf(voi, rows, voi.columns.map((column) => column.name)) : dataOf(of, once, ["scenario", "k", "evpi", "evpi_mcse", "population_evpi"]), summary: w(`Value of information against willingness to pay, ${all.length} curves`, `信息价值曲线，共 ${all.length} 条`) };
  },
};
