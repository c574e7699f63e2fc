import { table } from "../../data/result";
import { textWidth } from "../../ui/series";
import { w } from "../../words";
import { type Chart, type Drawing } from "../chart";
import { has } from "../common";
import { fillsOf, labelsFor, needsWhite, outline, plot, Plot } from "../plotting";

export const strengths = ["assumed", "recalled", "derived", "found"];
export const sayStrength = (strength: string): string => ({ assumed: w("assumed", "假定"), recalled: w("recalled", "回忆"), derived: w("derived", "推导"), found: w("found in a publication", "见于文献") })[strength] ?? strength;

export const strength: Chart = {
  id: "strength",
  title: () => w("Where the parameters come from", "参数来源"),
  caption: () => w("Number of parameters by the strength of their evidence, from weak to strong.", "按证据强度统计的参数个数，由弱到强。"),
  exists: has("/parameters"),
  draw(context): Drawing | undefined {
    const of = table(context.result, "/parameters")!;
    const names = of.distinct<string>("scenario").slice(0, 20);
    const counted = new Map<string, number>();
    for (let row = 0; row < of.rows; ++row) {
      const key = `${of.text("scenario", row)}\n${of.text("strength", row)}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
    const bars = names.flatMap((scenario) => strengths.map((kind, place) => ({ scenario, kind, place, count: counted.get(`${scenario}\n${kind}`) ?? 0 }))).filter((bar) => bar.count > 0);
    if (bars.length === 0) return undefined;
    const fills = fillsOf(strengths.length).reverse(); // the stronger, the darker
    const labels = labelsFor(names, context.width);
    const room = context.width - labels.margin - 20;
    const most = Math.max(...names.map((scenario) => bars.filter((bar) => bar.scenario === scenario).reduce((sum, bar) => sum + bar.count, 0)));
    const picture = plot({
      width: context.width, height: 60 + 34 * names.length, marginLeft: labels.margin, marginTop: 10,
      x: { label: w("parameters", "参数个数"), grid: true }, y: { type: "band", domain: names, label: null, tickFormat: labels.fit, tickSize: 0, padding: 0.2 },
      marks: [Plot.barX(bars, Plot.stackX({ y: "scenario", x: "count", fill: (bar: { place: number }) => fills[bar.place]!, ...outline })), Plot.text(bars.filter((bar) => (bar.count * room) / most > textWidth(String(bar.count)) + 4), Plot.stackX({ y: "scenario", x: "count", text: (bar: { count: number }) => String(bar.count), fill: (bar: { place: number }) => (needsWhite(fills[bar.place]!) ? "#ffffff" : "#111111"), fontWeight: 600, z: null } as never))],
    });
    return { picture, legend: strengths.map((kind, place) => ({ name: sayStrength(kind), kind: "box", color: fills[place]! })), data: { heads: ["scenario", "strength", "parameters"].map((name) => ({ name, units: "", description: "" })), rows: bars.map((bar) => [bar.scenario, bar.kind, bar.count]) }, summary: w(`Counts of parameters by strength for ${names.length} scenarios`, `${names.length} 种情景下各强度的参数个数`) };
  },
};
