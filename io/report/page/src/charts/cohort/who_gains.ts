import { percent, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { scenarioControl } from "../common";
import { fillsOf, labelsFor, outline, plot, Plot, tips } from "../plotting";
import { chosenRows, incrementsOf, stratumControl, summaryOf, visitControl } from "./rows";

const most = 40;

export const whoGains: Chart = {
  id: "who-gains",
  wide: true,
  title: () => w("Who gains, who loses", "谁获益，谁受损"),
  caption: () => w("Share of children whose GMFM-66 under the strategy is above or below that of their twin under the reference by the smallest difference that matters (MCID of the GMFCS level). Lines: 95 % Monte Carlo intervals.", "在该方案下 GMFM-66 比其参照孪生对照高出或低于最小临床重要差异（按 GMFCS 级别）的儿童比例。误差线：95% 蒙特卡罗区间。"),
  exists: (result) => incrementsOf(result)?.column("benefit_share")?.values.some((value) => Number.isFinite(value)) ?? false,
  controls: (result) => [scenarioControl(result, summaryOf(result)), visitControl(result), stratumControl(result)],
  draw(context): Drawing | undefined {
    const increments = incrementsOf(context.result)!;
    const rows = chosenRows(increments, context, ["scenario", "visit", "stratum"]).filter((row) => Number.isFinite(increments.number("benefit_share", row)));
    if (rows.length === 0) return undefined;
    const drawn = [...rows].sort((a, b) => increments.number("benefit_share", b) - increments.number("benefit_share", a)).slice(0, most);
    const bars = drawn.flatMap((row) => {
      const strategy = increments.text("strategy", row);
      const part = (kind: "benefit" | "harm", sign: number): { strategy: string; kind: string; x: number; half: number; tip: string } => ({
        strategy, kind, x: sign * 100 * increments.number(`${kind}_share`, row), half: 100 * z95 * increments.number(`${kind}_share_mcse`, row),
        tip: `${strategy}\n${kind === "benefit" ? w("gains", "获益") : w("loses", "受损")}: ${percent(increments.number(`${kind}_share`, row), increments.number(`${kind}_share_mcse`, row))} %`,
      });
      return [part("benefit", 1), part("harm", -1)];
    });
    const labels = labelsFor(drawn.map((row) => increments.text("strategy", row)), context.width);
    const ends = bars.map((bar) => bar.x + Math.sign(bar.x) * (bar.half || 0));
    const room = (40 / (context.width - labels.margin - 44)) * (Math.max(1, ...ends) - Math.min(0, ...ends)); // for a number, in per cent
    const lowest = Math.min(0, ...ends.map((end) => (end < -0.05 ? end - room : end)));
    const [, gains, , loses] = fillsOf(4); // the line of the error is seen on both
    const color = (bar: { kind: string }): string => (bar.kind === "benefit" ? gains! : loses!);
    const picture = plot({
      width: context.width, height: 70 + 24 * drawn.length, marginLeft: labels.margin, marginRight: 44,
      x: { label: w("children [%]: losing ← → gaining", "儿童 [%]：受损 ← → 获益"), tickFormat: (x: number) => String(Math.abs(x)), grid: true, nice: true, domain: [lowest, Math.max(...ends, 1)] },
      y: { type: "band", domain: drawn.map((row) => increments.text("strategy", row)), label: null, tickFormat: labels.fit, tickSize: 0, padding: 0.25 },
      marks: [
        Plot.barX(bars, { y: "strategy", x: "x", fill: color, ...outline }),
        Plot.ruleY(bars.filter((bar) => bar.half > 0), { y: "strategy", x1: (bar: { x: number; half: number }) => bar.x - bar.half, x2: (bar: { x: number; half: number }) => bar.x + bar.half, stroke: "currentColor", strokeWidth: 1.2 }),
        Plot.text(bars, { y: "strategy", x: (bar: { x: number; half: number }) => bar.x + (bar.half || 0), text: (bar: { x: number }) => `${Math.abs(bar.x).toFixed(1)}`, textAnchor: "start", dx: 4, filter: (bar: { kind: string }) => bar.kind === "benefit" }),
        Plot.text(bars, { y: "strategy", x: (bar: { x: number; half: number }) => bar.x - (bar.half || 0), text: (bar: { x: number }) => `${Math.abs(bar.x).toFixed(1)}`, textAnchor: "end", dx: -4, filter: (bar: { kind: string; x: number }) => bar.kind === "harm" && bar.x < -0.05 }),
        Plot.ruleX([0]), tips(bars, { x: "x", y: "strategy" }),
      ],
    });
    return {
      picture, legend: [{ name: w("gains at least the MCID", "获益达到 MCID"), color: gains!, kind: "box" }, { name: w("loses at least the MCID", "受损达到 MCID"), color: loses!, kind: "box" }],
      data: dataOf(increments, rows, ["scenario", "strategy", "stratification", "stratum", "visit_months", "n", "benefit_share", "benefit_share_mcse", "harm_share", "harm_share_mcse"]),
      summary: w(`Bars of children who gain and who lose under ${drawn.length} strategies`, `${drawn.length} 个方案下获益与受损儿童的条形图`),
      note: rows.length > most ? w(`The ${most} strategies with the greatest benefit are drawn; the table has all ${rows.length}.`, `仅绘制获益最大的 ${most} 个方案；数据表含全部 ${rows.length} 个。`) : undefined,
    };
  },
};
