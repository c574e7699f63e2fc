import { table } from "../../data/result";
import { percent, withError, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { endpointUnits, has, sayEndpoint } from "../common";
import { crossRule, plot, Plot, tips } from "../plotting";
import { chosenRows, incrementsOf, strategyStyles, stratumControl, usual, visitControl } from "./rows";

const labelled = 7; // more names than this would lie on each other

export const riskBenefit: Chart = {
  id: "risk-benefit",
  title: () => w("Risk and benefit", "风险与获益"),
  caption: () => w("Each point is a strategy: the gain of its children against those with a related adverse event. Bars: 95 % Monte Carlo intervals. Up and left is better.", "每个点是一种方案：纵轴为获益，横轴为发生相关不良事件的儿童比例。误差线：95% 蒙特卡罗区间。左上为佳。"),
  exists: (result) => has("/cohort/increments")(result) && has("/cohort/harm")(result),
  controls: (result) => [...usual(result), visitControl(result), stratumControl(result),
    { key: "risk", label: w("risk", "风险"), options: ["any", "serious"], fallback: "any", say: (option) => (option === "any" ? w("any related event", "任何相关事件") : w("grade 3 or more", "3 级及以上")) }],
  draw(context): Drawing | undefined {
    const increments = incrementsOf(context.result)!;
    const harm = table(context.result, "/cohort/harm")!;
    const share = context.choice("risk") === "serious" ? "serious_share" : "any_share";
    const ofStrategy = new Map(chosenRows(harm, context, ["scenario", "stratum"]).map((row) => [harm.text("strategy", row), row]));
    const rows = chosenRows(increments, context, ["scenario", "endpoint", "visit", "stratum"]).filter((row) => ofStrategy.has(increments.text("strategy", row)));
    if (rows.length === 0) return undefined;
    const points = rows.map((row) => {
      const other = ofStrategy.get(increments.text("strategy", row))!;
      const [gain, error] = [increments.number("mean", row), increments.number("mcse", row)];
      const [risk, riskError] = [100 * harm.number(share, other), 100 * harm.number(`${share}_mcse`, other)];
      const name = increments.text("strategy", row);
      return { name, gain, risk, y1: gain - z95 * error, y2: gain + z95 * error, x1: Math.max(0, risk - z95 * riskError), x2: risk + z95 * riskError, tip: `${name}\n${w("gain", "获益")} ${withError(gain, error)}\n${w("with an event", "发生事件")} ${percent(risk / 100, riskError / 100)} %` };
    });
    const style = strategyStyles(context.result);
    const few = points.length <= labelled;
    const dots = few ? points.map((point) => Plot.dot([point], { x: "risk", y: "gain", fill: style(point.name).color, symbol: style(point.name).symbol, r: 5 })) : [Plot.dot(points, { x: "risk", y: "gain", fill: "var(--s0)", fillOpacity: 0.75, r: 4 })];
    const endpoint = context.choice("endpoint");
    const picture = plot({
      width: context.width, height: 340,
      x: { label: w("children with a related adverse event [%]", "发生相关不良事件的儿童 [%]"), grid: true, nice: true, domain: [0, Math.max(1, ...points.map((point) => point.x2))] },
      y: { label: `${w("gain", "获益")}, ${sayEndpoint(endpoint)} [${endpointUnits(endpoint)}]`, grid: true, nice: true },
      marks: [crossRule("y", 0), Plot.ruleX(points, { x: "risk", y1: "y1", y2: "y2", stroke: "var(--soft)" }), Plot.ruleY(points, { y: "gain", x1: "x1", x2: "x2", stroke: "var(--soft)" }), ...dots, tips(points, { x: "risk", y: "gain" })],
    });
    const gainData = dataOf(increments, rows, ["scenario", "strategy", "stratification", "stratum", "endpoint", "visit_months", "mean", "mcse"]);
    const harmData = dataOf(harm, rows.map((row) => ofStrategy.get(increments.text("strategy", row))!), ["any_share", "any_share_mcse", "serious_share", "serious_share_mcse"]);
    return {
      picture, legend: few ? points.map(({ name }) => ({ name, kind: "dot", color: style(name).color, symbol: style(name).symbol })) : undefined,
      data: { heads: [...gainData.heads, ...harmData.heads], rows: gainData.rows.map((row, place) => [...row, ...harmData.rows[place]!]) },
      summary: w(`Gain against risk for ${points.length} strategies`, `${points.length} 个方案的获益与风险`),
    };
  },
};
