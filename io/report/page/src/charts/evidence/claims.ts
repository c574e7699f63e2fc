import { table } from "../../data/result";
import { withError, z95 } from "../../numbers";
import { stylesOf } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";

export const claims: Chart = {
  id: "claims",
  wide: true,
  title: () => w("Claims under every stance", "各立场下的论断"),
  caption: () => w("What decides a claim, over where the claim begins to matter (1: as much as claimed). Bars: 95 % Monte Carlo intervals. Values beyond ± 4 are drawn at the edge.", "决定论断的量，除以论断开始成立的值（1 即达到论断）。误差线：95% 蒙特卡罗区间；超出 ± 4 的画在边缘。"),
  exists: has("/claims"),
  draw(context): Drawing | undefined {
    const of = table(context.result, "/claims")!;
    const rows = Array.from({ length: of.rows }, (_, row) => row);
    const label = (row: number): string => `${of.text("claim", row)}: ${of.text("contrast", row)}`;
    const stances = of.distinct<string>("scenario");
    const style = stylesOf(stances);
    const clip = (value: number): number => Math.max(-4, Math.min(4, value));
    const points = rows.filter((row) => Number.isFinite(of.number("value", row))).map((row) => {
      const [value, error, beyond] = [of.number("value", row), of.number("mcse", row), of.number("claimed_beyond", row)];
      const unit = Math.abs(beyond) > 0 ? beyond : 1;
      return { key: label(row), stance: of.text("scenario", row), x: clip(value / unit), low: clip((value - z95 * error) / unit), high: clip((value + z95 * error) / unit), tip: `${label(row)}\n${of.text("scenario", row)}: ${withError(value, error)} (${w("claimed beyond", "论断界限")} ${beyond})\n${of.text("answer", row)}\n${of.text("premises", row)}` };
    });
    if (points.length === 0) return undefined;
    const keys = [...new Set(points.map((point) => point.key))];
    const labels = labelsFor(keys, context.width, context.width < 480 ? 0.62 : 0.42);
    const shift = (stance: string): number => 5 * (stances.indexOf(stance) - (stances.length - 1) / 2);
    const picture = plot({
      width: context.width, height: 66 + 22 * keys.length, marginLeft: labels.margin, marginRight: 20,
      x: { label: context.width < 480 ? w("value / claimed", "数值 / 论断界限") : w("value / where the claim begins to matter", "数值 / 论断界限"), domain: [-4, 4], ticks: context.width < 480 ? [-4, 0, 4] : undefined, grid: true }, y: { type: "band", domain: keys, tickFormat: labels.fit, label: null, tickSize: 0 },
      marks: [Plot.ruleX([0], { stroke: "var(--soft)" }), Plot.ruleX([1], { stroke: "var(--soft)", strokeDasharray: "4 3" }),
        ...stances.flatMap((stance) => { const own = points.filter((point) => point.stance === stance); return [Plot.ruleY(own, { y: "key", x1: "low", x2: "high", stroke: style(stance).color, dy: shift(stance) }), Plot.dot(own, { y: "key", x: "x", fill: style(stance).color, symbol: style(stance).symbol, r: 3.5, dy: shift(stance) })]; }), tips(points, { x: "x", y: "key" })],
    });
    return { picture, legend: stances.map((name) => ({ name, kind: "dot", color: style(name).color, symbol: style(name).symbol })), data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`${keys.length} contrasts of claims under ${stances.length} stances`, `${stances.length} 种立场下的 ${keys.length} 项论断对比`) };
  },
};
