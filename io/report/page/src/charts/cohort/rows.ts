import type { Result, Table } from "../../data/result";
import { table } from "../../data/result";
import { w } from "../../words";
import { chosen } from "../../ui/controls";
import { seriesColours, type Style, stylesOf } from "../../ui/series";
import type { Context, Control } from "../chart";
import { control, leadOf, lowerIsBetter, referenceOf, sayEndpoint, sayMonths, sayStratum, scenarioControl } from "../common";

/** Which rows of the cohort's tables a chart draws. */

export const everybody = "/all";

export const stratumKey = (of: Table, row: number): string => `${of.text("stratification", row)}/${of.text("stratum", row)}`;
export const stratumName = (key: string): string => sayStratum(key.slice(key.indexOf("/") + 1));

export const summaryOf = (result: Result): Table => table(result, "/cohort/summary")!;
export const incrementsOf = (result: Result): Table | undefined => table(result, "/cohort/increments");

/** All but the reference. */
export function strategies(result: Result): string[] {
  const reference = referenceOf(result, "cohort");
  return (incrementsOf(result)?.distinct<string>("strategy") ?? []).filter((name) => name !== reference);
}

export function endpointControl(result: Result): Control {
  const summary = summaryOf(result);
  return { ...control("endpoint", w("endpoint", "终点"), summary, "endpoint", leadOf(summary).endpoint), say: sayEndpoint };
}

export function visitControl(result: Result): Control {
  const summary = summaryOf(result);
  return control("visit", w("visit", "随访"), summary, "visit_months", String(leadOf(summary).visit), sayMonths);
}

const strataOf = new WeakMap<Table, string[]>();

function strata(of: Table): string[] {
  if (!strataOf.has(of)) strataOf.set(of, [...new Set(Array.from({ length: of.rows }, (_, row) => stratumKey(of, row)))]);
  return strataOf.get(of)!;
}

export function stratumControl(result: Result): Control {
  return { key: "stratum", label: w("stratum", "分层"), options: strata(summaryOf(result)), fallback: everybody, say: stratumName };
}

/** The strategies that are drawn beside the reference. */
export function strategyControl(result: Result): Control {
  const options = strategies(result);
  return { key: "strategy-set", label: w("strategies", "方案"), options, fallback: best(result, options).join("|"), most: mostLines };
}

/** One style for a strategy in all charts of the section: the reference, then those whose gains are chosen, then the others. */
export function strategyStyles(result: Result): (name: string) => Style {
  const reference = referenceOf(result, "cohort");
  const names = strategies(result);
  const first = new Set(chosen(strategyControl(result)));
  return stylesOf([reference, ...names.filter((name) => first.has(name)), ...names.filter((name) => !first.has(name))]);
}

const mostLines = seriesColours - 1; // beside the reference
const few = 4; // lines that are told apart at a glance

/** Strategies by what they gain in the endpoint and visit that the program leads with, the greatest first, under the first scenario. */
export function byGain(result: Result, names: string[]): string[] {
  if (!gains.has(result)) gains.set(result, leadingGains(result));
  const gain = gains.get(result)!;
  return [...names].sort((a, b) => (gain.get(b) ?? 0) - (gain.get(a) ?? 0));
}

const gains = new WeakMap<Result, Map<string, number>>();

function leadingGains(result: Result): Map<string, number> {
  const increments = incrementsOf(result);
  const lead = leadOf(summaryOf(result));
  const rows = increments?.where({ scenario: increments.text("scenario", 0), stratification: "", endpoint: lead.endpoint, visit_months: lead.visit }) ?? [];
  const sign = lowerIsBetter.has(lead.endpoint) ? -1 : 1;
  return new Map(rows.map((row) => [increments!.text("strategy", row), sign * increments!.number("mean", row)]));
}

/** All strategies where they fit; else those with the greatest gain, in the order of the study. */
function best(result: Result, options: string[]): string[] {
  if (options.length <= mostLines) return options;
  const kept = new Set(byGain(result, options).slice(0, few));
  return options.filter((name) => kept.has(name));
}

/** Rows of one scenario, endpoint, visit and stratum, as chosen; what is not given is not asked for. */
export function chosenRows(of: Table, context: Context, keys: ("scenario" | "endpoint" | "visit" | "stratum")[]): number[] {
  const stratum = keys.includes("stratum") ? context.choice("stratum") : undefined;
  const cut = stratum?.indexOf("/") ?? 0;
  return of.where({
    scenario: keys.includes("scenario") ? context.choice("scenario") : undefined,
    endpoint: keys.includes("endpoint") ? context.choice("endpoint") : undefined,
    visit_months: keys.includes("visit") ? Number(context.choice("visit")) : undefined,
    stratification: stratum?.slice(0, cut),
    stratum: stratum?.slice(cut + 1),
  });
}

export const usual = (result: Result): Control[] => [scenarioControl(result, summaryOf(result)), endpointControl(result)];
