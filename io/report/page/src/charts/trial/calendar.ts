import { table } from "../../data/result";
import { general, withError, z95 } from "../../numbers";
import { styleAt, stylesOf } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has, scenarioControl } from "../common";
import { curveLegend, curves, plot, Plot, tips } from "../plotting";

export const expectedEvents: Chart = {
  id: "expected-events",
  title: () => w("Expected events over calendar time", "日历时间上的期望事件数"),
  caption: () => w("In closed form, by arm, from the first day of accrual.", "按组别的闭式解，自入组首日起。"),
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
    const style = stylesOf(arms);
    const all = arms.map((arm) => ({ name: arm || w("all arms", "全部组别"), style: style(arm), points: rows.filter((row) => of.text("arm", row) === arm).map((row) => ({ x: of.number("months", row), y: of.number(count, row), tip: `${arm}\n${w("month", "月")} ${general(of.number("months", row))}: ${of.number(count, row).toFixed(1)}` })) }));
    const points = all.flatMap((curve) => curve.points);
    if (points.length === 0) return undefined;
    const picture = plot({
      width: context.width, height: 320, x: { label: w("months since the first day of accrual", "自入组首日起的月数") }, y: { label: count === "events" ? w("expected events", "期望事件数") : w("patients", "患者数"), grid: true, nice: true },
      marks: [...curves(all, { dots: rows.length < 80 }), tips(points, { x: "x", y: "y" })],
    });
    return { picture, legend: curveLegend(all, rows.length < 80), data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w("Lines of expected counts against months, by arm", "各组期望计数随月数变化的曲线") };
  },
};

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
