import { type Result, type Table, table } from "../../data/result";
import { general } from "../../numbers";
import { state } from "../../state";
import { w } from "../../words";
import type { Context, Control } from "../chart";
import { at, scenarioControl, stanceOf, study } from "../common";

/** Which rows of the trial's tables a chart draws. */

export const ocOf = (result: Result): Table | undefined => table(result, "/trial/operating_characteristics");

/** Name of a line: the analysis, and the arm where there are several. */
export function lineName(of: Table, row: number): string {
  const arms = of.distinct("arm").length;
  const [analysis, arm] = [of.text("analysis", row), of.text("arm", row)];
  return arms > 1 && arm ? `${analysis}: ${arm}` : analysis;
}

export const lines = (of: Table, rows: number[]): string[] => [...new Set(rows.map((row) => lineName(of, row)))];

export const trialScenario = (result: Result): Control => scenarioControl(result, ocOf(result)!);

export const targetControl = (): Control => ({ key: "target", label: w("wanted power", "目标功效"), options: ["0.8", "0.85", "0.9", "0.95"], fallback: "0.9", say: (option) => sayTarget(Number(option)) });

export const target = (): number => Number(state.get("target") ?? "0.9");

export const alphaOf = (result: Result): number => Number(at(study(result), "trial", "alpha") ?? NaN);

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
