import { type Result, table } from "../../data/result";
import { fixed, percent, withError, z95 } from "../../numbers";
import { styleAt } from "../../ui/series";
import { w } from "../../words";
import { type Chart, type Control, dataOf, type Drawing } from "../chart";
import { has, scenarioControl } from "../common";
import { curveLegend, curves, fillsOf, needsWhite, outline, plot, Plot, tips } from "../plotting";

/** The looks of a group-sequential trial: where its bounds are, and where trials end. */

const looksOf = (result: Result) => table(result, "/trial/looks")!;

function controls(result: Result): Control[] {
  const looks = looksOf(result);
  const sizes = looks.distinct<number>("sample_size").map(String);
  return [scenarioControl(result, looks), { key: "look-size", label: w("planned size", "计划样本量"), options: sizes, fallback: sizes.at(-1)! }];
}

export const boundaries: Chart = {
  id: "boundaries",
  title: () => w("Boundaries", "界值"),
  caption: () => w("The trial ends with a benefit above the upper line, as futile below the lower one. Bounds are those of the planned information.", "高于上线则以有效终止，低于下线则以无效终止。界值按计划信息量计算。"),
  exists: has("/trial/looks"),
  controls,
  draw(context): Drawing | undefined {
    const looks = looksOf(context.result);
    const rows = looks.where({ scenario: context.choice("scenario"), sample_size: Number(context.choice("look-size")) });
    if (rows.length === 0) return undefined;
    const line = (name: string, column: string, place: number) => ({
      name, style: styleAt(place),
      points: rows.filter((row) => Number.isFinite(looks.number(column, row))).map((row) => ({ x: looks.number("information", row), y: looks.number(column, row), tip: `${w("look", "期中分析")} ${looks.number("look", row)}\n${name}: z = ${fixed(looks.number(column, row), 3)}` })),
    });
    const all = [line(w("benefit at or above", "有效界值（及以上）"), "efficacy_z", 0), line(w("futile below", "无效界值（以下）"), "futility_z", 1)].filter((curve) => curve.points.length > 0);
    const points = all.flatMap((curve) => curve.points);
    const picture = plot({
      width: context.width, height: 300,
      x: { label: w("information [share of the maximum]", "信息量 [最大值的比例]"), domain: [0, 1], ticks: 6 }, y: { label: "z", grid: true, nice: true, zero: true },
      marks: [Plot.ruleY([0], { stroke: "var(--soft)" }), ...curves(all), tips(points, { x: "x", y: "y" })],
    });
    return { picture, legend: curveLegend(all), data: dataOf(looks, rows, ["scenario", "sample_size", "look", "information", "efficacy_z", "futility_z", "information_seen", "information_seen_mcse"]), summary: w(`Boundaries of z at ${rows.length} looks`, `${rows.length} 次分析的 z 界值`) };
  },
};

const ends = [
  { column: "stop_efficacy", place: 0, name: () => w("benefit", "有效") },
  { column: "stop_futility", place: 1, name: () => w("futile, or at the end not significant", "无效，或终点时不显著") },
  { column: "stop_worse", place: 2, name: () => w("significantly worse", "显著更差") },
];

export const stopping: Chart = {
  id: "stopping",
  title: () => w("Where trials end", "试验在何处终止"),
  caption: () => w("Share of all simulated trials that end at each look, and how many patients are enrolled by then: the distribution of the sample size. Bars at the end of a box: ± 1.96 Monte Carlo standard errors of its share.", "在每次分析时终止的模拟试验比例，以及届时已入组的患者数：即样本量分布。方块末端误差线：该比例 ± 1.96 个蒙特卡罗标准误。"),
  exists: has("/trial/looks"),
  controls,
  draw(context): Drawing | undefined {
    const looks = looksOf(context.result);
    const rows = looks.where({ scenario: context.choice("scenario"), sample_size: Number(context.choice("look-size")) });
    if (rows.length === 0) return undefined;
    const fills = fillsOf(ends.length);
    const label = (row: number): string => !(looks.number("taken", row) > 0) ? w(`look ${looks.number("look", row)}: never taken`, `第 ${looks.number("look", row)} 次：从未进行`) : w(`look ${looks.number("look", row)}: ${looks.number("enrolled", row).toFixed(0)} enrolled, month ${looks.number("months", row).toFixed(0)}`, `第 ${looks.number("look", row)} 次：入组 ${looks.number("enrolled", row).toFixed(0)} 例，第 ${looks.number("months", row).toFixed(0)} 月`);
    const bars = rows.flatMap((row) => ends.map(({ column, place, name }) => ({
      look: label(row), share: 100 * looks.number(column, row), color: fills[place]!, place,
      tip: `${label(row)}\n${name()}: ${percent(looks.number(column, row), looks.number(`${column}_mcse`, row))} %\n${w("enrolled", "入组")} ${withError(looks.number("enrolled", row), looks.number("enrolled_mcse", row))}`,
    }))).filter((bar) => bar.share > 0);
    const errors = rows.flatMap((row) => ends.flatMap(({ column }, place) => {
      const end = 100 * ends.slice(0, place + 1).reduce((sum, { column: each }) => sum + looks.number(each, row), 0), half = 100 * z95 * looks.number(`${column}_mcse`, row);
      return looks.number(column, row) > 0 && half > 0 ? [{ look: label(row), x1: Math.max(0, end - half), x2: Math.min(100, end + half) }] : [];
    }));
    const narrow = context.width < 520;
    const picture = plot({
      width: context.width, height: 60 + 46 * rows.length, marginLeft: narrow ? 16 : 230, marginTop: narrow ? 20 : 12, marginRight: 24,
      x: { label: w("simulated trials [%]", "模拟试验 [%]"), domain: [0, Math.max(5, ...errors.map(({ x2 }) => Math.min(100, x2)), ...rows.map((row) => bars.filter((bar) => bar.look === label(row)).reduce((sum, bar) => sum + bar.share, 0)))], nice: true, grid: true },
      y: { type: "band", domain: rows.map(label), label: null, axis: narrow ? null : "left", tickSize: 0, padding: narrow ? 0.42 : 0.25 },
      marks: [
        Plot.barX(bars, Plot.stackX({ y: "look", x: "share", fill: "color", ...outline })),
        Plot.ruleY(errors, { y: "look", x1: "x1", x2: "x2", stroke: "var(--paper)", strokeWidth: 3.6 }), Plot.ruleY(errors, { y: "look", x1: "x1", x2: "x2", stroke: "currentColor", strokeWidth: 1.4 }),
        Plot.text(bars.filter((bar) => bar.share >= 6), Plot.stackX({ y: "look", x: "share", text: (bar: { share: number }) => bar.share.toFixed(1), fill: (bar: { color: string }) => (needsWhite(bar.color) ? "#ffffff" : "#111111"), z: null } as never)),
        narrow ? Plot.text(rows.map(label), { y: (text: string) => text, frameAnchor: "left", text: (text: string) => text, dy: -20, textAnchor: "start" }) : null,
        Plot.tip(bars, Plot.pointerY(Plot.stackX({ y: "look", x: "share", title: "tip", z: null } as never))),
      ],
      color: { type: "identity" },
    });
    return {
      picture, legend: ends.map(({ name, place }) => ({ name: name(), kind: "box", color: fills[place]! })),
      data: dataOf(looks, rows, looks.columns.map((column) => column.name)),
      summary: w(`Stacked bars of how trials end at ${rows.length} looks`, `${rows.length} 次分析时试验终止方式的堆叠条形图`),
    };
  },
};
