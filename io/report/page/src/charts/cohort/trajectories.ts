import { type Cell, type Result, type Table, table } from "../../data/result";
import { general, withError, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, type Context, dataOf, type DataTable, type Drawing } from "../chart";
import { endpointUnits, has, referenceOf, sayEndpoint } from "../common";
import { type Curve, curveLegend, curves, plot, type Point, tips } from "../plotting";
import { chosenRows, strategyControl, strategyStyles, stratumControl, summaryOf, usual } from "./rows";

const baselineTable = (result: Result): Table | undefined => table(result, "/cohort/baseline");
const baselineRows = (context: Context): number[] => { const of = baselineTable(context.result); return of ? chosenRows(of, context, ["scenario", "endpoint", "stratum"]) : []; };

/** Where all strategies begin: what the first assessment recorded. */
function baselineOf(context: Context): Point[] {
  const of = baselineTable(context.result)!;
  return baselineRows(context).map((row) => {
    const [mean, error] = [of.number("mean", row), of.number("mean_mcse", row)];
    return { x: 0, y: mean, lower: mean - z95 * error, upper: mean + z95 * error, tip: `${w("baseline, under every strategy", "基线（各方案相同）")}: ${withError(mean, error)}` };
  });
}

/** The rows behind the lines, those of the baseline first. */
function dataWithBaseline(context: Context, rows: number[], columns: string[]): DataTable {
  const data = dataOf(summaryOf(context.result), rows, columns);
  const of = baselineTable(context.result);
  const cells = (row: number): Cell[] => data.heads.map(({ name }) => (name === "visit_months" ? 0 : (of!.column(name)?.values[row] ?? (name === "strategy" ? "" : NaN))));
  return { ...data, rows: [...baselineRows(context).map(cells), ...data.rows] };
}

function curvesOf(context: Context): { all: Curve[]; rows: number[] } {
  const summary = summaryOf(context.result);
  const wanted = new Set([referenceOf(context.result, "cohort"), ...context.choices("strategy-set")]);
  const style = strategyStyles(context.result);
  const rows = chosenRows(summary, context, ["scenario", "endpoint", "stratum"]).filter((row) => wanted.has(summary.text("strategy", row)));
  const start = baselineOf(context);
  const all = [...wanted].map((name) => ({
    name,
    style: style(name),
    points: [...start, ...rows.filter((row) => summary.text("strategy", row) === name).map((row) => {
      const [mean, error] = [summary.number("mean", row), summary.number("mean_mcse", row)];
      return {
        x: summary.number("visit_months", row), y: mean, lower: mean - z95 * error, upper: mean + z95 * error,
        tip: `${name}\n${w("month", "月")} ${summary.number("visit_months", row)}: ${withError(mean, error)}\n${w("5 to 95 % of children", "5% 至 95% 的儿童")}: ${general(summary.number("p05", row))} – ${general(summary.number("p95", row))}`,
      };
    })],
  }));
  return { all, rows };
}

export const trajectories: Chart = {
  id: "trajectories",
  title: () => w("Trajectories", "变化轨迹"),
  caption: () => w("Mean observed outcome under the reference and the chosen strategies, from the first assessment on. Band: mean ± 1.96 Monte Carlo standard errors.", "参照与所选方案下观察结局的均值，自首次评估起。色带：均值 ± 1.96 个蒙特卡罗标准误。"),
  exists: has("/cohort/summary"),
  controls: (result) => [...usual(result), stratumControl(result), strategyControl(result)],
  draw(context): Drawing | undefined {
    const { all, rows } = curvesOf(context);
    if (rows.length === 0) return undefined;
    const endpoint = context.choice("endpoint");
    const points = all.flatMap((curve) => curve.points);
    const months = [...new Set(points.map((point) => point.x as number))];
    const picture = plot({
      width: context.width, height: 340,
      x: { label: w("months since baseline", "基线后月数"), ticks: months.length < 9 ? months : undefined, tickFormat: (x: number) => String(x), domain: [0, Math.max(...months)] },
      y: { label: `${sayEndpoint(endpoint)} [${endpointUnits(endpoint)}]`, grid: true, nice: true },
      marks: [...curves(all), tips(points, { x: "x", y: "y" })],
    });
    const columns = ["scenario", "strategy", "stratification", "stratum", "endpoint", "visit_months", "n", "mean", "mean_mcse", "sd", "p05", "p25", "p50", "p75", "p95"];
    return {
      picture, data: dataWithBaseline(context, rows, columns), legend: curveLegend(all),
      summary: w(`Lines of ${sayEndpoint(endpoint)} against months for ${all.length} strategies`, `${all.length} 个方案的 ${sayEndpoint(endpoint)} 随月数变化的曲线`),
    };
  },
};
