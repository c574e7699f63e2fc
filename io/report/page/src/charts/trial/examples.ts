import { table, type Table } from "../../data/result";
import { general } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has, scenarioControl } from "../common";
import { labelsFor, plot, Plot, tips } from "../plotting";
import { lineName, ocOf, sayScale } from "./rows";

/** The first simulated trials one by one: how each went, and what it found. */

const drawnTrials = 20;
const toldTrials = 3;

const replicatesOf = "/trial/replicates";

const endings: Record<string, () => string> = {
  efficacy: () => w("ended with a benefit", "以有效结束"), futility: () => w("ended without a benefit", "未见有效而结束"), worse: () => w("ended as significantly worse", "以显著更差结束"),
};

/** "Trial 3: 120 randomised; stopped for benefit at look 2, month 26; estimate 8.2 (4.1 to 12.2), p = 0.0003." */
function story(of: Table, row: number): string {
  const number = of.number("replicate", row);
  const failed = of.number("failure", row) > 0;
  const randomised = ["n_reference", "n_arm"].map((name) => of.number(name, row)).filter(Number.isFinite).reduce((sum, count) => sum + count, 0);
  const ending = endings[of.text("reason", row)]?.();
  const look = of.number("look", row) > 0 ? w(` at look ${of.number("look", row)}`, `（第 ${of.number("look", row)} 次分析）`) : "";
  const months = w(`month ${general(of.number("duration_months", row), 3)}`, `第 ${general(of.number("duration_months", row), 3)} 个月`);
  const end = ending ? `${ending}${look}, ${months}` : w(`ended in ${months}`, `于${months}结束`);
  const found = failed ? w("the analysis failed", "分析失败") : `${of.truth("reject", row) ? w("significant", "显著") : w("not significant", "不显著")}: ${Number.isFinite(of.number("estimate", row)) ? interval(of, row) : ""}${sayP(of.number("p", row))}`;
  return w(`Trial ${number}: ${general(randomised, 9)} randomised in the arms compared; ${end}; ${found}.`, `试验 ${number}：所比较各组共随机化 ${general(randomised, 9)} 例；${end}；${found}。`);
}

const sayP = (p: number): string => (p < 0.001 ? "p\u00a0<\u00a00.001" : `p\u00a0=\u00a0${general(p, 2)}`);

const interval = (of: Table, row: number): string => w(`estimate ${general(of.number("estimate", row), 3)} (${general(of.number("lower", row), 3)} to ${general(of.number("upper", row), 3)}), `, `估计值 ${general(of.number("estimate", row), 3)}（${general(of.number("lower", row), 3)} 至 ${general(of.number("upper", row), 3)}），`);

