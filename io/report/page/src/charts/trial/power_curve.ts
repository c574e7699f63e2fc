import { percent, z95 } from "../../numbers";
import { stylesOf } from "../../ui/series";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { curveLegend, curves, inPercent, plot, Plot, tips } from "../plotting";
import { chosenSize, lineName, lines, ocOf, ofScenario, primaryOf, sayTarget, target, targetControl, trialScenario } from "./rows";

export const powerCurve: Chart = {
  id: "power-curve",
  title: () => w("Power by sample size", "功效与样本量"),
  caption: () => w("Simulated share of trials that reject the null hypothesis. Band: ± 1.96 Monte Carlo standard errors. The vertical line is the smallest simulated size from which on the primary analysis has the wanted power.", "模拟试验拒绝原假设的比例。色带：± 1.96 个蒙特卡罗标准误。竖线：主要分析达到目标功效的最小模拟样本量。"),
  exists: (result) => (ocOf(result)?.distinct("sample_size").length ?? 0) > 1,
  controls: (result) => [trialScenario(result), targetControl()],
  draw(context): Drawing | undefined {
    const of = ocOf(context.result)!;
    const rows = ofScenario(of, context);
    if (rows.length === 0) return undefined;
    const names = lines(of, rows).slice(0, 7);
    const style = stylesOf(names);
    const all = names.map((name) => ({
      name, style: style(name),
      points: rows.filter((row) => lineName(of, row) === name).map((row) => {
        const [power, error] = [of.number("power", row), of.number("power_mcse", row)];
        return { x: of.number("sample_size", row), y: power, lower: Math.max(0, power - z95 * error), upper: Math.min(1, power + z95 * error), tip: `${name}\nN = ${of.number("sample_size", row)}: ${percent(power, error)} %` };
      }).sort((a, b) => a.x - b.x),
    }));
    const chosen = chosenSize(of, context.choice("scenario"), target());
    const points = all.flatMap((curve) => curve.points);
    const right = chosen !== undefined && chosen > 0.8 * Math.max(...points.map((point) => point.x));
    const picture = plot({
      width: context.width, height: 340,
      x: { label: w("patients randomised", "随机化患者数"), nice: true },
      y: { label: w("power [% of trials]", "功效 [占试验的 %]"), domain: [0, 1], grid: true, tickFormat: inPercent },
      marks: [
        Plot.ruleY([target()], { stroke: "var(--soft)", strokeDasharray: "4 3" }),
        chosen === undefined ? null : Plot.ruleX([chosen], { stroke: "currentColor", strokeDasharray: "2 3" }),
        ...curves(all),
        chosen === undefined ? null : Plot.text([{ x: chosen }], { x: "x", y: 0.03, text: () => `N = ${chosen}`, fontWeight: 600, textAnchor: right ? "end" : "start", dx: right ? -6 : 6, stroke: "var(--paper)", strokeWidth: 4, fill: "currentColor" }),
        tips(points, { x: "x", y: "y" }),
      ],
    });
    return {
      picture, legend: [...curveLegend(all), { name: w(`wanted power ${sayTarget(target())}`, `目标功效 ${sayTarget(target())}`), kind: "rule", color: "var(--soft)", dash: "4 3" }],
      data: dataOf(of, rows, ["scenario", "sample_size", "analysis", "arm", "method", "replicates", "failures", "power", "power_mcse", "assurance", "assurance_mcse"]),
      summary: w(`Power against sample size for ${names.length} analyses; ${primaryOf(of).analysis} reaches ${sayTarget(target())} ${chosen ? `at ${chosen}` : "at no simulated size"}`, `${names.length} 种分析的功效曲线；主要分析${chosen ? `在 N = ${chosen} 时达到` : "在任何模拟样本量下均未达到"} ${sayTarget(target())}`),
    };
  },
};
