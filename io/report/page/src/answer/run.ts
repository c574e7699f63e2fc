import { leadOf, scenarios } from "../charts/common";
import { leads } from "./policy";
import { firstThreshold, strataOf } from "../charts/policy/rows";
import { type Result, type Table, table } from "../data/result";
import { general, money } from "../numbers";
import { w } from "../words";
import type { Card, Fact } from "./card";

/** What somebody who ran a batch asks: is it all there, what failed, how precise is it, what did it cost. */

/** Scenarios that have rows in every table of answers. */
function complete(result: Result): number {
  const answers = [...result.tables.values()].filter((of) => ["/cohort/summary", "/trial/operating_characteristics", "/policy/summary"].includes(of.path));
  return scenarios(result).filter((scenario) => answers.every((of) => of.where({ scenario }).length > 0)).length;
}

function failures(result: Result): string {
  const of = table(result, "/trial/operating_characteristics");
  if (!of) return "0";
  const count = new Map<string, number>();
  for (let row = 0; row < of.rows; ++row) count.set(of.text("scenario", row), (count.get(of.text("scenario", row)) ?? 0) + of.number("failures", row));
  const some = [...count].filter(([, number]) => number > 0);
  if (some.length === 0) return "0";
  const shown = some.slice(0, 3).map(([scenario, number]) => `${scenario} ${number}`).join(", ");
  return some.length > 3 ? w(`${shown} and ${some.length - 3} more scenarios`, `${shown} 等 ${some.length} 个情景`) : shown;
}

const largest = (of: Table, column: string, rows?: number[]): number =>
  Math.max(...(rows ?? Array.from({ length: of.rows }, (_, row) => row)).map((row) => of.number(column, row)).filter(Number.isFinite));

/** The largest Monte Carlo errors of the numbers that lead. */
export function reached(result: Result): Fact[] {
  const found: Fact[] = [];
  const add = (name: string, error: number, say: (value: number) => string = (value) => general(value, 2)): void => {
    if (Number.isFinite(error)) found.push({ name, value: say(error) });
  };
  const cohort = table(result, "/cohort/increments");
  if (cohort) add(w("gain", "获益"), largest(cohort, "mcse", cohort.where({ stratification: "", endpoint: leadOf(cohort).endpoint, visit_months: leadOf(cohort).visit })));
  const trial = table(result, "/trial/operating_characteristics");
  if (trial) add(w("power", "功效"), largest(trial, "power_mcse"), (value) => `${general(100 * value, 2)} %`);
  const strata = strataOf(result);
  if (strata) add(w("INB", "INB"), largest(strata, "inb_mcse", leads(strata, firstThreshold(result))), (value) => `${money(value)} ${strata.units("inb")}`);
  return found;
}

function seconds(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value < 120 ? `${general(value, 3)} s` : value < 7200 ? `${general(value / 60, 3)} min` : `${general(value / 3600, 3)} h`;
}

export function runCard(result: Result): Card {
  const runtime = table(result, "/runtime");
  const facts: Fact[] = [
    { name: w("scenarios complete", "完成的情景"), value: `${complete(result)} / ${scenarios(result).length}` },
    { name: w("failed fits", "拟合失败"), value: failures(result) },
    ...reached(result).map(({ name, value }) => ({ name: w(`largest MCSE, ${name}`, `最大 MCSE（${name}）`), value })),
    ...(runtime ? [{ name: w("wall, CPU", "墙钟、CPU 时间"), value: `${seconds(runtime.number("seconds", 0))}, ${seconds(runtime.number("cpu_seconds", 0))}` }] : []),
    { name: w("content digest", "内容摘要"), value: result.header.content_digest.slice(0, 16) },
  ];
  return { id: "run", title: w("Run", "运行"), lines: [], facts };
}
