import { type Result, type Table, table } from "../../data/result";
import { general, percent } from "../../numbers";
import { chosen } from "../../ui/controls";
import { w } from "../../words";
import { type Chart, type Context, type Control, dataOf, type Drawing } from "../chart";
import { scenarios, stanceOf, sweptColumns, withSettings } from "../common";
import { heat, inkOn, plot, Plot, ramp, stacked, tips } from "../plotting";
import { chosenSize, isNull, lineName, lines, ocOf, sayTarget, target, targetControl } from "./rows";

const size = "sample_size";
const stance = "stance";

const sayAxis = (axis: string): string => (axis === size ? w("patients randomised", "随机化患者数") : axis === stance ? w("stance", "立场") : axis);

/** The swept values, the stance and the size, where there are several of them. */
function axesOf(result: Result): string[] {
  const stances = new Set(scenarios(result).map(stanceOf)).size;
  return [...sweptColumns(result), ...(stances > 1 ? [stance] : []), ...(ocOf(result)!.distinct(size).length > 1 ? [size] : [])];
}

/** What a row of the operating characteristics has on each axis. */
function valuesOf(result: Result): (axis: string, row: number) => string {
  const of = ocOf(result)!;
  const all = table(result, "/scenarios")!;
  const rowOf = new Map(Array.from({ length: all.rows }, (_, row) => [all.text("scenario", row), row]));
  return (axis, row) => {
    if (axis === size) return String(of.number(size, row));
    const scenario = of.text("scenario", row);
    if (axis === stance) return stanceOf(scenario);
    const place = rowOf.get(scenario);
    if (place === undefined) return "";
    return all.column(axis)?.kind === "text" ? all.text(axis, place) : general(all.number(axis, place), 6);
  };
}

const ordered = (values: string[]): string[] => [...new Set(values)].sort((a, b) => (Number.isFinite(Number(a)) && Number.isFinite(Number(b)) ? Number(a) - Number(b) : 0));

function axisControls(result: Result): [Control, Control] {
  const axes = axesOf(result);
  return [
    { key: "surface-x", label: w("across", "横轴"), options: axes, fallback: axes[0]!, say: sayAxis },
    { key: "surface-y", label: w("down", "纵轴"), options: axes, fallback: axes[1] ?? axes[0]!, say: sayAxis },
  ];
}

/** Where the surface is cut: a value for each axis that is not drawn. The size is at first the middle one of those that the settings need, else the largest. */
function cuts(result: Result): Control[] {
  const value = valuesOf(result);
  const of = ocOf(result)!;
  const rows = Array.from({ length: of.rows }, (_, row) => row);
  const drawn = axisControls(result);
  return axesOf(result).map((axis): Control => {
    const options = ordered(rows.map((row) => value(axis, row)));
    const needed = axis === size ? of.distinct<string>("scenario").flatMap((scenario) => chosenSize(of, scenario, target()) ?? []).sort((a, b) => a - b) : [];
    const fallback = axis !== size ? options[0]! : needed.length > 0 ? String(needed[Math.floor(needed.length / 2)]!) : options.at(-1)!;
    return { key: `surface-at-${axis}`, label: sayAxis(axis), options, fallback, hidden: () => drawn.some((control) => chosen(control)[0] === axis) };
  });
}

interface Cell {
  x: string;
  y: string;
  power: number;
  label: string;
  tip: string;
}

function cellsOf(of: Table, context: Context, rows: number[], across: string, down: string): Cell[] {
  const value = valuesOf(context.result);
  const found = new Map<string, Cell>(); // where nothing but the axes differs, one row is left for each cell
  for (const row of rows) {
    const [x, y] = [value(across, row), across === down ? "" : value(down, row)];
    const power = of.number("power", row);
    const name = isNull(of, row) ? w("type I error", "I 类错误") : w("power", "功效");
    if (!found.has(`${x}\n${y}`)) found.set(`${x}\n${y}`, { x, y, power, label: Number.isFinite(power) ? `${power >= target() && !isNull(of, row) ? "■ " : ""}${(100 * power).toFixed(isNull(of, row) ? 1 : 0)}` : "", tip: `${sayAxis(across)} ${x}${y ? `\n${sayAxis(down)} ${y}` : ""}\n${name} ${percent(power, of.number("power_mcse", row))} %` });
  }
  return [...found.values()];
}

export const powerSurface: Chart = {
  id: "power-surface",
  wide: true,
  title: () => w("Power and type I error over the sweep", "扫描取值上的功效与 I 类错误"),
  caption: () => w("Simulated power over two of the swept values, the others held where it is chosen; where the null hypothesis is true, the type I error. ■: the wanted power is reached.", "两个扫描取值上的模拟功效，其余取值固定于所选；原假设成立处即为 I 类错误。■：达到目标功效。"),
  exists: (result) => ocOf(result) !== undefined && sweptColumns(result).length > 0,
  controls: (result) => {
    const of = ocOf(result)!;
    const names = lines(of, of.where({ scenario: of.text("scenario", 0) }));
    return [...axisControls(result), ...cuts(result), { key: "surface-line", label: w("analysis", "分析"), options: names, fallback: names[0]! }, targetControl()];
  },
  draw(context): Drawing | undefined {
    const of = ocOf(context.result)!;
    const value = valuesOf(context.result);
    const [across, down] = [context.choice("surface-x"), context.choice("surface-y")];
    const held = axesOf(context.result).filter((axis) => axis !== across && axis !== down);
    const rows = Array.from({ length: of.rows }, (_, row) => row).filter((row) => lineName(of, row) === context.choice("surface-line") && held.every((axis) => value(axis, row) === context.choice(`surface-at-${axis}`)));
    const cells = cellsOf(of, context, rows, across, down);
    if (cells.length === 0) return undefined;
    const one = across === down;
    const [xs, ys] = [ordered(cells.map((cell) => cell.x)), ordered(cells.map((cell) => cell.y))];
    const scale = heat(cells.map((cell) => cell.power));
    const color = Plot.scale({ color: scale })!;
    const numbers = xs.length <= context.width / 48 && ys.length <= 30;
    const picture = plot({
      width: context.width, height: Math.min(640, 80 + 30 * ys.length), marginLeft: 76, marginTop: 34, padding: 0.02,
      x: { type: "band", domain: xs, label: sayAxis(across), ticks: xs.length > context.width / 42 ? xs.filter((_, at) => at % Math.ceil(xs.length / 10) === 0) : undefined }, y: { type: "band", domain: ys, label: one ? null : sayAxis(down), labelAnchor: "top", reverse: true }, color: scale,
      marks: [
        Plot.cell(cells, { x: "x", y: "y", fill: "power" }),
        numbers ? Plot.text(cells, { x: "x", y: "y", text: "label", fill: (cell: Cell) => inkOn(color, cell.power) }) : null,
        tips(cells as never, { x: "x", y: "y" }),
      ],
    });
    return {
      picture: stacked(ramp({ ...scale, tickFormat: (power: number) => general(100 * power) } as never, w("rejections [% of trials]", "拒绝 [占试验的 %]"), context.width), picture),
      data: withSettings(context.result, of, rows, dataOf(of, rows, ["scenario", size, "analysis", "arm", "power", "power_mcse", "true_value"])),
      summary: w(`Heat map of power over ${sayAxis(across)} and ${sayAxis(down)}, ${cells.length} cells, of which ${cells.filter((cell) => cell.label.startsWith("■")).length} have ${sayTarget(target())}`, `功效随 ${sayAxis(across)} 与 ${sayAxis(down)} 变化的热图，共 ${cells.length} 格`),
    };
  },
};
