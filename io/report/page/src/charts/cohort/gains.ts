import { withError, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { endpointUnits, has, sayEndpoint } from "../common";
import { crossRule, curveLegend, curves, plot, tips } from "../plotting";
import { chosenRows, incrementsOf, strategyControl, strategyStyles, stratumControl, usual } from "./rows";

export const gains: Chart = {
  id: "gains",
  title: () => w("Gain over the reference", "相对参照的获益"),
  caption: () => w("The same child with and without the strategy (twins), latent score. Band: mean ± 1.96 Monte Carlo standard errors.", "同一儿童在有无该方案时的差异（孪生对照），潜在评分。色带：均值 ± 1.96 个蒙特卡罗标准误。"),
  exists: has("/cohort/increments"),
  controls: (result) => [...usual(result), stratumControl(result), strategyControl(result)],
  draw(context): Drawing | undefined {
    const increments = incrementsOf(context.result)!;
    const names = context.choices("strategy-set");
    const style = strategyStyles(context.result);
    const rows = chosenRows(increments, context, ["scenario", "endpoint", "stratum"]).filter((row) => names.includes(increments.text("strategy", row)));
    if (rows.length === 0) return undefined;
    const all = names.map((name) => ({
      name, style: style(name),
      points: [
        { x: 0, y: 0, lower: 0, upper: 0, tip: `${name}\n${w("baseline: twins are equal", "基线：孪生对照相等")}` },
        ...rows.filter((row) => increments.text("strategy", row) === name && increments.number("visit_months", row) > 0).map((row) => {
          const [mean, error] = [increments.number("mean", row), increments.number("mcse", row)];
          return { x: increments.number("visit_months", row), y: mean, lower: mean - z95 * error, upper: mean + z95 * error, tip: `${name}\n${w("month", "月")} ${increments.number("visit_months", row)}: ${withError(mean, error)}` };
        }),
      ],
    }));
    const endpoint = context.choice("endpoint");
    const points = all.flatMap((curve) => curve.points);
    const months = [...new Set(points.map((point) => point.x))];
    const picture = plot({
      width: context.width, height: 340,
      x: { label: w("months since baseline", "基线后月数"), ticks: months.length < 9 ? months : undefined, tickFormat: (x: number) => String(x) },
      y: { label: `${w("gain", "获益")}, ${sayEndpoint(endpoint)} [${endpointUnits(endpoint)}]`, grid: true, nice: true },
      marks: [crossRule("y", 0), ...curves(all), tips(points, { x: "x", y: "y" })],
    });
    return {
      picture, legend: curveLegend(all),
      data: dataOf(increments, rows, ["scenario", "strategy", "stratification", "stratum", "endpoint", "visit_months", "n", "mean", "mcse", "sd"]),
      summary: w(`Lines of the gain in ${sayEndpoint(endpoint)} against months for ${all.length} strategies`, `${all.length} 个方案的 ${sayEndpoint(endpoint)} 获益随月数变化的曲线`),
    };
  },
};
