import { type Result, table } from "../../data/result";
import { general, withError, z95 } from "../../numbers";
import { language, w } from "../../words";
import { type Chart, dataOf, type Drawing } from "../chart";
import { endpointUnits, sayEndpoint } from "../common";
import { heat, inkOn, plot, Plot, ramp, stacked, tips } from "../plotting";
import { chosenRows, incrementsOf, stratumControl, usual, visitControl } from "./rows";

interface Schedule {
  panel: string;
  infusions: string;
  interval: string;
}

const once = (): string => w("once", "单次");
const roundDose = (dose: number): number => Number(dose.toPrecision(12));

const schedulesOf = new WeakMap<Result, { language: string; found: Map<string, Schedule> }>();

function schedules(result: Result): Map<string, Schedule> {
  if (schedulesOf.get(result)?.language !== language()) schedulesOf.set(result, { language: language(), found: findSchedules(result) });
  return schedulesOf.get(result)!.found;
}

function groupedBy(rows: number[], key: (row: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const row of rows) {
    const name = key(row);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name)!.push(row);
  }
  return groups;
}

/** Panels of the grid: cell and route, split by what else makes two schedules differ. */
function findSchedules(result: Result): Map<string, Schedule> {
  const all = table(result, "/strategies");
  const found = new Map<string, Schedule>();
  if (!all) return found;
  const rows = Array.from({ length: all.rows }, (_, row) => row).filter((row) => all.text("cell", row) !== "none" && all.number("infusions", row) > 0);
  const slot = (row: number): string => `${all.number("infusions", row)}x${all.number("infusions", row) > 1 ? all.number("interval_days", row) : 0}`;
  const total = (row: number): string => general(roundDose(all.number("dose", row) * all.number("infusions", row) * all.number("courses", row)), 3);
  const split = (group: number[], label: string, keys: ((row: number) => string)[]): void => {
    const clash = new Set(group.map(slot)).size < group.length;
    const key = clash ? keys.find((candidate) => new Set(group.map(candidate)).size > 1) : undefined;
    if (key) {
      for (const [value, part] of groupedBy(group, key)) split(part, `${label}, ${value}`, keys.filter((other) => other !== key));
      return;
    }
    if (new Set(group.map(slot)).size < 2) return;
    const taken = new Set<string>();
    for (const row of group) {
      if (taken.has(slot(row))) continue; // of schedules that differ in nothing shown here, the first
      taken.add(slot(row));
      const single = all.number("infusions", row) <= 1;
      found.set(all.text("strategy", row), { panel: label, infusions: general(all.number("infusions", row)), interval: single ? once() : general(all.number("interval_days", row)) });
    }
  };
  const unit = (row: number): string => ({ per_kg: w("cells/kg", "细胞/kg"), cells: w("cells", "细胞"), reference_doses: w("published doses", "倍文献剂量") })[all.text("dose_unit", row)] ?? "";
  for (const [route, group] of groupedBy(rows, (row) => `${all.text("cell", row)}, ${all.text("route", row)}`)) {
    split(group, route, [
      (row) => w(`${general(all.number("courses", row))} courses`, `${general(all.number("courses", row))} 个疗程`),
      (row) => w(`${total(row)} ${unit(row)} in all`, `共 ${total(row)} ${unit(row)}`),
      (row) => w(`${general(all.number("dose", row), 3)} ${unit(row)} each`, `每次 ${general(all.number("dose", row), 3)} ${unit(row)}`),
    ]);
  }
  return found;
}

