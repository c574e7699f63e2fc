import { money, percentOf } from "../../numbers";
import { type Table, table } from "../../data/result";
import { w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { textWidth } from "../../ui/series";
import { has, sayStratum } from "../common";
import { heat, inkOn, labelsFor, plot, Plot, ramp, stacked, tips } from "../plotting";
import { isAsReference, isUndecided, perChild, policyScenario, short, strataOf, strategySet, thresholdControl } from "./rows";

const most = 60;
const narrowest = 26; // pixels of a column whose head can be read

/** The strategies that there is room for: those that are best for somebody come first, in the order that was chosen. */
function fitting(of: Table, rows: number[], wanted: string[], places: number): Set<string> {
  const winners = new Set(rows.filter((row) => of.truth("best", row)).map((row) => of.text("strategy", row)));
  const kept = new Set([...wanted.filter((name) => winners.has(name)), ...wanted.filter((name) => !winners.has(name))].slice(0, places));
  return new Set(wanted.filter((name) => kept.has(name)));
}

export const forWhom: Chart = {
  id: "for-whom",
  wide: true,
  title: () => w("Which strategy for whom", "何人宜用何方案"),
  caption: () => w("Incremental net benefit in every stratum. ★ best of the stratum; ○ cannot be told from the best by its Monte Carlo error: of all children by the differences in the same draws, of the other strata as if strategies had children of their own, which is cautious, as they share them; – nobody there may have it, so that it is the reference. What is not known about parameters is apart from that: the tip has the 95 % interval of the draws.", "各分层的增量净效益。★ 该层最佳；○ 因蒙特卡罗误差与最佳无法区分：全体儿童按同一抽样中的差值判断；其他分层按各方案儿童相互独立计算，因实际共用儿童而偏保守；– 该层无人适用，即为参照。参数的不确定性另见提示中的 95% 抽样区间。"),
  exists: (result) => has("/policy/strata")(result) && table(result, "/policy/strata")!.distinct("stratum").length > 1,
  controls: (result) => [policyScenario(result), thresholdControl(strataOf(result)!), strategySet(result, 14)],
  draw(context): Drawing | undefined {
    const of = strataOf(context.result)!;
    const rows = of.where({ scenario: context.choice("scenario"), threshold: Number(context.choice("threshold")) });
    const key = (row: number): string => `${of.text("stratification", row)}/${of.text("stratum", row)}`;
    const keys = [...new Set(rows.map(key))], strata = keys.slice(0, most);
    const own = (stratum: string): string => stratum.slice(stratum.indexOf("/") + 1);
    const twice = new Set(keys.map(own).filter((stratum, place, names) => names.indexOf(stratum) !== place));
    const name = (stratum: string): string => `${twice.has(own(stratum)) ? `${sayStratum(stratum.slice(0, stratum.indexOf("/")))}: ` : ""}${sayStratum(own(stratum))}`;
    const labels = labelsFor(strata.map(name), context.width, 0.32);
    const wanted = context.choices("policy-strategies");
    const shown = fitting(of, rows, wanted, Math.max(2, Math.floor((context.width - labels.margin - 40) / narrowest)));
    const byStratum = new Map(strata.map((stratum) => [stratum, rows.filter((row) => key(row) === stratum && of.number("n", row) > 0)]));
    const cells = [...byStratum].flatMap(([stratum, all]) => {
      const best = all.find((row) => of.truth("best", row));
      return all.filter((row) => shown.has(of.text("strategy", row))).map((row) => {
        const [inb, error] = [of.number("inb", row), of.number("inb_mcse", row)];
        const nobody = row !== best && isAsReference(context.result, of, row);
        const near = best !== undefined && row !== best && !nobody && isUndecided(context.result, of, best, row);
        return { stratum, strategy: of.text("strategy", row), inb, mark: row === best ? "★" : near ? "○" : nobody ? "–" : "", tip: `${name(stratum)}\n${of.text("strategy", row)}\n${nobody ? `${w("nobody here may have it: as the reference", "此层无人适用：与参照相同")}\n` : ""}${w("net benefit", "净效益")} ${money(inb, error)}\n${w("95 % of draws", "95% 抽样")} ${money(of.number("inb_lower", row))} – ${money(of.number("inb_upper", row))}\n${w("best in", "为最佳的抽样比例")} ${percentOf(of.number("ceac", row))} %` };
      });
    });
    if (cells.length === 0) return undefined;
    const strategies = [...new Set(cells.map((cell) => cell.strategy))];
    const scale = heat(cells.map((cell) => cell.inb));
    const color = Plot.scale({ color: scale })!;
    const mostRoom = 130;
    const heads = labelsFor(strategies, mostRoom * 1.25, 1);
    const room = Math.min(mostRoom, Math.ceil(Math.SQRT1_2 * Math.max(...strategies.map((name) => textWidth(heads.fit(name))))) + 24);
    const rough = (context.width - labels.margin - 20) / strategies.length;
    const leans = strategies.map((name, place) => Math.SQRT1_2 * textWidth(heads.fit(name)) + 8 - rough * (strategies.length - place - 0.5)); // out of the last column
    const right = Math.ceil(Math.max(20, ...leans));
    const column = (context.width - labels.margin - right) / strategies.length;
    const ink = (cell: { inb: number }): string => inkOn(color, cell.inb);
    const picture = plot({
      width: context.width, height: room + 20 + 24 * strata.length, marginLeft: labels.margin, marginTop: room, marginBottom: 8, marginRight: right, padding: 0.03, color: scale,
      x: { type: "band", domain: strategies, axis: "top", tickRotate: -45, tickFormat: heads.fit, label: null, tickSize: 0 }, y: { type: "band", domain: strata, tickFormat: (stratum: string) => labels.fit(name(stratum)), label: null, tickSize: 0 },
      marks: [Plot.cell(cells, { x: "strategy", y: "stratum", fill: "inb" }), Plot.text(cells, { x: "strategy", y: "stratum", text: (cell: { inb: number; mark: string }) => (column > 74 ? `${cell.mark} ${cell.mark === "–" ? w("nobody", "无人") : short(cell.inb)}`.trim() : cell.mark), fill: ink }), tips(cells, { x: "strategy", y: "stratum" })],
    });
    return { picture: stacked(ramp({ ...scale, tickFormat: short } as never, w(`incremental net benefit [${perChild(context.result)}]`, `增量净效益 [${perChild(context.result)}]`), context.width), picture), data: dataOf(of, rows, of.columns.map((each) => each.name)), summary: w(`Map of net benefit for ${strata.length} strata and ${strategies.length} strategies`, `${strata.length} 个分层与 ${strategies.length} 个方案的净效益图`), note: [
      strata.length < keys.length ? w(`The first ${most} strata are drawn; the table has all.`, `仅绘制前 ${most} 个分层；数据表含全部。`) : "",
      shown.size < wanted.length ? w(`There is room for ${shown.size} of the ${wanted.length} strategies that are chosen; those that are best for somebody come first.`, `所选 ${wanted.length} 个方案中可绘制 ${shown.size} 个；对某些儿童最佳者优先。`) : "",
    ].filter((text) => text !== "").join(" ") || undefined };
  },
};
