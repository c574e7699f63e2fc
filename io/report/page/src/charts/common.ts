import { type Result, type Table, table } from "../data/result";
import { general } from "../numbers";
import { w } from "../words";
import type { Control, DataTable } from "./chart";
import { parse, type TomlTable } from "smol-toml";

/** What several charts ask of a result. */

const studies = new WeakMap<Result, TomlTable>();

/** The resolved study as a tree; empty where it cannot be read. */
export function study(result: Result): TomlTable {
  let found = studies.get(result);
  if (!found) {
    try {
      found = parse(result.tables.get("/study")?.text("resolved", 0) ?? "", { integersAsBigInt: "asNeeded" });
    } catch {
      found = {};
    }
    studies.set(result, found);
  }
  return found;
}

export function at(tree: unknown, ...path: string[]): unknown {
  let here: unknown = tree;
  for (const key of path) here = here && typeof here === "object" ? (here as Record<string, unknown>)[key] : undefined;
  return here;
}

export const titleOf = (result: Result): string => String(at(study(result), "title") ?? result.name);

export function scenarios(result: Result): string[] {
  return result.tables.get("/scenarios")?.distinct<string>("scenario") ?? [];
}

/** A stance by its name; a data model, which has none, in the language of the page. */
export const sayStance = (stance: string): string => (stance === "data model" ? w(stance, "数据模型") : stance);

/** The scenario's name; of a sweep its stance and what was swept, first what differs from the first setting, so that names which are cut are told apart. */
export function sayScenario(result: Result): (scenario: string) => string {
  const { heads, cells } = settings(result);
  if (heads.length === 0) return sayStance;
  const first = cells(scenarios(result)[0] ?? ""), names = endsOf(heads);
  const several = new Set(scenarios(result).map(stanceOf)).size > 1;
  return (scenario) => {
    const own = cells(scenario);
    const told = names.map((name, place) => ({ text: `${name} ${own[place]}`, differs: own[place] !== first[place] })).slice(several ? 1 : 0);
    const values = [...told.filter(({ differs }) => differs), ...told.filter(({ differs }) => !differs)].map(({ text }) => text).join(", ");
    return several ? `${sayStance(stanceOf(scenario))}: ${values}` : values;
  };
}

/** Keys by their last two pieces, where these tell them apart. */
function endsOf(keys: string[]): string[] {
  const ends = keys.map((key) => (key.includes('"') ? key : key.split(".").slice(-2).join(".")));
  return ends.map((end, place) => (ends.indexOf(end) === ends.lastIndexOf(end) ? end : keys[place]!));
}

