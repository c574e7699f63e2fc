import { type Result, type Table, table } from "../../data/result";
import { general } from "../../numbers";
import { state } from "../../state";
import { w } from "../../words";
import type { Context, Control } from "../chart";
import { at, endpointUnits, isSwept, scenarioControl, scores, stanceOf, study } from "../common";

/** Which rows of the trial's tables a chart draws. */

export const ocOf = (result: Result): Table | undefined => table(result, "/trial/operating_characteristics");

/** Name of a line: the analysis, and the arm where there are several. */
export function lineName(of: Table, row: number): string {
  const arms = of.distinct("arm").length;
  const [analysis, arm] = [of.text("analysis", row), of.text("arm", row)];
  return arms > 1 && arm ? `${analysis}: ${arm}` : analysis;
}

/** On what scale an analysis estimates, as the study file's table of analyses has it; a method that is not known here has a scale of its own. */
export function scaleOf(of: Table, row: number): string {
  const method = of.text("method", row);
  return Object.entries(scales).find(([, methods]) => methods.includes(method))?.[0] ?? method;
}

const scales: Record<string, string[]> = {
  "mean difference": ["t", "welch", "ancova", "mmrm", "bayes", "one-sample-t", "paired-t", "crossover-t", "cluster-t", "cluster-t-weighted", "cluster-mixed", "stepped-wedge"],
  "risk difference": ["fisher", "chi-square", "risk-difference", "exact-binomial", "mcnemar"],
  "win probability minus 1/2": ["wilcoxon", "van-elteren"],
  "log odds ratio": ["proportional-odds", "cmh"],
  "log hazard ratio": ["logrank", "fleming-harrington", "max-combo", "cox"],
  "log subdistribution hazard ratio": ["gray"],
  "difference of incidence": ["cumulative-incidence"],
  "log rate ratio": ["negative-binomial"],
  "log win ratio": ["win-ratio"],
  "difference of restricted means": ["rmst"],
  "difference of survival": ["kaplan-meier"],
};

const sayings: Record<string, string> = {
  "mean difference": "均值差", "risk difference": "率差", "win probability minus 1/2": "获胜概率减 1/2", "log odds ratio": "对数比值比", "log hazard ratio": "对数风险比", "log subdistribution hazard ratio": "对数次分布风险比", "difference of incidence": "累积发生率差", "log rate ratio": "对数率比", "log win ratio": "对数获胜比", "difference of restricted means": "限制均值差", "difference of survival": "生存率差",
};

/** "mean difference, points": the scale with the units of the endpoint where they are known. */
export function sayScale(of: Table, row: number): string {
  const scale = scaleOf(of, row), endpoint = of.text("endpoint", row);
  const units = endpoint in scores && scale === "mean difference" ? `, ${endpointUnits(endpoint)}` : "";
  return `${w(scale, sayings[scale] ?? scale)}${units}`;
}

export const lines = (of: Table, rows: number[]): string[] => [...new Set(rows.map((row) => lineName(of, row)))];

export const trialScenario = (result: Result): Control => scenarioControl(result, ocOf(result)!);

export const targetControl = (): Control => ({ key: "target", label: w("wanted power", "目标功效"), options: ["0.8", "0.85", "0.9", "0.95"], fallback: "0.9", say: (option) => sayTarget(Number(option)) });

export const target = (): number => Number(state.get("target") ?? "0.9");

export const alphaOf = (result: Result): number => Number(at(study(result), "trial", "alpha") ?? NaN);

/** The number of events at which the trial ends; NaN where it ends otherwise. */
export function eventsAtEnd(result: Result): number {
  const trial = at(study(result), "trial");
  const looks = at(trial, "looks", "timing") === "events" ? at(trial, "looks", "maximum") : undefined;
  return isSwept(result, "trial", "final") || isSwept(result, "trial", "looks") ? NaN : Number(looks ?? at(trial, "final", "events") ?? NaN);
}

/** What the intervals of the analyses are to cover: of a one-sided test too, both of their ends (engine/analysis, interval_level). */
export const intervalLevel = (result: Result): number => 1 - (2 * alphaOf(result)) / Number(at(study(result), "trial", "sides") ?? 2);

/** The first row's analysis is the primary one. */
export const primaryOf = (of: Table): { analysis: string; arm: string } => ({ analysis: of.text("analysis", 0), arm: of.text("arm", 0) });

/** The smallest size from which on every simulated size has the wanted power in the primary analysis. */
export function chosenSize(of: Table, scenario: string, wanted: number): number | undefined {
  if (!of.has("power")) return undefined;
  const rows = of.where({ scenario, ...primaryOf(of) }).sort((a, b) => of.number("sample_size", b) - of.number("sample_size", a));
  let found: number | undefined;
  for (const row of rows) {
    if (!(of.number("power", row) >= wanted)) break;
    found = of.number("sample_size", row);
  }
  return found;
}

/** Whether the null hypothesis is true in the rows of a scenario: the power is then the type I error. */
export const isNull = (of: Table, row: number): boolean => stanceOf(of.text("scenario", row)) === "null" || of.number("true_value", row) === 0;

export const sayTarget = (wanted: number): string => `${general(100 * wanted)} %`;

export const ofScenario = (of: Table, context: Context): number[] => of.where({ scenario: context.choice("scenario") });
