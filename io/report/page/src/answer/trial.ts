import { alphaOf, chosenSize, isNull, ocOf, primaryOf, sayTarget, target } from "../charts/trial/rows";
import { at, settings, study } from "../charts/common";
import type { Result, Table } from "../data/result";
import { general, percent, withError } from "../numbers";
import { w } from "../words";
import type { Card, Fact, Line } from "./card";

/** What a trial designer asks: how many patients, with what power, if the effect is what, at what level. */

const differences = new Set(["t", "welch", "ancova", "mmrm", "change-score", "gee", "mixed-model"]);

function primaryRows(of: Table, scenario: string): number[] {
  return of.where({ scenario, ...primaryOf(of) });
}

interface Answer {
  line: Line;
  row: number;
  size?: number; // that has the wanted power
}

function answerOf(of: Table, scenario: string): Answer | undefined {
  const rows = primaryRows(of, scenario);
  if (rows.length === 0) return undefined;
  const largest = rows.reduce((top, row) => (of.number("sample_size", row) > of.number("sample_size", top) ? row : top));
  const power = (row: number): string => `${percent(of.number("power", row), of.number("power_mcse", row))} %`;
  const size = (row: number): string => general(of.number("sample_size", row), 9);
  if (isNull(of, largest)) {
    return { row: largest, line: { scenario, text: w(`type I error ${power(largest)}`, `I 类错误 ${power(largest)}`), detail: w(`N = ${size(largest)}: the null hypothesis is true here`, `N = ${size(largest)}：此处原假设成立`), brief: `N = ${size(largest)}` } };
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
  return { row, size: chosen, line: { scenario, text, detail: `${detail}${assumed}`, brief: chosen === undefined ? w(`below ${sayTarget(target())}`, `低于 ${sayTarget(target())}`) : "" } };
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
  return { name: settings(result).heads.length > 0 ? w("assumed, where it is not swept", "未扫描处的假定") : w("assumed", "假定"), value: [...said, ...ratio].join(" | ") };
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

function levelFact(result: Result, of: Table, row: number): Fact {
  const sides = at(study(result), "trial", "sides");
  const level = `α = ${general(alphaOf(result))}${sides === undefined ? "" : w(`, ${String(sides)}-sided`, `，${String(sides) === "1" ? "单侧" : "双侧"}`)}`;
  const nullRow = of.where({ ...primaryOf(of), sample_size: of.number("sample_size", row) }).find((each) => isNull(of, each));
  const simulated = nullRow === undefined ? "" : percent(of.number("power", nullRow), of.number("power_mcse", nullRow));
  return { name: w("level", "检验水准"), value: `${level}; ${nullRow === undefined ? w("not simulated here", "此处未模拟") : w(`simulated ${simulated} %`, `模拟值 ${simulated}%`)}` };
}

const methodFact = (of: Table, row: number): Fact => ({
  name: w("primary analysis", "主要分析"), value: `${of.text("method", row)}${Number.isFinite(of.number("visit_months", row)) ? w(`, ${general(of.number("visit_months", row))} months`, `，${general(of.number("visit_months", row))} 个月`) : ""}`,
});

function factsOfSweep(result: Result, of: Table, row: number): Fact[] {
  return [statedArms(result) ?? [], levelFact(result, of, row), methodFact(of, row)].flat();
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
  found.push(levelFact(result, of, row), methodFact(of, row));
  if (of.has("expected_sample_size_mcse")) found.push({ name: w("expected sample size", "期望样本量"), value: withError(of.number("expected_sample_size", row), of.number("expected_sample_size_mcse", row)) });
  found.push({ name: w("duration", "时长"), value: `${withError(of.number("duration_months", row), of.number("duration_months_mcse", row))} ${w("months", "个月")}` });
  return found;
}

/** How many settings of a sweep have the wanted power, and with how many patients. */
function headline(answers: Answer[], of: Table): string | undefined {
  const asked = answers.filter(({ row }) => !isNull(of, row));
  if (asked.length === 0) return undefined;
  const sizes = asked.flatMap(({ size }) => size ?? []);
  const wanted = sayTarget(target());
  if (sizes.length === 0) return w(`No simulated size has ${wanted} power in any of ${asked.length} settings`, `${asked.length} 种设置中，模拟样本量均未达到 ${wanted} 功效`);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const span = least === most ? `N = ${least}` : w(`N from ${least} to ${most}`, `N 为 ${least} 至 ${most}`);
  return w(`${wanted} power in ${sizes.length} of ${asked.length} settings, with ${span}`, `${asked.length} 种设置中有 ${sizes.length} 种达到 ${wanted} 功效，${span}`);
}

export function trialCard(result: Result): Card | undefined {
  const of = ocOf(result);
  if (!of) return undefined;
  const answers = of.distinct<string>("scenario").flatMap((scenario) => answerOf(of, scenario) ?? []);
  if (answers.length === 0) return undefined;
  const informative = answers.find(({ row }) => !isNull(of, row)) ?? answers[0]!;
  const { heads, cells } = settings(result);
  const swept = heads.length > 0;
  return {
    id: "trial", title: w("Trial", "试验"), heads, headline: swept ? headline(answers, of) : undefined,
    lines: answers.map(({ line }) => ({ ...line, cells: cells(line.scenario ?? "") })), facts: swept ? factsOfSweep(result, of, informative.row) : facts(result, of, informative.row),
  };
}
