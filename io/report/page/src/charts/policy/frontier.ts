import { table } from "../../data/result";
import { money, withError, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { plot, Plot, tips } from "../plotting";
import { shortened } from "../../ui/series";
import { currency, effect, policyScenario, short } from "./rows";

const named = 8; // names of the frontier; the others have tips

const few = 6; // strategies, of which the dominated ones have their names too where there is room
const height = 360;

interface Interval { effect: number; cost: number; x1: number; x2: number; y1: number; y2: number }

/** Whether no other point of the chart lies where the name of one would stand. */
function standsAlone(point: Interval, points: Interval[], width: number): boolean {
  const span = (low: (each: Interval) => number, high: (each: Interval) => number): number => Math.max(...points.map(high)) - Math.min(...points.map(low));
  const across = width / span(({ x1 }) => x1, ({ x2 }) => x2), down = height / span(({ y1 }) => y1, ({ y2 }) => y2);
  return points.every((other) => other === point || Math.abs(other.effect - point.effect) * across > 170 || Math.abs(other.cost - point.cost) * down > 40);
}

export const frontier: Chart = {
  id: "frontier",
  title: () => w("Efficiency frontier", "效率前沿"),
  caption: () => w("Mean cost and effect of every strategy. Filled and joined: on the frontier; open: dominated. Bars: 95 % Monte Carlo intervals.", "各方案的平均成本与效果。实心相连：在前沿上；空心：被支配。误差线：95% 蒙特卡罗区间。"),
  exists: has("/policy/frontier"),
  controls: (result) => [policyScenario(result)],
  draw(context): Drawing | undefined {
    const { result } = context;
    const of = table(result, "/policy/frontier")!;
    const rows = of.where({ scenario: context.choice("scenario") });
    if (rows.length === 0) return undefined;
    const points = rows.map((row) => {
      const [cost, costError, gained, effectError] = [of.number("cost", row), of.number("cost_mcse", row), of.number("effect", row), of.number("effect_mcse", row)];
      const name = of.text("strategy", row);
      const icer = of.number("icer", row);
      return { name, cost, effect: gained, on: of.text("status", row) === "frontier", x1: gained - z95 * effectError, x2: gained + z95 * effectError, y1: cost - z95 * costError, y2: cost + z95 * costError, tip: `${name}\n${w("cost", "成本")} ${money(cost, costError)}\n${w("effect", "效果")} ${withError(gained, effectError)}\n${Number.isFinite(icer) ? `ICER ${money(icer)}` : of.text("status", row)}` };
    });
    const on = points.filter((point) => point.on).sort((a, b) => a.effect - b.effect);
    const labelled = on.slice(0, named), others = points.length <= few ? points.filter((point) => !point.on && standsAlone(point, points, context.width)) : [];
    const middle = (Math.min(...points.map((point) => point.effect)) + Math.max(...points.map((point) => point.effect))) / 2;
    const label = (side: (point: { effect: number }) => boolean, anchor: "start" | "end") =>
      [[labelled, -9, "currentColor"] as const, [others, 12, "var(--soft)"] as const].map(([list, dy, fill]) => Plot.text(list.filter(side), { x: "effect", y: "cost", text: (point: { name: string }) => shortened(point.name, 150), textAnchor: anchor, dx: anchor === "start" ? 8 : -8, dy, fill, stroke: "var(--paper)", strokeWidth: 4 }));
    const picture = plot({
      width: context.width, height, marginLeft: 64, marginRight: 30,
      x: { label: w(`effect [${effect(result)} per child]`, `效果 [${effect(result)} / 每名儿童]`), grid: true, nice: true },
      y: { label: w(`cost [${currency(result)} per child]`, `成本 [${currency(result)} / 每名儿童]`), grid: true, nice: true, tickFormat: short },
      marks: [
        Plot.line(on, { x: "effect", y: "cost", stroke: "var(--s0)", strokeWidth: 2 }),
        Plot.ruleX(points, { x: "effect", y1: "y1", y2: "y2", stroke: "var(--soft)" }), Plot.ruleY(points, { y: "cost", x1: "x1", x2: "x2", stroke: "var(--soft)" }),
        Plot.dot(points, { x: "effect", y: "cost", fill: (point: { on: boolean }) => (point.on ? "var(--s0)" : "var(--paper)"), stroke: "var(--s0)", strokeWidth: 1.6, r: 5 }),
        ...label((point) => point.effect < middle, "start"), ...label((point) => point.effect >= middle, "end"), tips(points, { x: "effect", y: "cost" }),
      ],
    });
    return { picture, data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Cost against effect of ${points.length} strategies; on the frontier: ${on.map((point) => point.name).join(", ")}`, `${points.length} 个方案的成本与效果；前沿：${on.map((point) => point.name).join("、")}`), legend: [{ name: w("on the frontier", "在前沿上"), kind: "line", color: "var(--s0)", symbol: "circle" }, { name: w("dominated", "被支配"), kind: "ring", color: "var(--s0)" }] };
  },
};
