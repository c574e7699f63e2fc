import { type Result, type Table, table } from "../../data/result";
import { money } from "../../numbers";
import { w } from "../../words";
import { type Chart, type Context, dataOf, type DataTable, type Drawing } from "../chart";
import { has, settings, stanceOf, withSettings } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";
import { perChild, policyScenario, short, strategyOf, strataOf, thresholdControl } from "./rows";

const most = 24;
const twoSided = 1.96;

/** The rows with their settings, and what is best then. */
function rowsWithBest(result: Result, of: Table, rows: number[], best: (scenario: string) => string): DataTable {
  const data = withSettings(result, of, rows, dataOf(of, rows, of.columns.map((column) => column.name)));
  return { heads: [...data.heads, { name: w("best then", "此时最佳"), units: "", description: "" }], rows: data.rows.map((row, at) => [...row, best(of.text("scenario", rows[at]!))]) };
}

/** A tornado of choices: what a sweep that compares its settings moves, each from the setting that it is compared with. */
export const choices: Chart = {
  id: "choices",
  wide: true,
  title: () => w("What the choices move", "各项设定的影响"),
  caption: () => w("Settings of the sweep against the one they are compared with, draw by draw, so that the difference is known better than either. Whiskers: 95 % Monte Carlo intervals of the difference; ◆: another strategy becomes the best.", "扫描中各设定与其对照设定逐次抽样比较，差值比各自的数值更精确。须线：差值的 95 % 蒙特卡洛区间；◆：最佳方案改变。"),
  exists: has("/policy/comparison"),
  controls: (result) => {
    const of = table(result, "/policy/comparison")!;
    return [policyScenario(result), thresholdControl(of), strategyOf(result, of.distinct<string>("strategy"))];
  },
  draw(context: Context): Drawing | undefined {
    const of = table(context.result, "/policy/comparison")!;
    // The chosen setting, where others are compared with it, or else the first one of its stance.
    const firsts = of.distinct<string>("compared_with"), scenario = context.choice("scenario");
    const first = firsts.includes(scenario) ? scenario : (firsts.find((name) => stanceOf(name) === stanceOf(scenario)) ?? firsts[0]!);
    const rows = of.where({ compared_with: first, threshold: Number(context.choice("threshold")), strategy: context.choice("policy-strategy") });
    const drawn = [...rows].sort((a, b) => Math.abs(of.number("difference", b)) - Math.abs(of.number("difference", a))).slice(0, most);
    if (drawn.length === 0) return undefined;
    const strata = strataOf(context.result);
    const best = (scenario: string): string => {
      const row = strata?.where({ scenario, stratum: "all", threshold: Number(context.choice("threshold")) }).find((at) => strata.truth("best", at));
      return row === undefined ? "" : strata!.text("strategy", row);
    };
    const { heads, cells } = settings(context.result);
    const before = cells(first);
    const words = (row: number): string => cells(of.text("scenario", row)).flatMap((cell, place) => (cell === before[place] ? [] : [`${heads[place]} = ${cell}`])).join(", ");
    const label = (row: number): string => `${best(of.text("scenario", row)) === best(first) ? "" : "◆ "}${words(row)}`;
    const base = of.number("other_net_benefit", drawn[0]!);
    const bars = drawn.map((row) => {
      const error = twoSided * of.number("difference_mcse", row), end = of.number("net_benefit", row);
      return {
        key: String(row), x1: base, x2: end, low: end - error, high: end + error, up: end >= base,
        tip: `${words(row)}\n${w("net benefit", "净效益")} ${money(end)}\n${w("difference", "差值")} ${money(of.number("difference", row), of.number("difference_mcse", row))}\n${w("best", "最佳")}: ${best(of.text("scenario", row))}`,
      };
    });
    const labels = labelsFor(drawn.map(label), context.width);
    const picture = plot({
      width: context.width, height: 66 + 24 * drawn.length, marginLeft: labels.margin, marginRight: 24,
      x: { label: w(`incremental net benefit [${perChild(context.result)}]`, `增量净效益 [${perChild(context.result)}]`), grid: true, nice: true, tickFormat: short },
      y: { type: "band", domain: drawn.map(String), tickFormat: (key: string) => labels.fit(label(Number(key))), label: null, tickSize: 0, padding: 0.22 },
      marks: [
        Plot.rect(bars, { x1: "x1", x2: "x2", y: "key", fill: (bar: { up: boolean }) => (bar.up ? "var(--s5)" : "var(--s0)") }),
        Plot.link(bars, { x1: "low", x2: "high", y1: "key", y2: "key", stroke: "currentColor" }),
        Plot.ruleX([0], { stroke: "var(--soft)", strokeDasharray: "4 3" }), Plot.ruleX([base]), tips(bars, { x: "x2", y: "key" }),
      ],
    });
    return {
      picture, legend: [{ name: w("lower net benefit", "净效益降低"), color: "var(--s0)", kind: "box" }, { name: w("higher net benefit", "净效益提高"), color: "var(--s5)", kind: "box" }, { name: w("0: as good as the reference", "0：与参照相当"), color: "var(--soft)", kind: "rule", dash: "4 3" }],
      data: rowsWithBest(context.result, of, drawn, best), summary: w(`Net benefit in ${drawn.length} settings against ${money(base)}; the largest change is by ${words(drawn[0]!)}`, `${drawn.length} 种设定的净效益，对照为 ${money(base)}；变化最大：${words(drawn[0]!)}`),
      note: w(`Compared with: ${before.join(", ")}.`, `对照设定：${before.join("，")}。`) + (rows.length > drawn.length ? w(` The ${drawn.length} largest of ${rows.length} differences are drawn.`, `绘制 ${rows.length} 个差值中最大的 ${drawn.length} 个。`) : ""),
    };
  },
};
