import { type Table, table } from "../../data/result";
import { general, withError, z95 } from "../../numbers";
import { styleAt, stylesOf } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has, scenarioControl } from "../common";
import { type Curve, curveLegend, curves, plot, Plot, tips } from "../plotting";
import { eventsAtEnd } from "./rows";

export const expectedEvents: Chart = {
  id: "expected-events",
  title: () => w("Expected events over calendar time", "日历时间上的期望事件数"),
  caption: () => w("In closed form, by arm and together, from the first day of accrual, as if the trial went on; dashed: the number of events at which it ends, and when that is expected, on a straight line between the months of the table.", "按组别及合计的闭式解，自入组首日起，假定试验持续进行；虚线：试验结束所需事件数及预计时间（表中各月之间按直线内插）。"),
  exists: has("/trial/expected_events"),
  controls: (result) => {
    const of = table(result, "/trial/expected_events")!;
    const sizes = of.distinct<number>("sample_size").map(String);
    const counts = ["events", "randomised"].filter((name) => of.has(name));
    return [...(of.has("scenario") ? [scenarioControl(result, of)] : []), { key: "event-size", label: w("sample size", "样本量"), options: sizes, fallback: sizes.at(-1) ?? "" },
      { key: "event-count", label: w("count", "计数"), options: counts, fallback: counts[0] ?? "", say: (name) => (name === "events" ? w("events", "事件") : w("patients randomised", "随机化患者")) }];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, "/trial/expected_events")!;
        const count = context.choice("event-count");
    if (!count) return undefined;
    const rows = of.where({ scenario: of.has("scenario") ? context.choice("scenario") : undefined, sample_size: Number(context.choice("event-size")) });
    const arms = of.distinct<string>("arm", rows);
    const together = w("all arms together", "全部组别合计");
    const style = stylesOf([...arms, together]);
    const curve = (name: string, own: number[]): Curve => ({ name, style: style(name), points: [{ x: 0, y: 0 }, ...counts(of, count, own)].map((point) => ({ ...point, tip: `${name}\n${w("month", "月")} ${general(point.x)}: ${point.y.toFixed(1)}` })) });
    const all = [...arms.map((arm) => curve(arm, rows.filter((row) => of.text("arm", row) === arm))), ...(arms.length > 1 ? [curve(together, rows)] : [])];
    const points = all.flatMap((each) => each.points);
    if (rows.length === 0) return undefined;
    const planned = count === "events" ? eventsAtEnd(context.result) : NaN;
    const month = monthOf(planned, [{ x: 0, y: 0 }, ...counts(of, count, rows)]);
    const end = Number.isFinite(month) ? w(`${general(planned, 9)} events end the trial: expected in month ${general(month, 3)}`, `${general(planned, 9)} 个事件时试验结束：预计第 ${general(month, 3)} 个月`) : undefined;
    const picture = plot({
      width: context.width, height: 320, x: { label: w("months since the first day of accrual", "自入组首日起的月数"), zero: true }, y: { label: count === "events" ? w("expected events", "期望事件数") : w("patients", "患者数"), grid: true, nice: true },
      marks: [end ? [Plot.ruleY([planned], { stroke: "var(--soft)", strokeDasharray: "4 3" }), Plot.ruleX([month], { y1: 0, y2: planned, stroke: "var(--soft)", strokeDasharray: "4 3" })] : null, ...curves(all, { dots: rows.length < 80 }), tips(points, { x: "x", y: "y" })],
    });
    return {
      picture, legend: [...curveLegend(all, rows.length < 80), ...(end ? [{ name: end, kind: "rule" as const, dash: "4 3", color: "var(--soft)" }] : [])], data: dataOf(of, rows, of.columns.map((column) => column.name)),
      summary: `${w("Lines of expected counts against months, by arm and together", "各组及合计期望计数随月数变化的曲线")}${end ? w(`; ${end}`, `；${end}`) : ""}`,
    };
  },
};

type Day = { x: number; y: number };

/** Counts of some rows by month, those of several arms together. */
function counts(of: Table, count: string, rows: number[]): Day[] {
  const sums = new Map<number, number>();
  for (const row of rows) sums.set(of.number("months", row), (sums.get(of.number("months", row)) ?? 0) + of.number(count, row));
  return [...sums].map(([x, y]) => ({ x, y })).sort((a, b) => a.x - b.x);
}

/** The month in which a count is reached, between the months of the table on a straight line; NaN where it never is. */
function monthOf(wanted: number, days: Day[]): number {
  const after = days.findIndex(({ y }) => y >= wanted);
  if (after < 1) return NaN;
  const [from, to] = [days[after - 1]!, days[after]!];
  return from.x + ((wanted - from.y) / (to.y - from.y)) * (to.x - from.x);
}

export const informationTime: Chart = {
  id: "information-time",
  title: () => w("Information over calendar time", "日历时间上的信息量"),
  caption: () => w("When the looks are taken and what is known then, in trials that come to them. Bars: ± 1.96 Monte Carlo standard errors.", "各次分析的时间与届时信息量（限于到达该分析的试验）。误差线：± 1.96 个蒙特卡罗标准误。"),
  exists: has("/trial/looks"),
  controls: (result) => {
    const looks = table(result, "/trial/looks")!;
    const sizes = looks.distinct<number>("sample_size").map(String);
    return [scenarioControl(result, looks), { key: "look-size", label: w("planned size", "计划样本量"), options: sizes, fallback: sizes.at(-1)! }];
  },
  draw(context): Drawing | undefined {
    const looks = table(context.result, "/trial/looks")!;
    const rows = looks.where({ scenario: context.choice("scenario"), sample_size: Number(context.choice("look-size")) }).filter((row) => Number.isFinite(looks.number("months", row)));
    if (rows.length === 0) return undefined;
    const line = (column: string, error: string, name: string, place: number, factor: (row: number) => number) => ({
      name, style: styleAt(place),
      points: rows.map((row) => {
        const [value, mcse] = [factor(row) * looks.number(column, row), factor(row) * looks.number(error, row)];
        return { x: looks.number("months", row), y: value, low: value - z95 * mcse, high: value + z95 * mcse, tip: `${w("look", "分析")} ${looks.number("look", row)}, ${w("month", "月")} ${withError(looks.number("months", row), looks.number("months_mcse", row))}\n${name}: ${withError(value, mcse)}` };
      }),
    });
    const planned = Number(context.choice("look-size"));
    const all = [line("information_seen", "information_seen_mcse", w("information [% of the planned maximum]", "信息量 [计划最大值的 %]"), 0, () => 100), line("enrolled", "enrolled_mcse", w("enrolled [% of the planned size]", "入组 [计划样本量的 %]"), 2, () => 100 / planned)];
    const points = all.flatMap((curve) => curve.points);
    const picture = plot({
      width: context.width, height: 300, x: { label: w("months since the first day of accrual", "自入组首日起的月数"), zero: true, nice: true }, y: { label: "%", grid: true, zero: true, nice: true },
      marks: [Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "var(--soft)" }), ...curves(all), tips(points, { x: "x", y: "y" })],
    });
    return { picture, legend: curveLegend(all), data: dataOf(looks, rows, ["scenario", "sample_size", "look", "months", "months_mcse", "enrolled", "enrolled_mcse", "known", "known_mcse", "information_seen", "information_seen_mcse"]), summary: w(`Information and enrolment against months at ${rows.length} looks`, `${rows.length} 次分析时信息量与入组随月数的变化`) };
  },
};
