import { alphaOf, chosenSize, isNull, ocOf, primaryOf, sayTarget, target } from "../charts/trial/rows";
import { at, study } from "../charts/common";
import type { Result, Table } from "../data/result";
import { general, withError } from "../numbers";
import { w } from "../words";
import type { Card, Fact, Line } from "./card";

/** What a trial designer asks: how many patients, with what power, if the effect is what, at what level. */

const differences = new Set(["t", "welch", "ancova", "mmrm", "change-score", "gee", "mixed-model"]);

function primaryRows(of: Table, scenario: string): number[] {
  return of.where({ scenario, ...primaryOf(of) });
}

function answerOf(of: Table, scenario: string): { line: Line; row: number } | undefined {
  const rows = primaryRows(of, scenario);
  if (rows.length === 0) return undefined;
  const largest = rows.reduce((top, row) => (of.number("sample_size", row) > of.number("sample_size", top) ? row : top));
  const power = (row: number): string => withError(of.number("power", row), of.number("power_mcse", row));
  const size = (row: number): string => general(of.number("sample_size", row), 9);
  if (isNull(of, largest)) {
    return { row: largest, line: { scenario, text: w(`type I error ${power(largest)}`, `I 类错误 ${power(largest)}`), detail: w(`N = ${size(largest)}: the null hypothesis is true here`, `N = ${size(largest)}：此处原假设成立`) } };
  }
  const chosen = chosenSize(of, scenario, target());
  const row = chosen === undefined ? largest : rows.find((each) => of.number("sample_size", each) === chosen)!;
  const text = `N = ${size(row)}: ${w("power", "功效")} ${power(row)}`;
  const only = rows.length === 1;
  const detail = chosen === undefined
    ? only ? w(`below the wanted ${sayTarget(target())}`, `低于目标 ${sayTarget(target())}`) : w(`no simulated size reaches ${sayTarget(target())}; this is the largest`, `模拟样本量均未达到 ${sayTarget(target())}；此为最大者`)
    : only ? w(`reaches the wanted ${sayTarget(target())}`, `达到目标 ${sayTarget(target())}`) : w(`the smallest simulated size from which on power reaches ${sayTarget(target())}`, `功效达到 ${sayTarget(target())} 的最小模拟样本量`);
  const effect = of.number("true_value", row);
  const assumed = Number.isFinite(effect) ? w(`; assumed effect ${withError(effect, of.number("true_value_mcse", row))}`, `；假定效应 ${withError(effect, of.number("true_value_mcse", row))}`) : "";
  return { row, line: { scenario, text, detail: `${detail}${assumed}` } };
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "number" || typeof value === "bigint" ? general(Number(value)) : String(value));

/** What a data model says of its arms, in its own words; of constant hazards their ratio too. */
function statedArms(result: Result): Fact | undefined {
  const arms = at(study(result), "data_model", "arms");
  if (!arms || typeof arms !== "object") return undefined;
  const entries = Object.entries(arms as Record<string, Record<string, unknown>>);
  const told = ([, value]: [string, unknown]): boolean => value !== 0 && !(Array.isArray(value) && value.every((each) => each === 0));
  const said = entries.map(([name, arm]) => `${name}: ${Object.entries(arm).filter(told).map(([key, value]) => `${key.replaceAll("_", " ")} ${shown(value)}`).join("; ")}`);
  const hazards = entries.map(([, arm]) => arm.hazard).filter((hazard): hazard is number[] => Array.isArray(hazard) && hazard.length === 1).map((hazard) => Number(hazard[0]));
  const ratio = hazards.length === 2 && entries.length === 2 ? [w(`hazard ratio ${general(hazards[1]! / hazards[0]!)}`, `风险比 ${general(hazards[1]! / hazards[0]!)}`)] : [];
  return { name: w("assumed", "假定"), value: [...said, ...ratio].join(" | ") };
}

/** The standard deviation of a patient that the error of the estimate implies. */
function spread(result: Result, of: Table, row: number): Fact | undefined {
  if (!differences.has(of.text("method", row))) return undefined;
  const arms2 = at(study(result), "trial", "arms");
  const ratios = Array.isArray(arms2) ? arms2.map((arm) => Number((arm as { ratio?: unknown }).ratio ?? 1)) : [];
  const [error, analysed] = [of.number("empirical_se", row), of.number("analysed", row)];
  if (ratios.length !== 2 || !(error > 0) || !(analysed > 0)) return undefined;
  const total = ratios[0]! + ratios[1]!;
  const implied = error / Math.sqrt(total / ratios[0]! / analysed + total / ratios[1]! / analysed);
  return { name: w("SD of a patient after adjustment, implied by the SE", "调整后的个体标准差（由标准误推得）"), value: general(implied, 3) };
}

function facts(result: Result, of: Table, row: number): Fact[] {
  const found: Fact[] = [];
  const all = of.distinct<string>("scenario");
  if (all.length > 1) found.push({ name: w("of the scenario", "所属情景"), value: `${of.text("scenario", row)}, N = ${of.number("sample_size", row)}` });
  if (Number.isFinite(of.number("true_value", row)))
    found.push({ name: w("assumed effect", "假定效应"), value: `${withError(of.number("true_value", row), of.number("true_value_mcse", row))} (${of.text("true_value_kind", row)})` });
  const stated = statedArms(result);
  const sd = stated ?? spread(result, of, row);
  if (sd) found.push(sd);
  const sides = at(study(result), "trial", "sides");
  const level = `α = ${general(alphaOf(result))}${sides === undefined ? "" : w(`, ${String(sides)}-sided`, `，${String(sides) === "1" ? "单侧" : "双侧"}`)}`;
  const nullRows = of.where({ ...primaryOf(of), sample_size: of.number("sample_size", row) }).filter((each) => isNull(of, each));
  const simulated = nullRows[0] === undefined ? w("not simulated here", "此处未模拟") : w(`simulated ${withError(of.number("power", nullRows[0]), of.number("power_mcse", nullRows[0]))}`, `模拟值 ${withError(of.number("power", nullRows[0]), of.number("power_mcse", nullRows[0]))}`);
  found.push({ name: w("level", "检验水准"), value: `${level}; ${simulated}` });
  found.push({ name: w("primary analysis", "主要分析"), value: `${of.text("method", row)}${Number.isFinite(of.number("visit_months", row)) ? w(`, ${general(of.number("visit_months", row))} months`, `，${general(of.number("visit_months", row))} 个月`) : ""}` });
  if (of.has("expected_sample_size_mcse")) found.push({ name: w("expected sample size", "期望样本量"), value: withError(of.number("expected_sample_size", row), of.number("expected_sample_size_mcse", row)) });
  found.push({ name: w("duration", "时长"), value: `${withError(of.number("duration_months", row), of.number("duration_months_mcse", row))} ${w("months", "个月")}` });
  return found;
}

export function trialCard(result: Result): Card | undefined {
  const of = ocOf(result);
  if (!of) return undefined;
  const answers = of.distinct<string>("scenario").flatMap((scenario) => answerOf(of, scenario) ?? []);
  if (answers.length === 0) return undefined;
  const informative = answers.find(({ row }) => !isNull(of, row)) ?? answers[0]!;
  return { id: "trial", title: w("Trial", "试验"), lines: answers.map(({ line }) => line), facts: facts(result, of, informative.row) };
}
