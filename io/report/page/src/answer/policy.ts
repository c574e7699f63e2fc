import { settings } from "../charts/common";
import { currency, effect, firstThreshold, isAsReference, isUndecided, strataOf } from "../charts/policy/rows";
import { type Result, type Table, table } from "../data/result";
import { money, percentOf, withError } from "../numbers";
import { isolated } from "../ui/dom";
import { w } from "../words";
import { agreement } from "./agreement";
import type { Card, Fact, Line } from "./card";

/** What an analyst asks: which strategy at the first threshold, by how much, how surely, and what would change it. */

export const leads = (of: Table, threshold: number): number[] => of.where({ threshold, stratum: "all" });

/** Parameters that change the decision alone, by scenario, at the threshold. */
function flips(result: Result, scenario: string, threshold: number): string | undefined {
  const of = table(result, "/sensitivity/tornado");
  if (!of) return undefined;
  const rows = of.where({ scenario, threshold }).filter((row) => of.truth("flips", row));
  const names = of.distinct<string>("parameter", rows);
  if (names.length === 0) return w("no single parameter within its range", "单个参数在其范围内均不改变");
  return names.slice(0, 4).join(", ") + (names.length > 4 ? w(` and ${names.length - 4} more`, ` 等 ${names.length} 个`) : "");
}

function near(result: Result, of: Table, best: number, rows: number[]): string | undefined {
  const names = rows.filter((row) => row !== best && !isAsReference(result, of, row) && isUndecided(result, of, best, row)).map((row) => isolated(of.text("strategy", row)));
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 2).join(", ") + (names.length > 2 ? w(` and ${names.length - 2} more`, ` 等 ${names.length} 个`) : "");
  return w(`the simulation is too coarse to tell it from ${shown}`, `模拟精度不足，无法与 ${shown} 区分`);
}

const inbOf = (result: Result, of: Table, row: number): string => {
  const [unit, lower, upper] = [currency(result), money(of.number("inb_lower", row)), money(of.number("inb_upper", row))];
  return w(`INB ${money(of.number("inb", row), of.number("inb_mcse", row))} ${unit} (95 %: ${lower} to ${upper})`, `INB ${money(of.number("inb", row), of.number("inb_mcse", row))} ${unit}（95%：${lower} 至 ${upper}）`);
};

/** What the best strategy is worth; of the reference, which is worth nothing over itself, the one that comes next to it. */
function worth(result: Result, of: Table, row: number, rivals: number[]): string | undefined {
  if (of.number("inb", row) !== 0) return Number.isFinite(of.number("inb_lower", row)) ? inbOf(result, of, row) : undefined;
  const others = rivals.filter((other) => other !== row && !isAsReference(result, of, other) && Number.isFinite(of.number("inb_lower", other)));
  if (others.length === 0) return undefined;
  const next = others.reduce((top, other) => (of.number("inb", other) > of.number("inb", top) ? other : top));
  return w(`next to it ${isolated(of.text("strategy", next))}, ${inbOf(result, of, next)}`, `其次为 ${isolated(of.text("strategy", next))}，${inbOf(result, of, next)}`);
}

/** The nearest thresholds of the acceptability curves, below and above, at which another strategy is the best. */
function turns(result: Result, scenario: string, threshold: number, best: string): string | undefined {
  const of = table(result, "/policy/ceac");
  const rows = (of?.where({ scenario }) ?? []).filter((row) => of!.truth("best", row)).sort((a, b) => of!.number("k", a) - of!.number("k", b));
  if (!of || rows.length < 2) return undefined;
  const isOther = (row: number): boolean => of.text("strategy", row) !== best;
  const below = rows.filter((row) => of.number("k", row) < threshold && isOther(row)).at(-1), above = rows.find((row) => of.number("k", row) > threshold && isOther(row));
  const said = (row: number): [string, string] => [isolated(of.text("strategy", row)), money(of.number("k", row))];
  const pieces = [
    below === undefined ? [] : w(`${said(below)[0]} is best at ${said(below)[1]} and less`, `${said(below)[1]} 及以下时 ${said(below)[0]} 最佳`),
    above === undefined ? [] : w(`${said(above)[0]} is best from ${said(above)[1]} on`, `${said(above)[1]} 起 ${said(above)[0]} 最佳`),
  ].flat();
  const [least, most] = [rows[0]!, rows.at(-1)!].map((row) => money(of.number("k", row)));
  return pieces.length > 0 ? pieces.join("; ") : w(`best at every threshold from ${least} to ${most}`, `${least} 至 ${most} 的各阈值下均最佳`);
}

function line(result: Result, of: Table, row: number, rivals: number[]): Line {
  const [scenario, threshold, strategy] = [of.text("scenario", row), of.number("threshold", row), of.text("strategy", row)];
  const share = w(`best in ${percentOf(of.number("ceac", row))} % of draws`, `在 ${percentOf(of.number("ceac", row))}% 的抽样中最佳`);
  const changed = flips(result, scenario, threshold);
  const value = worth(result, of, row, rivals);
  const sure = [share, near(result, of, row, rivals)];
  const more = [`EVPI ${money(of.number("evpi", row))} ${currency(result)}`, turns(result, scenario, threshold, strategy), changed && `${w("flipped by", "可被改变：")} ${changed}`];
  const joined = (pieces: (string | undefined)[]): string => pieces.filter((piece) => piece).join(w("; ", "；"));
  return { scenario, text: strategy, brief: joined([of.number("inb", row) === 0 ? undefined : value, ...sure]), detail: joined([value, ...sure, ...more]) };
}

function researchFacts(result: Result, threshold: number): Fact[] {
  const of = table(result, "/policy/research_answer");
  if (!of) return [];
  const million = 1e6;
  return of.where({ k: threshold }).map((row) => ({
    name: w(`is a trial worth its cost? (${of.text("scenario", row)})`, `试验是否值得？（${of.text("scenario", row)}）`),
    value: `${of.number("sample_size", row) > 0 ? w(`yes, with ${of.number("sample_size", row)} children`, `是，${of.number("sample_size", row)} 名儿童`) : w("no simulated size is", "模拟样本量均不值得")}; ENBS ${withError(of.number("enbs", row) / million, of.number("enbs_se", row) / million)} ${w("million", "百万")} ${of.units("enbs")}`,
  }));
}

export function policyCard(result: Result): Card | undefined {
  const of = strataOf(result);
  if (!of || !table(result, "/policy/summary")) return undefined;
  const threshold = firstThreshold(result);
  const all = leads(of, threshold);
  const best = all.filter((row) => of.truth("best", row));
  const rivals = (row: number): number[] => all.filter((other) => of.text("scenario", other) === of.text("scenario", row));
  const { heads, cells } = settings(result);
  const lines = best.map((row) => ({ ...line(result, of, row, rivals(row)), cells: cells(of.text("scenario", row)) }));
  const remark = agreement(result, lines, {
    disagree: w("The stances disagree: which evidence one believes decides, more than any number here.", "各立场结论不一：相信何种证据决定了结论，胜过这里的任何数字。"), agree: w("The stances agree on the decision.", "各立场的决策一致。"),
  });
  return { id: "policy", title: w(`Best strategy at ${money(threshold)} ${currency(result)} per ${effect(result)}`, `支付意愿 ${money(threshold)} ${currency(result)} / ${effect(result)} 时的最佳方案`), heads, lines, facts: researchFacts(result, threshold), remark };
}
