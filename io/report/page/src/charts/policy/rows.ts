import { type Result, type Table, table } from "../../data/result";
import { money, z95 } from "../../numbers";
import { w } from "../../words";
import { chosen } from "../../ui/controls";
import { type Style, stylesOf } from "../../ui/series";
import type { Control } from "../chart";
import { referenceOf, scenarioControl } from "../common";

/** Which rows of the policy's tables a chart draws. */

export const summaryOf = (result: Result): Table => table(result, "/policy/summary")!;
export const strataOf = (result: Result): Table | undefined => table(result, "/policy/strata");

export const currency = (result: Result): string => summaryOf(result).units("cost");
export const effect = (result: Result): string => summaryOf(result).units("effect");

export const allStrategies = (result: Result): string[] => summaryOf(result).distinct<string>("strategy");
export const others = (result: Result): string[] => allStrategies(result).filter((name) => name !== referenceOf(result, "policy"));

/** The threshold that the answer is given at: the first of the study. */
export const firstThreshold = (result: Result): number => strataOf(result)?.number("threshold", 0) ?? NaN;

/** Whether the Monte Carlo error cannot tell a strategy from the best one of the same stratum, as if the two had children of their own. */
const isNear = (of: Table, best: number, row: number): boolean => of.number("inb", best) - of.number("inb", row) <= z95 * Math.hypot(of.number("inb_mcse", row), of.number("inb_mcse", best));

/** Net benefit over that of another strategy in the same draws: mean and Monte Carlo standard error; undefined where the page has not all draws. */
function difference(result: Result, scenario: string, threshold: number, first: string, second: string): { mean: number; error: number } | undefined {
  const draws = table(result, "/policy/draws");
  if (!draws || draws.rows < draws.total) return undefined;
  const benefit = (strategy: string): number[] => draws.where({ scenario, strategy }).map((row) => threshold * draws.number("effect", row) - draws.number("cost", row));
  const other = benefit(second);
  const differences = benefit(first).map((value, draw) => value - other[draw]!);
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  return { mean, error: Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1) / count) };
}

/** Whether the simulation cannot tell a strategy from the best one of the same stratum: of all children by the differences in the same draws. */
export function isUndecided(result: Result, of: Table, best: number, row: number): boolean {
  const found = of.text("stratum", best) !== "all" ? undefined : difference(result, of.text("scenario", best), of.number("threshold", best), of.text("strategy", best), of.text("strategy", row));
  return found ? found.mean <= z95 * found.error : isNear(of, best, row);
}

/** Whether nobody of a stratum may have a strategy: it is the reference for all of them, exactly. */
export const isAsReference = (result: Result, of: Table, row: number): boolean => of.text("strategy", row) !== referenceOf(result, "policy") && of.number("inb", row) === 0 && of.number("inb_mcse", row) === 0;

export const policyScenario = (result: Result): Control => scenarioControl(result, summaryOf(result));

export function thresholdControl(of: Table, column = "threshold"): Control {
  const options = of.distinct<number>(column).map(String);
  return { key: "threshold", label: w("willingness to pay", "支付意愿"), options, fallback: options[0]!, say: (option) => money(Number(option)) };
}

/** One strategy: at first the one that could be chosen instead of the reference, with the highest net benefit over it. */
export function strategyOf(result: Result, names: string[] = others(result)): Control {
  const of = strataOf(result);
  const rows = of?.where({ scenario: policyScenario(result).fallback, threshold: firstThreshold(result), stratum: "all" }).filter((row) => names.includes(of.text("strategy", row))) ?? [];
  const best = rows.length > 0 ? rows.reduce((top, row) => (of!.number("inb", row) > of!.number("inb", top) ? row : top)) : undefined;
  return { key: "policy-strategy", label: w("strategy", "方案"), options: names, fallback: best === undefined ? (names[0] ?? "") : of!.text("strategy", best) };
}

export const mostLines = 7; // that are told apart

export const strategySet = (result: Result, most: number): Control => {
  const names = allStrategies(result);
  return { key: "policy-strategies", label: w("strategies", "方案"), options: names, fallback: leaders(result, most).join("|"), most };
};

/** The reference and the strategies that are best at some willingness to pay come first; then those of the study's order. */
export function leaders(result: Result, most: number): string[] {
  const names = allStrategies(result);
  const ceac = table(result, "/policy/ceac");
  const winners = new Set<string>([referenceOf(result, "policy")]);
  if (ceac) for (let row = 0; row < ceac.rows; ++row) if (ceac.truth("best", row)) winners.add(ceac.text("strategy", row));
  const order = [...names.filter((name) => winners.has(name)), ...names.filter((name) => !winners.has(name))].slice(0, most);
  return names.filter((name) => order.includes(name));
}

/** One style for a strategy in all charts of the section: by its place among those that are chosen, in the order of the study. */
export function strategyStyles(result: Result): (name: string) => Style {
  const set = new Set(chosen(strategySet(result, mostLines)));
  const names = allStrategies(result);
  return stylesOf([...names.filter((name) => set.has(name)), ...names.filter((name) => !set.has(name))]);
}

export const perChild = (result: Result): string => w(`${currency(result)} per child`, `${currency(result)} / 每名儿童`);
export const willingness = (result: Result): string => w(`willingness to pay [${currency(result)} per ${effect(result)}]`, `支付意愿 [${currency(result)} / ${effect(result)}]`);

/** "50k": money on an axis. */
export function short(value: number): string {
  const size = Math.abs(value);
  const of = (by: number, unit: string): string => `${Number((value / by).toPrecision(3))}${unit}`;
  return size >= 1e9 ? of(1e9, "bn") : size >= 1e6 ? of(1e6, "M") : size >= 1e3 ? of(1e3, "k") : of(1, "");
}