export const dosingGrid: Chart = {
  id: "dosing-grid",
  wide: true,
  title: () => w("Dosing grid", "给药方案网格"),
  caption: () => w("Mean gain over the reference for every schedule. ★ best of all; ○ cannot be told from the best (difference within 1.96 standard errors, taken as if the children were not the same).", "每种给药方案相对参照的平均获益。★ 全体最佳；○ 与最佳无法区分（差异在 1.96 个标准误之内，按非同一儿童计算）。"),
  exists: (result) => table(result, "/cohort/increments") !== undefined && schedules(result).size > 2,
  controls: (result) => [...usual(result), visitControl(result), stratumControl(result)],
  draw(context): Drawing | undefined {
    const increments = incrementsOf(context.result)!;
    const grid = schedules(context.result);
    const rows = chosenRows(increments, context, ["scenario", "endpoint", "visit", "stratum"]).filter((row) => grid.has(increments.text("strategy", row)));
    if (rows.length === 0) return undefined;
    const best = rows.reduce((top, row) => (increments.number("mean", row) > increments.number("mean", top) ? row : top));
    const cells = rows.map((row) => {
      const [mean, error, strategy] = [increments.number("mean", row), increments.number("mcse", row), increments.text("strategy", row)];
      const apart = increments.number("mean", best) - mean > z95 * Math.hypot(error, increments.number("mcse", best));
      return { ...grid.get(strategy)!, mean, label: general(mean, 3), mark: row === best ? "★" : apart ? "" : "○", tip: `${strategy}\n${withError(mean, error)} ${endpointUnits(context.choice("endpoint"))}` };
    });
    const panels = [...new Set(cells.map((cell) => cell.panel))];
    const sort = (values: string[]): string[] => values.sort((a, b) => (a === once() ? -1 : b === once() ? 1 : Number(a) - Number(b)));
    const scale = heat(cells.map((cell) => cell.mean));
    const color = Plot.scale({ color: scale })!;
    const intervals = sort([...new Set(cells.map((cell) => cell.interval))]);
    const columns = Math.max(1, Math.min(panels.length, Math.floor(context.width / Math.max(210, 44 * intervals.length + 70))));
    const width = Math.floor((context.width - 16 * (columns - 1)) / columns);
    const pictures = panels.map((panel) => {
      const own = cells.filter((cell) => cell.panel === panel);
      const infusions = sort([...new Set(own.map((cell) => cell.infusions))]);
      return plot({
        width, height: 66 + 40 * infusions.length + 24, marginLeft: 40, marginTop: 38, padding: 0.04, title: undefined,
        x: { type: "band", domain: sort([...new Set(own.map((cell) => cell.interval))]), label: w("days between infusions", "输注间隔（天）") },
        y: { type: "band", domain: infusions, label: w("infusions", "输注次数") },
        color: scale,
        marks: [
          Plot.text([panel], { frameAnchor: "top-left", dy: -34, fontWeight: 600, text: (label: string) => label }),
          Plot.cell(own, { x: "interval", y: "infusions", fill: "mean" }),
          Plot.text(own, { x: "interval", y: "infusions", text: "label", fill: (cell: { mean: number }) => inkOn(color, cell.mean), dy: 5 }),
          Plot.text(own, { x: "interval", y: "infusions", text: "mark", fill: (cell: { mean: number }) => inkOn(color, cell.mean), dy: -9 }),
          tips(own, { x: "interval", y: "infusions" }),
        ],
      });
    });
    const box = document.createElement("div");
    box.className = "multiples";
    box.append(...pictures);
    const endpoint = context.choice("endpoint");
    const indistinct = cells.filter((cell) => cell.mark === "○").length;
    return {
      picture: stacked(ramp(scale, `${w("gain", "获益")}, ${sayEndpoint(endpoint)} [${endpointUnits(endpoint)}]`, context.width), box),
      data: dataOf(increments, rows, ["scenario", "strategy", "stratification", "stratum", "endpoint", "visit_months", "n", "mean", "mcse"]),
      summary: w(`Heat map of ${cells.length} schedules; best: ${increments.text("strategy", best)}, and ${indistinct} that cannot be told from it`, `${cells.length} 种给药方案的热图；最佳：${increments.text("strategy", best)}，另有 ${indistinct} 种与其无法区分`),
    };
  },
};
