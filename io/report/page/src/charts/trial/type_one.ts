import { percent, z95 } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { inPercent, labelsFor, plot, Plot, tips } from "../plotting";
import { alphaOf, isNull, lineName, ocOf } from "./rows";

const most = 60;

export const typeOne: Chart = {
  id: "type-one-error",
  title: () => w("Type I error", "I 类错误"),
  caption: () => w("Rejections where the null hypothesis is true, with 95 % Monte Carlo intervals; dashed: the stated level.", "原假设成立时的拒绝比例及 95% 蒙特卡罗区间；虚线为名义水平。"),
  exists: (result) => {
    const of = ocOf(result);
    return of !== undefined && Array.from({ length: of.rows }, (_, row) => row).some((row) => isNull(of, row));
  },
  draw(context): Drawing | undefined {
    const of = ocOf(context.result)!;
    const rows = Array.from({ length: of.rows }, (_, row) => row).filter((row) => isNull(of, row) && Number.isFinite(of.number("power", row)));
    if (rows.length === 0) return undefined;
    const label = (row: number): string => `${of.text("scenario", row)}, ${lineName(of, row)}, N ${of.number("sample_size", row)}`;
    const drawn = rows.slice(0, most);
    const points = drawn.map((row) => {
      const [power, error] = [of.number("power", row), of.number("power_mcse", row)];
      return { key: String(row), power, low: Math.max(0, power - z95 * error), high: power + z95 * error, tip: `${label(row)}\n${percent(power, error)} %` };
    });
    const labels = labelsFor(drawn.map(label), context.width, 0.45);
    const picture = plot({
      width: context.width, height: 66 + 24 * points.length, marginLeft: labels.margin, marginRight: 20,
      x: { label: w("type I error [% of trials]", "I 类错误 [占试验的 %]"), tickFormat: inPercent, grid: true, nice: true, domain: [0, 1.1 * Math.max(alphaOf(context.result) || 0, ...points.map((point) => point.high))] },
      y: { type: "band", domain: points.map((point) => point.key), tickFormat: (key: string) => labels.fit(label(Number(key))), label: null, tickSize: 0 },
      marks: [
        Plot.ruleX([alphaOf(context.result)].filter(Number.isFinite), { stroke: "var(--soft)", strokeDasharray: "4 3" }),
        Plot.ruleY(points, { y: "key", x1: "low", x2: "high", stroke: "currentColor", strokeWidth: 1.6 }), Plot.dot(points, { y: "key", x: "power", fill: "var(--s0)", r: 4 }), tips(points, { x: "power", y: "key" }),
      ],
    });
    return { picture, data: dataOf(of, rows, ["scenario", "sample_size", "analysis", "arm", "replicates", "power", "power_mcse", "true_value"]), summary: w(`Type I error in ${points.length} rows`, `I 类错误，共 ${points.length} 行`), note: rows.length > most ? w(`The first ${most} of ${rows.length} are drawn.`, `仅绘制 ${rows.length} 行中的前 ${most} 行。`) : undefined };
  },
};
