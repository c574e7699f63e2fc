import { table } from "../../data/result";
import { general, withError } from "../../numbers";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { sweptColumns } from "../common";
import { heat, inkOn, plot, Plot, ramp, stacked, tips } from "../plotting";
import { lineName, lines, ocOf } from "./rows";

const size = "sample_size";

export const powerSurface: Chart = {
  id: "power-surface",
  wide: true,
  title: () => w("Power surface of the sweep", "参数扫描的功效面"),
  caption: () => w("Simulated power over the swept values. Where the null hypothesis is true, it is the type I error. Values that are not on an axis are averaged over.", "扫描取值上的模拟功效；原假设成立处即为 I 类错误。未作为坐标轴的取值取平均。"),
  exists: (result) => ocOf(result) !== undefined && sweptColumns(result).length > 0,
  controls: (result) => {
    const of = ocOf(result)!;
    const axes = [...sweptColumns(result), ...(of.distinct(size).length > 1 ? [size] : [])];
    const names = lines(of, of.where({ scenario: of.text("scenario", 0) }));
    return [
      { key: "surface-x", label: w("across", "横轴"), options: axes, fallback: axes[0]! },
      { key: "surface-y", label: w("down", "纵轴"), options: axes, fallback: axes[1] ?? axes[0]! },
      { key: "surface-line", label: w("analysis", "分析"), options: names, fallback: names[0]! },
    ];
  },
  draw(context): Drawing | undefined {
    const of = ocOf(context.result)!;
    const all = table(context.result, "/scenarios")!;
    const rowOf = new Map(Array.from({ length: all.rows }, (_, row) => [all.text("scenario", row), row]));
    const [across, down] = [context.choice("surface-x"), context.choice("surface-y")];
    const rows = Array.from({ length: of.rows }, (_, row) => row).filter((row) => lineName(of, row) === context.choice("surface-line"));
    const valueOf = (axis: string, row: number): string => {
      if (axis === size) return String(of.number(size, row));
      const scenario = rowOf.get(of.text("scenario", row));
      if (scenario === undefined) return "";
      return all.column(axis)?.kind === "text" ? all.text(axis, scenario) : general(all.number(axis, scenario), 6);
    };
    const one = across === down;
    const groups = new Map<string, { x: string; y: string; powers: number[]; errors: number[] }>();
    for (const row of rows) {
      const [x, y] = [valueOf(across, row), one ? "" : valueOf(down, row)];
      const key = `${x} ${y}`;
      if (!groups.has(key)) groups.set(key, { x, y, powers: [], errors: [] });
      groups.get(key)!.powers.push(of.number("power", row));
      groups.get(key)!.errors.push(of.number("power_mcse", row));
    }
    if (groups.size === 0) return undefined;
    const cells = [...groups.values()].map(({ x, y, powers, errors }) => {
      const power = powers.reduce((sum, value) => sum + value, 0) / powers.length;
      const error = Math.hypot(...errors) / errors.length;
      return { x, y, power, label: power.toFixed(2).replace(/^0/, ""), tip: `${across} ${x}${one ? "" : `\n${down} ${y}`}\n${w("power", "功效")} ${withError(power, error)}${powers.length > 1 ? `\n${w(`mean of ${powers.length}`, `${powers.length} 项的均值`)}` : ""}` };
    });
    const ordered = (values: string[]): string[] => [...new Set(values)].sort((a, b) => (Number.isFinite(Number(a)) && Number.isFinite(Number(b)) ? Number(a) - Number(b) : 0));
    const [xs, ys] = [ordered(cells.map((cell) => cell.x)), ordered(cells.map((cell) => cell.y))];
    const scale = heat(cells.map((cell) => cell.power));
    const color = Plot.scale({ color: scale })!;
    const numbers = xs.length <= context.width / 42 && ys.length <= 30;
    const picture = plot({
      width: context.width, height: Math.min(640, 80 + 30 * ys.length), marginLeft: 76, padding: 0.02,
      x: { type: "band", domain: xs, label: across, ticks: xs.length > context.width / 42 ? xs.filter((_, at) => at % Math.ceil(xs.length / 10) === 0) : undefined }, y: { type: "band", domain: ys, label: one ? null : down, reverse: true }, color: scale,
      marks: [
        Plot.cell(cells, { x: "x", y: "y", fill: "power" }),
        numbers ? Plot.text(cells, { x: "x", y: "y", text: "label", fill: (cell: { power: number }) => inkOn(color, cell.power) }) : null,
        tips(cells, { x: "x", y: "y" }),
      ],
    });
    return {
      picture: stacked(ramp(scale, w("power [share of trials]", "功效 [试验比例]"), context.width), picture),
      data: dataOf(of, rows, ["scenario", size, "analysis", "arm", "power", "power_mcse", "true_value"]),
      summary: w(`Heat map of power over ${across} and ${down}, ${cells.length} cells`, `功效随 ${across} 与 ${down} 变化的热图，共 ${cells.length} 格`),
    };
  },
};
