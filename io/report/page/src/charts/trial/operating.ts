import { withError, z95 } from "../../numbers";
import { stylesOf } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { curveLegend, curves, plot, Plot, tips } from "../plotting";
import { sayEndpoint } from "../common";
import { intervalLevel, lineName, lines, ocOf, ofScenario, sayScale, trialScenario } from "./rows";

interface Measure {
  value: string;
  error: string;
  label: (scale: string) => string;
  onScale?: boolean; // of the analysis: those of another scale stand on an axis of their own
  wanted?: (level: number) => number;
  variesOnly?: boolean; // drawn only where it differs between trials
  changesOnly?: boolean; // or between rows, too
}

const rounding = 1e-6; // of numbers that are the same in all trials

const measures: Measure[] = [
  { value: "bias", error: "bias_mcse", onScale: true, label: (scale) => w(`bias [${scale}]`, `偏倚 [${scale}]`), wanted: () => 0 },
  { value: "coverage", error: "coverage_mcse", label: () => w("coverage of the interval [share]", "区间覆盖率 [比例]"), wanted: (level) => level },
  { value: "empirical_se", error: "empirical_se_mcse", onScale: true, label: (scale) => w(`empirical SE [${scale}]`, `经验标准误 [${scale}]`) },
  { value: "model_se_error_percent", error: "model_se_error_percent_mcse", label: () => w("error of the model SE [%]", "模型标准误的误差 [%]"), wanted: () => 0 },
  { value: "expected_sample_size", error: "expected_sample_size_mcse", label: () => w("expected sample size [patients]", "期望样本量 [患者]"), variesOnly: true },
  { value: "duration_months", error: "duration_months_mcse", label: () => w("duration [months]", "试验时长 [月]"), changesOnly: true },
];

export const operating: Chart = {
  id: "operating-characteristics",
  wide: true,
  title: () => w("Operating characteristics", "操作特性"),
  caption: () => w("How the analyses behave over simulated trials (Morris, White & Crowther 2019). Bars: ± 1.96 Monte Carlo standard errors; dashed: what is wanted. Analyses of one size stand a little apart.", "各分析在模拟试验中的表现（Morris、White & Crowther 2019）。误差线：± 1.96 个蒙特卡罗标准误；虚线：期望值。同一样本量的各分析略微错开。"),
  exists: (result) => ocOf(result) !== undefined,
  controls: (result) => [trialScenario(result)],
  draw(context): Drawing | undefined {
    const of = ocOf(context.result)!;
    const rows = ofScenario(of, context);
    if (rows.length === 0) return undefined;
    const names = lines(of, rows).slice(0, 7);
    const style = stylesOf(names);
    const columns = context.width >= 900 ? 3 : context.width >= 560 ? 2 : 1;
    const width = Math.floor((context.width - 16 * (columns - 1)) / columns);
    const sizes = of.distinct<number>("sample_size", rows).sort((a, b) => a - b);
    const beside = (sizes.length === 1 ? 2 : sizes.at(-1)! - sizes[0]!) * Math.min(0.03, 0.2 / names.length); // analyses of one size do not lie on each other
    const spaced = sizes.filter((size, place) => place === 0 || size - sizes[place - 1]! >= (sizes.at(-1)! - sizes[0]!) / (width / 45));
    const changes = (value: string, error: string): boolean => rows.some((row) => Math.max(of.number(error, row), Math.abs(of.number(value, row) - of.number(value, rows[0]!))) > rounding * Math.abs(of.number(value, row)));
    const shown = measures.filter(({ value, error, variesOnly, changesOnly }) => rows.some((row) => Number.isFinite(of.number(value, row)) && (!variesOnly || of.number(error, row) > 0)) && (!changesOnly || changes(value, error)));
    const scaleName = (row: number): string => (of.distinct("endpoint", rows).length > 1 ? `${sayEndpoint(of.text("endpoint", row))}: ${sayScale(of, row)}` : sayScale(of, row));
    const charts = shown.flatMap((measure) => (measure.onScale ? [...new Set(rows.filter((row) => Number.isFinite(of.number(measure.value, row))).map(scaleName))] : [""]).map((scale) => ({ ...measure, scale })));
    const pictures = charts.map(({ value, error, label, wanted, scale }) => {
      const curvesOfMeasure = names.map((name, place) => ({
        name, style: style(name),
        points: rows.filter((row) => lineName(of, row) === name && Number.isFinite(of.number(value, row)) && (scale === "" || scaleName(row) === scale)).map((row) => {
          const [number, mcse] = [of.number(value, row), of.number(error, row)];
          const half = Number.isFinite(mcse) ? z95 * mcse : 0;
          return { x: of.number("sample_size", row) + beside * (place - (names.length - 1) / 2), y: number, low: number - half, high: number + half, tip: `${name}\nN = ${of.number("sample_size", row)}: ${withError(number, mcse)}` };
        }),
      }));
      const points = curvesOfMeasure.flatMap((curve) => curve.points);
      return plot({
        width, height: 220, marginTop: 30,
        x: { label: w("patients randomised", "随机化患者数"), ticks: spaced.length < 7 ? spaced : 5, tickFormat: (size: number) => String(size), ...(sizes.length === 1 ? { domain: [sizes[0]! - 1, sizes[0]! + 1] } : {}) }, y: { label: label(scale), grid: true, nice: true, ticks: 5 },
        marks: [
          wanted ? Plot.ruleY([wanted(intervalLevel(context.result))].filter(Number.isFinite), { stroke: "var(--soft)", strokeDasharray: "4 3" }) : null,
          ...curvesOfMeasure.map((curve) => Plot.ruleX(curve.points, { x: "x", y1: "low", y2: "high", stroke: curve.style.color, strokeWidth: 1.4 })),
          ...curves(curvesOfMeasure), tips(points, { x: "x", y: "y" }),
        ],
      });
    });
    const box = document.createElement("div");
    box.className = "multiples";
    box.append(...pictures);
    return {
      picture: box, legend: curveLegend(names.map((name) => ({ name, style: style(name), points: [] }))),
      data: dataOf(of, rows, of.columns.map((column) => column.name)),
      summary: w(`${charts.length} small charts of ${shown.length} operating characteristics against sample size`, `${shown.length} 项操作特性随样本量变化的小图`),
    };
  },
};
