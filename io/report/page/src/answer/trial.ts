import { alphaOf, chosenSize, eventsAtEnd, isNull, ocOf, primaryOf, sayScale, sayTarget, target } from "../charts/trial/rows";
import { at, isSwept, settings, stanceOf, study } from "../charts/common";
import type { Result, Table } from "../data/result";
import { general, percent, withError } from "../numbers";
import { isolated } from "../ui/dom";
import { fixedWord, w } from "../words";
import { agreement } from "./agreement";
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
  return { row, size: chosen, line: { scenario, text, detail, brief: chosen === undefined ? w(`below ${sayTarget(target())}`, `低于 ${sayTarget(target())}`) : "" } };
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "number" || typeof value === "bigint" ? general(Number(value)) : String(value));

const monthly = new Set(["hazard", "rate"]);

/** Keys of arms in Chinese. */
const keysInChinese: Record<string, string> = { hazard: "风险率", hazard_ratio: "风险比", rate: "发生率", rate_ratio: "率比", mean: "均值", sd: "标准差", probability: "概率", log_odds_ratio: "对数比值比" };

/** "hazard 0.058 a month": a number of an arm in the words of the study file. */
const sayKey = (key: string, value: unknown): string => `${w(key.replaceAll("_", " "), keysInChinese[key] ?? key.replaceAll("_", " "))} ${shown(value)}${monthly.has(key) ? w(" a month", " /月") : ""}`;

/** What a model of an endpoint says of its arms, in its own words, but for what is swept; of constant hazards their ratio too. */
function sayArms(result: Result, path: string[]): string[] {
  const arms = at(study(result), ...path);
  if (!arms || typeof arms !== "object") return [];
  const entries = Object.entries(arms as Record<string, Record<string, unknown>>).map(([name, arm]) => [name, Object.entries(arm).filter(([key]) => !isSwept(result, ...path, name, key))] as const);
  const told = ([, value]: [string, unknown]): boolean => value !== 0 && !(Array.isArray(value) && value.every((each) => each === 0));
  const said = entries.map(([name, arm]) => ({ name, keys: arm.filter(told).map(([key, value]) => sayKey(key, value)) })).filter(({ keys }) => keys.length > 0).map(({ name, keys }) => `${name}: ${keys.join("; ")}`);
  if (said.length === 0) return [];
  const hazards = entries.map(([, arm]) => Object.fromEntries(arm).hazard).filter((hazard): hazard is number[] => Array.isArray(hazard) && hazard.length === 1).map((hazard) => Number(hazard[0]));
  const ratio = hazards.length === 2 && entries.length === 2 ? [w(`hazard ratio ${general(hazards[1]! / hazards[0]!)}`, `风险比 ${general(hazards[1]! / hazards[0]!)}`)] : [];
  return [...said, ...ratio];
}

/** The arms of the data model; of several endpoints those of the primary one and of those whose events end follow-up. */
function statedArms(result: Result): Fact | undefined {
  const primary = at(study(result), "trial", "primary", "endpoint");
  const endpoints = Object.entries((at(study(result), "data_model", "endpoints") as object | undefined) ?? {}).filter(([name, model]) => name === primary || at(model, "ends_follow_up") === true);
  const several = endpoints.map(([name]) => ({ name, arms: sayArms(result, ["data_model", "endpoints", name, "arms"]) })).filter(({ arms }) => arms.length > 0).map(({ name, arms }) => `${isolated(name)} (${arms.join(" | ")})`);
  const value = several.length > 0 ? several.join("; ") : sayArms(result, ["data_model", "arms"]).join(" | ");
  return value === "" ? undefined : { name: settings(result).heads.length > 0 ? w("assumed, where it is not swept", "未扫描处的假定") : w("assumed", "假定"), value };
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
  const swept = isSwept(result, "trial", "alpha");
  const sides = at(study(result), "trial", "sides");
  const level = `${swept ? w("α as swept", "α 见扫描") : `α = ${general(alphaOf(result))}`}${sides === undefined ? "" : w(`, ${String(sides) === "1" ? "one" : "two"}-sided`, `，${String(sides) === "1" ? "单侧" : "双侧"}`)}`;
  const nullRow = swept ? undefined : of.where({ ...primaryOf(of), sample_size: of.number("sample_size", row) }).find((each) => isNull(of, each));
  const simulated = nullRow === undefined ? "" : percent(of.number("power", nullRow), of.number("power_mcse", nullRow));
  return { name: w("level", "检验水准"), value: swept ? level : `${level}; ${nullRow === undefined ? w("not simulated here", "此处未模拟") : w(`simulated ${simulated} % at N = ${general(of.number("sample_size", row), 9)}`, `N = ${general(of.number("sample_size", row), 9)} 时模拟值 ${simulated}%`)}` };
}

/** A method by its key, in Chinese with what it is where the key does not say it to everybody. */
const methodsInChinese: Record<string, string> = { gray: "Gray 检验", "cumulative-incidence": "累积发生率", logrank: "对数秩检验", cox: "Cox 回归", "kaplan-meier": "Kaplan-Meier" };
const sayMethod = (method: string): string => (methodsInChinese[method] === undefined ? method : w(method, `${methodsInChinese[method]}（${method}）`));

