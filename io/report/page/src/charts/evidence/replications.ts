import { table } from "../../data/result";
import { general, withError } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";

const colours: Record<string, string> = { inside: "var(--s0)", calibrated: "var(--s2)", "known misfit": "var(--s4)", MISFIT: "var(--s1)" };
const symbols = { inside: "circle", calibrated: "diamond", "known misfit": "triangle", MISFIT: "square" } as Record<string, "circle" | "diamond" | "triangle" | "square">;
const sayVerdict = (verdict: string): string => ({ inside: w("inside", "在区间内"), calibrated: w("calibrated to fit", "经校准拟合"), "known misfit": w("known misfit", "已知不符"), MISFIT: w("misfit", "不符"), "not modelled": w("not modelled", "未建模") })[verdict] ?? verdict;

export const replications: Chart = {
  id: "replications",
  wide: true,
  title: () => w("Published studies against the model", "已发表研究与模型对照"),
  caption: () => w("Each line is a published figure on the scale of its own 95 % predictive interval: 0 is the simulated median, ± 1 the ends of the interval. Symbols beyond ± 3 are drawn at the edge.", "每行是一个已发表的数值，按其 95% 预测区间缩放：0 为模拟中位数，± 1 为区间端点；超出 ± 3 的符号画在边缘。"),
  exists: has("/replications"),
  controls: (result) => {
    const of = table(result, "/replications")!;
    const stances = of.distinct<string>("evidence").filter((name) => name !== "");
    const verdicts = ["every", ...Object.keys(colours)];
    return [{ key: "replication-stance", label: w("stance", "立场"), options: stances, fallback: stances[0] ?? "" }, { key: "verdict", label: w("verdict", "判定"), options: verdicts, fallback: "every", say: (option) => (option === "every" ? w("all", "全部") : sayVerdict(option)) }];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, "/replications")!;
    const rows = of.where({ evidence: context.choice("replication-stance") }).filter((row) => of.text("verdict", row) in colours && (context.choice("verdict") === "every" || of.text("verdict", row) === context.choice("verdict")));
    const label = (row: number): string => `${of.text("study", row)}: ${of.text("figure", row)}`;
    const points = rows.map((row) => {
      const [published, median, lower, upper] = ["published", "median", "lower", "upper"].map((name) => of.number(name, row)) as [number, number, number, number];
      const half = published >= median ? upper - median : median - lower;
      const scaled = half > 0 ? (published - median) / half : published === median ? 0 : Math.sign(published - median) * 3;
      return { key: String(row), x: Math.max(-3, Math.min(3, scaled)), verdict: of.text("verdict", row), tip: `${label(row)}\n${w("published", "已发表")} ${of.text("printed", row)}\n${w("simulated", "模拟")} ${general(median)} (${general(lower)} – ${general(upper)})\n${w("position", "位置")} ${withError(of.number("position", row), of.number("position_mcse", row))}\n${sayVerdict(of.text("verdict", row))}${of.text("reason", row) ? `: ${of.text("reason", row)}` : ""}` };
    });
    if (points.length === 0) return undefined;
    const labels = labelsFor(rows.map(label), context.width, context.width < 480 ? 0.62 : 0.42);
    const picture = plot({
      width: context.width, height: 66 + 15 * points.length, marginLeft: labels.margin, marginRight: 20, style: { fontSize: "11px" } as never,
      x: { label: context.width < 480 ? w("place in the interval", "区间内位置") : w("published figure in its predictive interval", "已发表数值在预测区间中的位置"), domain: [-3, 3], ticks: [-3, -2, -1, 0, 1, 2, 3], grid: true }, y: { type: "band", domain: points.map((point) => point.key), tickFormat: (key: string) => labels.fit(label(Number(key))), label: null, tickSize: 0 },
      marks: [Plot.ruleY(points, { y: "key", x1: () => -1, x2: () => 1, stroke: "var(--soft)", strokeWidth: 3, strokeOpacity: 0.45 }), Plot.ruleX([0], { stroke: "var(--soft)" }), Plot.dot(points, { y: "key", x: "x", fill: (point: { verdict: string }) => colours[point.verdict]!, symbol: (point: { verdict: string }) => symbols[point.verdict]!, r: 4 } as never), tips(points, { x: "x", y: "key" })],
      symbol: { type: "identity" } as never,
    });
    const count = (verdict: string): number => points.filter((point) => point.verdict === verdict).length;
    const misfits = rows.filter((row) => ["MISFIT", "known misfit"].includes(of.text("verdict", row)));
    const told = (row: number): string => `${label(row)}: ${w("published", "已发表")} ${of.text("printed", row)}, ${w("simulated", "模拟")} ${general(of.number("median", row))} (${general(of.number("lower", row))} – ${general(of.number("upper", row))}); ${sayVerdict(of.text("verdict", row))}${of.text("reason", row) ? `: ${of.text("reason", row)}` : ""}`;
    return { picture, story: misfits.map(told), legend: Object.keys(colours).map((verdict) => ({ name: `${sayVerdict(verdict)} (${count(verdict)})`, kind: "dot", color: colours[verdict]!, symbol: symbols[verdict] })), data: dataOf(of, of.where({ evidence: context.choice("replication-stance") }), of.columns.map((column) => column.name)), summary: w(`Caterpillar of ${points.length} published figures: ${count("inside")} inside, ${count("known misfit")} known misfits, ${count("MISFIT")} misfits`, `${points.length} 个已发表数值的毛虫图：${count("inside")} 个在区间内，${count("known misfit")} 个已知不符，${count("MISFIT")} 个不符`) };
  },
};