export const examples: Chart = {
  id: "example-trials",
  wide: true,
  title: () => w("Example trials", "试验示例"),
  caption: () => w("The first simulated trials of one size: estimate with its interval, and when the trial ended. Filled: the null hypothesis is rejected. They show what a single trial may look like; the power is in the charts above.", "某一样本量下最先模拟的若干试验：估计值及其区间，以及结束时间。实心：拒绝原假设。仅示意单个试验的可能情形；功效见上方图表。"),
  exists: has(replicatesOf),
  controls: (result) => {
    const of = table(result, replicatesOf)!;
    const sizes = of.distinct<number>("sample_size").map(String);
    const names = [...new Set(Array.from({ length: of.rows }, (_, row) => lineName(of, row)))];
    return [scenarioControl(result, of), { key: "example-size", label: w("sample size", "样本量"), options: sizes, fallback: sizes.at(-1) ?? "" }, { key: "example-line", label: w("analysis", "分析"), options: names, fallback: names[0] ?? "" }];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, replicatesOf)!;
    const rows = of.where({ scenario: context.choice("scenario"), sample_size: Number(context.choice("example-size")) }).filter((row) => lineName(of, row) === context.choice("example-line")).slice(0, drawnTrials);
    if (rows.length === 0) return undefined;
    const two = context.width >= 620;
    const width = two ? Math.floor((context.width - 16) / 2) : context.width;
    const label = (row: number): string => w(`trial ${of.number("replicate", row)}`, `试验 ${of.number("replicate", row)}`);
    const labels = labelsFor(rows.map(label), width);
    const points = rows.map((row) => ({ key: String(row), x: of.number("estimate", row), low: of.number("lower", row), high: of.number("upper", row), months: of.number("duration_months", row), rejects: of.truth("reject", row), look: of.number("look", row), tip: story(of, row) }));
    const y = { type: "band" as const, domain: rows.map(String), tickFormat: (key: string) => labels.fit(label(Number(key))), label: null, tickSize: 0, padding: 0.3 };
    const frame = { width, height: 66 + 18 * rows.length, marginLeft: labels.margin, marginRight: 20, y };
    const fill = (point: { rejects: boolean }): string => (point.rejects ? "var(--s0)" : "var(--paper)");
    const estimates = points.filter((point) => Number.isFinite(point.x));
    const oc = ocOf(context.result);
    const scale = oc === undefined ? w("of the analysis", "分析尺度") : sayScale(oc, oc.where({ analysis: of.text("analysis", rows[0]!) })[0] ?? 0);
    const box = document.createElement("div");
    box.className = "multiples";
    if (estimates.length > 0)
      box.append(plot({
        ...frame, x: { label: w(`estimate [${scale}]`, `估计值 [${scale}]`), grid: true, nice: true },
        marks: [Plot.ruleX([0], { stroke: "var(--soft)", strokeDasharray: "4 3" }), Plot.ruleY(estimates.filter((point) => Number.isFinite(point.low) && Number.isFinite(point.high)), { y: "key", x1: "low", x2: "high", stroke: "currentColor", strokeWidth: 1.4 }), Plot.dot(estimates, { y: "key", x: "x", fill, stroke: "var(--s0)", strokeWidth: 1.6, r: 4 }), tips(estimates, { x: "x", y: "key" })],
      }));
    if (points.some((point) => point.months > 0))
      box.append(plot({
        ...frame, marginRight: of.has("look") ? 52 : 20, x: { label: w("months since the first day of accrual", "自入组首日起的月数"), grid: true, nice: true, domain: [0, Math.max(...points.map((point) => point.months))] },
        marks: [Plot.ruleY(points, { y: "key", x1: () => 0, x2: "months", stroke: "var(--soft)", strokeWidth: 3, strokeOpacity: 0.5 }), Plot.dot(points, { y: "key", x: "months", fill, stroke: "var(--s0)", strokeWidth: 1.6, r: 4 }), of.has("look") ? Plot.text(points.filter((point) => point.look > 0), { y: "key", x: "months", text: (point: { look: number }) => w(`look ${point.look}`, `第 ${point.look} 次`), dx: 8, textAnchor: "start", stroke: "var(--paper)", strokeWidth: 4, fill: "currentColor" }) : null, tips(points, { x: "months", y: "key" })],
      }));
    if (box.childElementCount === 0) return undefined;
    return {
      picture: box, legend: [{ name: w("null hypothesis rejected", "拒绝原假设"), kind: "dot", color: "var(--s0)" }, { name: w("not rejected", "未拒绝"), kind: "ring", color: "var(--s0)" }],
      data: dataOf(of, rows, of.columns.map((column) => column.name)), story: rows.slice(0, toldTrials).map((row) => story(of, row)),
      summary: w(`${rows.length} simulated trials one by one, of which ${points.filter((point) => point.rejects).length} reject`, `逐一列出 ${rows.length} 个模拟试验，其中 ${points.filter((point) => point.rejects).length} 个拒绝原假设`),
      note: of.rows < of.total ? w("The page holds the first rows of the table of trials; of settings that have none here nothing is drawn.", "本页仅含试验表的前若干行；此处无数据的设置不绘制。") : undefined,
    };
  },
};