/** The primary analysis and when it is made: at events, or at a visit. */
function methodFact(result: Result, of: Table, row: number): Fact {
  const methods = of.distinct<string>("method", of.where(primaryOf(of)));
  const [events, visit] = [eventsAtEnd(result), of.number("visit_months", row)];
  const when = Number.isFinite(events) ? w(`, at ${general(events, 9)} events`, `，达到 ${general(events, 9)} 个事件时`) : Number.isFinite(visit) ? w(`, ${general(visit)} months`, `，${general(visit)} 个月`) : "";
  return { name: w("primary analysis", "主要分析"), value: `${methods.map(sayMethod).join(", ")}${when}` };
}

const ofSweep = (result: Result, of: Table, row: number): Fact[] => [statedArms(result) ?? [], levelFact(result, of, row), methodFact(result, of, row)].flat();

/** What holds of one scenario's trial: its effect and spread, how many patients and months it takes. */
function ofScenario(result: Result, of: Table, row: number): (Fact & { brief: string })[] {
  const pair = (name: string): string => withError(of.number(name, row), of.number(`${name}_mcse`, row));
  const kind = of.text("true_value_kind", row);
  const sd = statedArms(result) ? undefined : spread(result, of, row);
  const effect = pair("true_value"), size = pair("expected_sample_size"), events = pair("events"), months = `${pair("duration_months")} ${w("months", "个月")}`;
  return [
    Number.isFinite(of.number("true_value", row)) ? { name: w("assumed effect", "假定效应"), value: `${effect} (${[sayScale(of, row), kind ? fixedWord(kind) : []].flat().join("; ")})`, brief: isNull(of, row) ? "" : w(`assumed effect ${effect}`, `假定效应 ${effect}`) } : [],
    sd ? { ...sd, brief: w(`SD ${sd.value} (implied by the SE)`, `标准差 ${sd.value}（由标准误推得）`) } : [],
    of.number("expected_sample_size_mcse", row) > 0 ? { name: w("expected sample size", "期望样本量"), value: size, brief: w(`expected size ${size}`, `期望样本量 ${size}`) } : [],
    Number.isFinite(of.number("events", row)) ? { name: w("expected events", "期望事件数"), value: events, brief: w(`${events} events`, `${events} 个事件`) } : [],
    { name: w("expected duration", "期望时长"), value: months, brief: months },
  ].flat();
}

/** Of several scenarios what holds of each stands in its line, and here what they share. */
const ofTrial = (result: Result, of: Table, row: number, several: boolean): Fact[] => [several ? [] : ofScenario(result, of, row), statedArms(result) ?? [], levelFact(result, of, row), methodFact(result, of, row)].flat();

/** Whether the stances come to the same size: what each of them needs, never an average. */
function stancesOn(result: Result, answers: Answer[], of: Table): string | undefined {
  const asked = answers.filter(({ row }) => !isNull(of, row));
  if (new Set(asked.map(({ row }) => stanceOf(of.text("scenario", row)))).size < 2) return undefined;
  const wanted = sayTarget(target());
  const need = (size: number | undefined): string => (size === undefined ? w("no simulated size has it", "模拟样本量均未达到") : `N = ${general(size, 9)}`);
  const stances = new Map<string, Set<string>>();
  for (const { row, size } of asked) stances.set(need(size), (stances.get(need(size)) ?? new Set()).add(isolated(stanceOf(of.text("scenario", row)))));
  const swept = settings(result).heads.length > 0;
  const told = [...stances].map(([size, names]) => `${[...names].join(", ")}: ${size}`).join("; ");
  return agreement(result, asked.map(({ row, size }) => ({ scenario: of.text("scenario", row), text: need(size) })), {
    disagree: swept ? w(`The stances disagree on the size for ${wanted} power.`, `各立场对达到 ${wanted} 功效的样本量结论不一。`) : w(`The stances disagree on the size for ${wanted} power: ${told}. They are not averaged.`, `各立场对达到 ${wanted} 功效的样本量结论不一：${told}。不取平均。`),
    agree: swept ? w(`The stances agree on the size for ${wanted} power.`, `各立场对达到 ${wanted} 功效的样本量结论一致。`) : w(`The stances agree: for ${wanted} power ${[...stances.keys()][0]}.`, `各立场结论一致：${wanted} 功效，${[...stances.keys()][0]}。`),
  });
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
  const swept = heads.length > 0, several = answers.length > 1;
  const lineOf = ({ line, row }: Answer): Line => ({ ...line, cells: cells(line.scenario ?? ""), detail: several && !swept ? [line.detail, ...ofScenario(result, of, row).map(({ brief }) => brief)].filter((piece) => piece !== "").join("; ") : line.detail });
  return {
    id: "trial", title: w("Trial", "试验"), heads, headline: swept ? headline(answers, of) : undefined, lines: answers.map(lineOf),
    facts: swept ? ofSweep(result, of, informative.row) : ofTrial(result, of, informative.row, several), remark: stancesOn(result, answers, of),
  };
}
