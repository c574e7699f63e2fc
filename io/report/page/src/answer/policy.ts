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

function line(result: Result, of: Table, row: number, rivals: number[]): Line {
  const unit = currency(result);
  const interval = Number.isFinite(of.number("inb_lower", row)) && of.number("inb", row) !== 0
    ? w(`INB ${money(of.number("inb", row), of.number("inb_mcse", row))} ${unit} (95 %: ${money(of.number("inb_lower", row))} to ${money(of.number("inb_upper", row))}); `, `INB ${money(of.number("inb", row), of.number("inb_mcse", row))} ${unit}（95%：${money(of.number("inb_lower", row))} 至 ${money(of.number("inb_upper", row))}）；`) : "";
  const share = w(`best in ${percentOf(of.number("ceac", row))} % of draws`, `在 ${percentOf(of.number("ceac", row))}% 的抽样中最佳`);
  const undecided = near(result, of, row, rivals);
  const changed = flips(result, of.text("scenario", row), of.number("threshold", row));
  return {
    scenario: of.text("scenario", row), text: of.text("strategy", row), brief: `${interval}${share}${undecided ? `; ${undecided}` : ""}`,
    detail: `${interval}${share}${undecided ? `${w("; ", "；")}${undecided}` : ""}${w("; ", "；")}EVPI ${money(of.number("evpi", row))} ${unit}${changed ? `; ${w("flipped by", "可被改变：")} ${changed}` : ""}`,
  };
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
