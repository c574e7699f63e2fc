import { table } from "../../data/result";
import { fixed, percent, z95 } from "../../numbers";
import { fixedWord, w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has, scenarioControl } from "../common";
import { inPercent, labelsFor, plot, Plot, tips } from "../plotting";
import { lineName } from "./rows";

const most = 40;

/** Why a method has no formula, in the language of the page. */
const sayReason = (reason: string): string => (fixedWord(reason) === reason ? reason.replace(/^no formula is built in for /, w("no formula is built in for ", "未内置公式：")) : fixedWord(reason));

export const closedForms: Chart = {
  id: "closed-forms",
  title: () => w("Published formulas beside the simulation", "公式与模拟对照"),
  caption: () => w("Simulated power with its 95 % Monte Carlo interval (dot), and what a published formula says (diamond).", "模拟功效及其 95% 蒙特卡罗区间（点）与已发表公式的结果（菱形）。"),
  exists: (result) => has("/trial/closed_forms")(result) && table(result, "/trial/closed_forms")!.column("formula_power")!.values.some((value) => Number.isFinite(value)),
  controls: (result) => [scenarioControl(result, table(result, "/trial/closed_forms")!)],
  draw(context): Drawing | undefined {
    const of = table(context.result, "/trial/closed_forms")!;
    const rows = of.where({ scenario: context.choice("scenario") });
    const drawn = rows.filter((row) => Number.isFinite(of.number("formula_power", row))).slice(0, most);
    if (drawn.length === 0) return undefined;
    const plain = (row: number): string => `${lineName(of, row)}, N ${of.number("sample_size", row)}`;
    const times = new Map<string, number>();
    for (const row of drawn) times.set(plain(row), (times.get(plain(row)) ?? 0) + 1);
    const label = (row: number): string => (times.get(plain(row))! > 1 ? `${plain(row)}, ${of.text("source", row)}` : plain(row)); // of several formulas whose it is
    const points = drawn.map((row) => {
      const [power, error, formula] = [of.number("power", row), of.number("power_mcse", row), of.number("formula_power", row)];
      return { key: String(row), power, formula, low: power - z95 * error, high: power + z95 * error, tip: `${label(row)}\n${w("simulated", "模拟")} ${percent(power, error)} %\n${w("formula", "公式")} ${fixed(100 * formula, 2)} %\n${of.text("formula", row)} (${of.text("source", row)})` };
    });
    const labels = labelsFor(drawn.map(label), context.width);
    const picture = plot({
      width: context.width, height: 66 + 24 * points.length, marginLeft: labels.margin, marginRight: 20,
      x: { label: w("power [% of trials]", "功效 [占试验的 %]"), tickFormat: inPercent, grid: true, nice: true },
      y: { type: "band", domain: points.map((point) => point.key), tickFormat: (key: string) => labels.fit(label(Number(key))), label: null, tickSize: 0 },
      marks: [
        Plot.ruleY(points, { y: "key", x1: "low", x2: "high", stroke: "currentColor", strokeWidth: 1.6 }), Plot.dot(points, { y: "key", x: "power", fill: "var(--s0)", r: 4 }),
        Plot.dot(points, { y: "key", x: "formula", stroke: "var(--s1)", strokeWidth: 2, symbol: "diamond", r: 5 }), tips(points, { x: "power", y: "key" }),
      ],
    });
    const without = new Set(rows.filter((row) => !of.text("formula", row)).map((row) => `${of.text("analysis", row)}: ${sayReason(of.text("remark", row))}`));
    return {
      picture, legend: [{ name: w("simulated", "模拟"), kind: "dot", color: "var(--s0)" }, { name: w("formula", "公式"), kind: "ring", color: "var(--s1)", symbol: "diamond" }],
      data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Simulated power and formula side by side, ${points.length} rows`, `模拟功效与公式并列，共 ${points.length} 行`),
      note: without.size > 0 ? w(`No formula for ${[...without].join("; ")}`, `无公式：${[...without].join("；")}`) : undefined,
    };
  },
};
