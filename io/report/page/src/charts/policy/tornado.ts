import { table } from "../../data/result";
import { amount, money, withError } from "../../numbers";
import { w } from "../../words";
import { type Chart, type Context, dataOf, type Drawing } from "../chart";
import { has, referenceOf } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";
import { perChild, policyScenario, short, strategyOf, thresholdControl } from "./rows";

const most = 20;

export const tornado: Chart = {
  id: "tornado",
  wide: true,
  title: () => w("Tornado", "龙卷风图"),
  caption: () => w("Each parameter alone from a low to a high quantile of what is known of it, the same patients throughout. Dark: at the low value; light: at the high one; ◆: another strategy becomes the best.", "每次仅改变一个参数，从其分布的低分位到高分位，患者不变。深色：低值；浅色：高值；◆：最佳方案改变。"),
  exists: has("/sensitivity/tornado"),
  controls: (result) => {
    const of = table(result, "/sensitivity/tornado")!;
    const names = of.distinct<string>("strategy").filter((name) => name !== referenceOf(result, "policy"));
    return [policyScenario(result), thresholdControl(of), strategyOf(result, names)];
  },
  draw(context: Context): Drawing | undefined {
    const of = table(context.result, "/sensitivity/tornado")!;
    const rows = of.where({ scenario: context.choice("scenario"), threshold: Number(context.choice("threshold")), strategy: context.choice("policy-strategy") });
    const drawn = rows.filter((row) => of.number("span", row) > 0).sort((a, b) => of.number("rank", a) - of.number("rank", b)).slice(0, most);
    if (drawn.length === 0) return undefined;
    const base = of.number("inb", drawn[0]!);
    const label = (row: number): string => `${of.truth("flips", row) ? "◆ " : ""}${of.text("parameter", row)}`;
    const bars = drawn.flatMap((row) => (["low", "high"] as const).map((end) => ({
      key: String(row), x1: base, x2: of.number(`inb_${end}`, row), end,
      tip: `${of.text("parameter", row)} = ${amount(of.number(end, row))}\n${w("net benefit", "净效益")} ${money(of.number(`inb_${end}`, row))}\n${w("span", "跨度")} ${money(of.number("span", row), of.number("span_mcse", row))}\n${w("best", "最佳")}: ${of.text(`best_${end}`, row)}\n${w("evidence", "证据")}: ${of.text("strength", row)}`,
    })));
    const labels = labelsFor(drawn.map(label), context.width);
    const fill = (bar: { end: string }): string => (bar.end === "low" ? "var(--s0)" : "var(--s5)");
    const picture = plot({
      width: context.width, height: 66 + 22 * drawn.length, marginLeft: labels.margin, marginRight: 24,
      x: { label: w(`incremental net benefit [${perChild(context.result)}]`, `增量净效益 [${perChild(context.result)}]`), grid: true, nice: true, tickFormat: short },
      y: { type: "band", domain: drawn.map(String), tickFormat: (key: string) => labels.fit(label(Number(key))), label: null, tickSize: 0, padding: 0.22 },
      marks: [Plot.rect(bars, { x1: "x1", x2: "x2", y: "key", fill }), Plot.ruleX([0], { stroke: "var(--soft)", strokeDasharray: "4 3" }), Plot.ruleX([base]), tips(bars, { x: "x2", y: "key" })],
    });
    return {
      picture, legend: [{ name: w("low value", "低值"), color: "var(--s0)", kind: "box" }, { name: w("high value", "高值"), color: "var(--s5)", kind: "box" }, { name: w("0: as good as the reference", "0：与参照相当"), color: "var(--soft)", kind: "rule", dash: "4 3" }],
      data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Tornado of ${drawn.length} parameters; the longest bar is ${of.text("parameter", drawn[0]!)}`, `${drawn.length} 个参数的龙卷风图；最长为 ${of.text("parameter", drawn[0]!)}`),
      note: rows.length > drawn.length ? w(`The ${drawn.length} longest of ${rows.length} bars are drawn. Net benefit at the point values: ${withError(base, of.number("inb_mcse", drawn[0]!))}.`, `绘制 ${rows.length} 条中最长的 ${drawn.length} 条。点值处净效益：${withError(base, of.number("inb_mcse", drawn[0]!))}。`) : undefined,
    };
  },
};
