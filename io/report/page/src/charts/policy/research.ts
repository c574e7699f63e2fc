import { table } from "../../data/result";
import { money, z95 } from "../../numbers";
import { styleAt } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { has } from "../common";
import { type Curve, curveLegend, curves, plot, Plot, tips } from "../plotting";
import { currency, perChild, policyScenario, short, thresholdControl } from "./rows";

export const research: Chart = {
  id: "evsi",
  wide: true,
  title: () => w("What a trial is worth, by its size", "试验的价值与样本量"),
  caption: () => w("Left: value of the trial's information per child (EVSI), below that of knowing everything (EVPI, dashed). Right: what is left for all children who decide after it when the trial is paid for (expected net benefit of sampling); above zero it is worth its cost, ★ the best size. Bands: ± 1.96 Monte Carlo standard errors.", "左：试验信息对每名儿童的价值（EVSI），不超过完全信息（EVPI，虚线）。右：扣除试验成本后对其后所有儿童的净价值（ENBS）；大于零则值得，★ 为最佳样本量。色带：± 1.96 个蒙特卡罗标准误。"),
  exists: has("/policy/research"),
  controls: (result) => [policyScenario(result), thresholdControl(table(result, "/policy/research")!, "k")],
  draw(context): Drawing | undefined {
    const of = table(context.result, "/policy/research")!;
    const rows = of.where({ scenario: context.choice("scenario"), k: Number(context.choice("threshold")) }).sort((a, b) => of.number("sample_size", a) - of.number("sample_size", b));
    if (rows.length === 0) return undefined;
    const unit = currency(context.result);
    const curve = (name: string, value: string, error: string, place: number): Curve => ({ name, style: styleAt(place), points: rows.map((row) => {
      const [y, half] = [of.number(value, row), z95 * of.number(error, row)];
      return { x: of.number("sample_size", row), y, lower: y - half, upper: y + half, tip: `N = ${of.number("sample_size", row)}\n${name} ${money(y, half / z95)} ${unit}` };
    }) });
    const evsi = curve("EVSI", "evsi", "evsi_se", 0);
    const enbs = curve("ENBS", "enbs", "enbs_se", 2);
    const two = context.width >= 620;
    const width = two ? Math.floor((context.width - 16) / 2) : context.width;
    const sizes = rows.map((row) => of.number("sample_size", row));
    const x = { type: "log" as const, label: w("children randomised", "随机化儿童数"), ticks: sizes, tickFormat: (size: number) => String(size) };
    const best = enbs.points.reduce((top, point) => ((point.y as number) > (top.y as number) ? point : top));
    const one = (label: string, line: Curve, extra: Parameters<typeof plot>[0]["marks"]) => plot({ width, height: 300, marginLeft: 62, x, y: { label, grid: true, nice: true, zero: true, tickFormat: short }, marks: [...extra!, ...curves([line]), tips(line.points, { x: "x", y: "y" })] });
    const box = document.createElement("div");
    box.className = "multiples";
    box.append(
      one(`EVSI [${perChild(context.result)}]`, evsi, [Plot.ruleY([of.number("evpi", rows[0]!)], { stroke: "var(--soft)", strokeDasharray: "4 3" })]),
      one(`ENBS [${unit}]`, enbs, [Plot.ruleY([0]), (best.y as number) > 0 ? Plot.text([best], { x: "x", y: "y", text: () => "★", fontSize: 20, dy: -14, fill: "currentColor" }) : null]),
    );
    return { picture: box, legend: [...curveLegend([evsi, enbs]), { name: "EVPI", kind: "rule", color: "var(--soft)", dash: "4 3" }], data: dataOf(of, rows, of.columns.map((column) => column.name)), summary: w(`Value of a trial against its size, ${rows.length} sizes; best ${best.x}`, `试验价值与样本量，共 ${rows.length} 个样本量；最佳 ${best.x}`) };
  },
};
