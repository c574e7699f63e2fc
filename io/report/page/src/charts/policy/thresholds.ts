import { table } from "../../data/result";
import { amount, withError } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";
import { shortened } from "../../ui/series";
import { policyScenario, thresholdControl } from "./rows";

/** Each parameter on a scale of its own, from where the search begins to where it ends. */
export const thresholds: Chart = {
  id: "thresholds",
  title: () => w("Where the decision changes", "决策改变之处"),
  caption: () => w("Each line is the range of a parameter; the ring is its value, and each bar a value at which another strategy becomes the best one.", "每行为一个参数的范围；圆环为其取值，竖线为最佳方案改变之处。"),
  exists: has("/sensitivity/threshold"),
  controls: (result) => {
    const of = table(result, "/sensitivity/threshold")!;
    const among = of.distinct<string>("among");
    return [policyScenario(result), thresholdControl(of), { key: "among", label: w("among", "比较范围"), options: among, fallback: among.includes("all") ? "all" : among[0]!, say: (name) => (name === "all" ? w("all strategies", "全部方案") : name) }];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, "/sensitivity/threshold")!;
    const rows = of.where({ scenario: context.choice("scenario"), threshold: Number(context.choice("threshold")), among: context.choice("among") });
    if (rows.length === 0) return undefined;
    const line = (row: number): string => of.text("parameter", row);
    const place = (row: number, value: number): number => (value - of.number("low", row)) / (of.number("high", row) - of.number("low", row));
    const lines = [...new Set(rows.map(line))];
    const first = lines.map((name) => rows.find((row) => line(row) === name)!);
    const switches = rows.filter((row) => Number.isFinite(of.number("value", row))).map((row) => ({
      key: line(row), x: place(row, of.number("value", row)), name: amount(of.number("value", row)),
      tip: `${line(row)} = ${withError(of.number("value", row), of.number("mcse", row))} ${of.text("unit", row)}\n${w("below", "低于")}: ${of.text("below", row)}\n${w("above", "高于")}: ${of.text("above", row)}`,
    }));
    const ends = first.map((row) => ({ key: line(row), x1: 0, x2: 1, low: amount(of.number("low", row)), high: amount(of.number("high", row)), point: place(row, of.number("point_value", row)), none: of.number("switches", row) === 0 }));
    const labels = labelsFor(lines, context.width);
    const picture = plot({
      width: context.width, height: 40 + 56 * lines.length, marginLeft: labels.margin, marginRight: 60, marginBottom: 16,
      x: { axis: null, domain: [0, 1] }, y: { type: "band", domain: lines, tickFormat: labels.fit, label: null, tickSize: 0 },
      marks: [
        Plot.ruleY(ends, { y: "key", x1: "x1", x2: "x2", stroke: "var(--soft)", strokeWidth: 1.5 }),
        Plot.text(ends, { y: "key", x: "x1", text: "low", textAnchor: "start", dy: 15, fill: "var(--soft)" }), Plot.text(ends, { y: "key", x: "x2", text: "high", textAnchor: "end", dy: 15, fill: "var(--soft)" }),
        Plot.text(ends.filter((end) => end.none), { y: "key", x: 0.5, text: () => w("no change within the range", "范围内不改变"), dy: -11 }),
        Plot.dot(ends.filter((end) => end.point >= 0 && end.point <= 1), { y: "key", x: "point", stroke: "currentColor", fill: "var(--paper)", r: 5 }),
        Plot.tickX(switches, { y: "key", x: "x", stroke: "var(--s1)", strokeWidth: 3, insetTop: 14, insetBottom: 14 }),
        Plot.text(switches, { y: "key", x: "x", text: (point: { name: string }) => shortened(point.name, 90), dy: -15, fill: "currentColor", fontWeight: 600 }), tips(switches, { x: "x", y: "key" }),
      ],
    });
    return { picture, legend: [{ name: w("value in the evidence", "证据中的取值"), kind: "ring", color: "currentColor" }, { name: w("the best strategy changes", "最佳方案改变"), kind: "line", color: "var(--s1)" }], data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Values of ${lines.length} parameters at which the decision changes, ${switches.length} in all`, `${lines.length} 个参数的决策改变点，共 ${switches.length} 处`) };
  },
};
