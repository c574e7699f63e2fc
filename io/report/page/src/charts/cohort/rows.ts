import type { Result, Table } from "../../data/result";
import { table } from "../../data/result";
import { w } from "../../words";
import type { Context, Control } from "../chart";
import { control, leadOf, referenceOf, sayEndpoint, sayMonths, sayStratum, scenarioControl } from "../common";

/** Which rows of the cohort's tables a chart draws. */

export const everybody = "/all";

export const stratumKey = (of: Table, row: number): string => `${of.text("stratification", row)}/${of.text("stratum", row)}`;
export const stratumName = (key: string): string => sayStratum(key.slice(key.indexOf("/") + 1));

export const summaryOf = (result: Result): Table => table(result, "/cohort/summary")!;
export const incrementsOf = (result: Result): Table | undefined => table(result, "/cohort/increments");

export function strategies(result: Result, withReference: boolean): string[] {
  const all = (withReference ? table(result, "/cohort/summary") : incrementsOf(result))?.distinct<string>("strategy") ?? [];
  return withReference ? all : all.filter((name) => name !== referenceOf(result, "cohort"));
}

export function endpointControl(result: Result): Control {
  const summary = summaryOf(result);
  return { ...control("endpoint", w("endpoint", "终点"), summary, "endpoint", leadOf(summary).endpoint), say: sayEndpoint };
}

export function visitControl(result: Result): Control {
  const summary = summaryOf(result);
  return control("visit", w("visit", "随访"), summary, "visit_months", String(leadOf(summary).visit), sayMonths);
}

export function stratumControl(result: Result): Control {
  const summary = summaryOf(result);
  const options = [...new Set(Array.from({ length: summary.rows }, (_, row) => stratumKey(summary, row)))];
  return { key: "stratum", label: w("stratum", "分层"), options, fallback: everybody, say: stratumName };
}

export function strategyControl(result: Result, withReference: boolean, most: number): Control {
  const options = strategies(result, withReference);
  return { key: withReference ? "strategies" : "strategy-set", label: w("strategies", "方案"), options, fallback: best(result, options, options.length <= most ? most : few).join("|"), most };
}

const few = 4; // lines that are told apart at a glance

/** The first strategies where all fit; else the reference and those with the greatest gain, in the order of the study. */
function best(result: Result, options: string[], most: number): string[] {
  if (options.length <= most) return options;
  const increments = incrementsOf(result);
  const reference = referenceOf(result, "cohort");
  const lead = leadOf(summaryOf(result));
  const gain = new Map(increments?.where({ stratification: "", endpoint: lead.endpoint, visit_months: lead.visit }).map((row) => [increments.text("strategy", row), increments.number("mean", row)]));
  const kept = new Set([...options].filter((name) => name !== reference).sort((a, b) => (gain.get(b) ?? 0) - (gain.get(a) ?? 0)).slice(0, options.includes(reference) ? most - 1 : most));
  return options.filter((name) => kept.has(name) || name === reference);
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
