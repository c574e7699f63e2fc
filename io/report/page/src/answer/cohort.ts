import { endpointUnits, leadOf, lowerIsBetter, referenceOf, sayEndpoint, settings } from "../charts/common";
import { dosingGrid } from "../charts/cohort/dosing_grid";
import { incrementsOf, summaryOf } from "../charts/cohort/rows";
import { type Result, table } from "../data/result";
import { briefly, brieflyPercent, withError, z95 } from "../numbers";
import { isolated } from "../ui/dom";
import { w } from "../words";
import { agreement } from "./agreement";
import type { Card, Line } from "./card";

/** What a cohort says: who gains most, by how much, and at what risk. */

function line(result: Result, scenario: string): Line | undefined {
  const of = incrementsOf(result)!;
  const { endpoint, visit } = leadOf(summaryOf(result));
  const rows = of.where({ scenario, stratification: "", endpoint, visit_months: visit });
  if (rows.length === 0) return undefined;
  const say = dosingGrid.exists(result) ? briefly : withError; // as the screen has them
  const gain = (row: number): number => (lowerIsBetter.has(endpoint) ? -1 : 1) * of.number("mean", row);
  const best = rows.reduce((top, row) => (gain(row) > gain(top) ? row : top));
  const error = (row: number): number => of.number("mcse", row);
  const near = rows.filter((row) => row !== best && gain(best) - gain(row) <= z95 * Math.hypot(error(best), error(row)));
  if (!(gain(best) > z95 * error(best)))
    return { scenario, text: w("nothing is better than the reference", "没有方案优于参照"), detail: w(`greatest gain ${say(of.number("mean", best), error(best))} ${endpointUnits(endpoint)}`, `最大获益 ${say(of.number("mean", best), error(best))} ${endpointUnits(endpoint)}`) };
  const harm = table(result, "/cohort/harm");
  const harmed = harm?.where({ scenario, stratification: "", strategy: of.text("strategy", best) })[0];
  const pieces = [
    `+${say(of.number("mean", best), error(best))} ${endpointUnits(endpoint)}`.replace("+-", "-"),
    Number.isFinite(of.number("benefit_share", best)) ? w(`MCID reached by ${brieflyPercent(of.number("benefit_share", best), of.number("benefit_share_mcse", best))} %`, `达到 MCID：${brieflyPercent(of.number("benefit_share", best), of.number("benefit_share_mcse", best))}%`) : "",
    harm && harmed !== undefined ? w(`events of grade 3+ in ${brieflyPercent(harm.number("serious_share", harmed), harm.number("serious_share_mcse", harmed))} %`, `3 级及以上事件：${brieflyPercent(harm.number("serious_share", harmed), harm.number("serious_share_mcse", harmed))}%`) : "",
    near.length > 0 ? w(`${near.length} other${near.length > 1 ? "s" : ""} cannot be told from it`, `另有 ${near.length} 个与其无法区分`) : "",
  ];
  return { scenario, text: of.text("strategy", best), brief: pieces[0], detail: pieces.filter((piece) => piece !== "").join("; ") };
}

export function cohortCard(result: Result): Card | undefined {
  const of = incrementsOf(result);
  if (!of || !table(result, "/cohort/summary")) return undefined;
  const { endpoint, visit } = leadOf(summaryOf(result));
  const { heads, cells } = settings(result);
  const reference = isolated(referenceOf(result, "cohort"));
  const lines = of.distinct<string>("scenario").flatMap((scenario) => line(result, scenario) ?? []).map((each) => ({ ...each, cells: cells(each.scenario ?? "") }));
  const summary = summaryOf(result);
  return {
    id: "cohort", title: w(`Greatest gain in ${sayEndpoint(endpoint)} at ${visit} months over ${reference}`, `${visit} 个月时 ${sayEndpoint(endpoint)} 相对 ${reference} 的最大获益`),
    heads, lines, facts: [{ name: w("children under every strategy", "每个方案的儿童数"), value: summary.number("n", 0).toLocaleString("en") }],
    remark: agreement(result, lines, { disagree: w("The stances disagree about the best strategy.", "各立场对最佳方案结论不一。"), agree: w("The stances agree on the best strategy.", "各立场对最佳方案结论一致。") }),
  };
}
