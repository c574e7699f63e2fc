import { withError, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { endpointUnits, has, sayEndpoint, scenarioControl } from "../common";
import { crossRule, labelsFor, plot, Plot, tips } from "../plotting";
import { byGain, chosenRows, endpointControl, incrementsOf, strategies, stratumKey, stratumName, summaryOf, visitControl } from "./rows";

const most = 60;

export const forest: Chart = {
  id: "forest",
  wide: true,
  title: () => w("Gain by subgroup", "各亚组的获益"),
  caption: () => w("Mean gain of one strategy over the reference. Bar: 95 % Monte Carlo interval; the dashed line is the gain of all children.", "某一方案相对参照的平均获益。误差线：95% 蒙特卡罗区间；虚线为全体儿童的获益。"),
  exists: (result) => has("/cohort/increments")(result) && incrementsOf(result)!.distinct("stratum").length > 1,
  controls: (result) => {
    const names = strategies(result);
    return [scenarioControl(result, summaryOf(result)), endpointControl(result), visitControl(result), { key: "strategy", label: w("strategy", "方案"), options: names, fallback: byGain(result, names)[0] ?? "" }];
  },
  draw(context): Drawing | undefined {
    const increments = incrementsOf(context.result)!;
    const rows = chosenRows(increments, context, ["scenario", "endpoint", "visit"]).filter((row) => increments.text("strategy", row) === context.choice("strategy") && increments.number("n", row) > 0);
    if (rows.length === 0) return undefined;
    const drawn = rows.slice(0, most);
    const points = drawn.map((row) => {
      const [mean, error] = [increments.number("mean", row), increments.number("mcse", row)];
      const key = stratumKey(increments, row);
      return { key, mean, lower: mean - z95 * error, upper: mean + z95 * error, n: increments.number("n", row), tip: `${stratumName(key)}\n${withError(mean, error)}\nn = ${increments.number("n", row).toLocaleString("en")}` };
    });
    const labels = labelsFor(points.map((point) => stratumName(point.key)), context.width);
    const right = 116;
    const wide = context.width > 460;
    const overall = points.find((point) => point.key === "/all");
    const endpoint = context.choice("endpoint");
    const picture = plot({
      width: context.width, height: 70 + 22 * points.length, marginLeft: labels.margin, marginRight: wide ? right : 16,
      x: { label: `${w("gain", "获益")}, ${sayEndpoint(endpoint)} [${endpointUnits(endpoint)}]`, grid: true, nice: true },
      y: { type: "band", domain: points.map((point) => point.key), label: null, tickFormat: (key: string) => labels.fit(stratumName(key)), tickSize: 0 },
      marks: [
        crossRule("x", 0),
        overall ? Plot.ruleX([overall.mean], { stroke: "var(--s0)", strokeDasharray: "4 3" }) : null,
        Plot.ruleY(points, { y: "key", x1: "lower", x2: "upper", stroke: "currentColor", strokeWidth: 1.6 }),
        Plot.dot(points, { y: "key", x: "mean", fill: "var(--s0)", symbol: "square", r: 4 }),
        wide ? Plot.text(points, { y: "key", frameAnchor: "right", textAnchor: "end", dx: right - 4, text: (point: { mean: number; upper: number }) => withError(point.mean, (point.upper - point.mean) / z95) }) : null,
        tips(points, { x: "mean", y: "key" }),
      ],
    });
    return {
      picture, data: dataOf(increments, rows, ["scenario", "strategy", "stratification", "stratum", "endpoint", "visit_months", "n", "mean", "mcse", "sd"]),
      summary: w(`Forest plot of the gain of ${context.choice("strategy")} in ${points.length} subgroups`, `${context.choice("strategy")} 在 ${points.length} 个亚组中获益的森林图`),
      note: rows.length > most ? w(`The first ${most} of ${rows.length} subgroups are drawn; the table has all.`, `仅绘制 ${rows.length} 个亚组中的前 ${most} 个；数据表含全部。`) : undefined,
    };
  },
};