/** The stance of a scenario: its name, of a sweep without the number of its setting. */
export const stanceOf = (scenario: string): string => scenario.replace(/#\d+$/, "");

/** What tells the scenarios of a sweep apart: the stance where there are several, then the swept values. No heads: nothing is swept. */
export function settings(result: Result): { heads: string[]; cells: (scenario: string) => string[] } {
  const swept = sweptColumns(result);
  const all = result.tables.get("/scenarios");
  if (!all || swept.length === 0) return { heads: [], cells: () => [] };
  const several = new Set(scenarios(result).map(stanceOf)).size > 1;
  const rows = new Map(all.distinct<string>("scenario").map((scenario, row) => [scenario, row]));
  return {
    heads: [...(several ? [w("stance", "立场")] : []), ...swept],
    cells: (scenario) => [...(several ? [stanceOf(scenario)] : []), ...swept.map((name) => sayCell(all, name, rows.get(scenario) ?? 0))],
  };
}

/** The rows of a chart with what was swept before them. */
export function withSettings(result: Result, of: Table, rows: number[], data: DataTable): DataTable {
  const { heads, cells } = settings(result);
  return { heads: [...heads.map((name) => ({ name, units: "", description: "" })), ...data.heads], rows: data.rows.map((row, at) => [...cells(of.text("scenario", rows[at]!)), ...row]) };
}

const sayCell = (all: Table, name: string, row: number): string => (all.column(name)?.kind === "text" ? all.text(name, row) : general(all.number(name, row), 6));

const ownColumns = new Set(["scenario", "title", "parameters", "overrides", "stance", "evidence"]);

/** Columns of /scenarios that a sweep added. */
export function sweptColumns(result: Result): string[] {
  return (result.tables.get("/scenarios")?.columns ?? []).map((column) => column.name).filter((name) => !ownColumns.has(name));
}

/** Paths of the study's keys that a sweep changes together in all of its settings: there is no single value of these. */
export function sweptKeys(result: Result): string[][] {
  const axes = at(study(result), "sweep");
  if (!Array.isArray(axes)) return [];
  return axes.filter((axis) => at(axis, "one_at_a_time") !== true).flatMap((axis) => Object.keys((at(axis, "values") as object | undefined) ?? {}).flatMap((key) => pathOf(key) ?? []));
}

/** `data_model.arms."an arm".mean` in its pieces. */
function pathOf(key: string): [string[]] | undefined {
  try {
    const path: string[] = [];
    for (let here: unknown = parse(`${key} = 1`); here && typeof here === "object"; here = Object.values(here)[0]) path.push(Object.keys(here)[0]!);
    return [path];
  } catch {
    return undefined;
  }
}

export const isSwept = (result: Result, ...path: string[]): boolean => sweptKeys(result).some((swept) => swept.length <= path.length && swept.every((piece, place) => piece === path[place]));

export function scenarioControl(result: Result, rows: Table): Control {
  return { key: "scenario", label: w("scenario", "情景"), options: rows.distinct<string>("scenario"), fallback: scenarios(result)[0] ?? "", say: sayScenario(result) };
}

export function control(key: string, label: string, from: Table, column: string, fallback?: string, say?: (option: string) => string): Control {
  const options = from.distinct(column).map(String);
  return { key, label, options, fallback: fallback ?? options[0] ?? "", say };
}

/** Thresholds, visits and sizes are numbers: their options are their texts. */
export const numeric = (text: string): number => Number(text);

export const scores: Record<string, [string, string]> = {
  gmfm66: ["GMFM-66", "GMFM-66"], gmfm88: ["GMFM-88", "GMFM-88"], standing: ["standing (GMFM D)", "站立 (GMFM D)"], walking: ["walking (GMFM E)", "步行 (GMFM E)"], adl: ["ADL", "日常生活能力 (ADL)"],
  fine_motor: ["fine motor (FMFM)", "精细运动 (FMFM)"], sociability: ["sociability", "社交"], adaptability: ["adaptability", "适应能力"], expressive_language: ["expressive language", "语言表达"],
  sleep: ["sleep disturbance, lower is better", "睡眠障碍（越低越好）"], cgi_i: ["CGI-I, lower is better", "CGI-I（越低越好）"], drooling_frequency_cured: ["drooling cured, by frequency", "流涎治愈（频率）"],
  drooling_weight_cured: ["drooling cured, by weight", "流涎治愈（重量）"], drooling_quotient_cured: ["drooling cured, by quotient", "流涎治愈（商）"], drooling_effective: ["drooling reduced", "流涎减轻"],
};

export const lowerIsBetter = new Set(["sleep", "cgi_i"]);

export const sayEndpoint = (endpoint: string): string => {
  const known = scores[endpoint];
  return known ? w(...known) : endpoint.replaceAll("_", " ");
};
export const sayMonths = (months: string): string => w(`${months} months`, `${months} 个月`);
export const sayStratum = (stratum: string): string => (stratum === "all" ? w("all children", "全体儿童") : stratum.replaceAll("_", " ").replace(/^eligible for /, w("eligible for ", "适用者：")).replace(/^age (?=[\d.])/, w("age ", "年龄 ")));

export const endpointUnits = (endpoint: string): string =>
  endpoint.startsWith("drooling") ? w("share", "比例") : endpoint === "cgi_i" ? w("category", "级别") : w("points", "分");

/** The reference of the cohort or of the policy. */
export const referenceOf = (result: Result, section: "cohort" | "policy"): string => String(at(study(result), section, "reference") ?? "");

export const has = (path: string) => (result: Result): boolean => table(result, path) !== undefined;

/** The endpoint that the program leads with, and the last visit. */
export function leadOf(summary: Table): { endpoint: string; visit: number } {
  const endpoints = summary.distinct<string>("endpoint");
  return { endpoint: endpoints.includes("gmfm66") ? "gmfm66" : endpoints[0]!, visit: Math.max(...summary.distinct<number>("visit_months")) };
}
