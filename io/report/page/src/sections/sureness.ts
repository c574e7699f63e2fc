import { reached } from "../answer/run";
import { leads } from "../answer/policy";
import { leadOf, sayEndpoint, sayScenario, endpointUnits } from "../charts/common";
import { firstThreshold, strataOf } from "../charts/policy/rows";
import { type Result, table } from "../data/result";
import { general, money, percent, withError } from "../numbers";
import { h, isolated, named } from "../ui/dom";
import { w } from "../words";

/** How sure the simulation is, and apart from it how unsure the evidence is. */

interface Row { what: string; simulation: string; evidence: string }

/** "1.423 ± 0.008" in two cells. */
function apart(text: string): { value: string; error: string } {
  const [value, error] = text.split(" ± ") as [string, string | undefined];
  return { value, error: `± ${error ?? "0"}` };
}

/** Where 95 % of the draws lie, each shrunk by what its patients add to its spread: as io/console/headline.cpp has it. */
function range(values: number[], errors: number[]): [number, number] | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const noise = errors.reduce((sum, error) => sum + error * error, 0) / errors.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const kept = squares > 0 ? Math.sqrt(Math.max(0, 1 - noise / squares)) : 0;
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return mean + kept * (sorted[below]! + (place - below) * (next - sorted[below]!) - mean);
  };
  return [quantile(0.025), quantile(0.975)];
}

function cohortRows(result: Result): Row[] {
  const increments = table(result, "/cohort/increments");
  const draws = table(result, "/cohort/draws");
  if (!increments || !table(result, "/cohort/summary")) return [];
  const { endpoint, visit } = leadOf(table(result, "/cohort/summary")!), say = sayScenario(result);
  return increments.where({ stratification: "", endpoint, visit_months: visit }).slice(0, 60).map((row) => {
    const [scenario, strategy] = [increments.text("scenario", row), increments.text("strategy", row)];
    const own = draws?.where({ scenario, strategy }) ?? [];
    const found = draws && draws.rows === draws.total ? range(own.map((at) => draws.number("increment", at)), own.map((at) => draws.number("increment_mcse", at))) : undefined;
    const gain = apart(withError(increments.number("mean", row), increments.number("mcse", row)));
    return { what: `${isolated(say(scenario))}: ${isolated(strategy)}, ${sayEndpoint(endpoint)} [${endpointUnits(endpoint)}] ${gain.value}`, simulation: gain.error, evidence: found ? `${general(found[0], 3)} – ${general(found[1], 3)}` : w("parameters fixed: the stances are the range", "参数固定：以各立场为范围") };
  });
}

function policyRows(result: Result): Row[] {
  const of = strataOf(result);
  if (!of || !table(result, "/policy/summary")) return [];
  const say = sayScenario(result);
  return leads(of, firstThreshold(result)).filter((row) => of.number("inb", row) !== 0).map((row) => ({
    what: `${isolated(say(of.text("scenario", row)))}: ${isolated(of.text("strategy", row))}, INB ${money(of.number("inb", row))} ${of.units("inb")}`, simulation: `± ${money(of.number("inb_mcse", row))}`, evidence: `${money(of.number("inb_lower", row))} – ${money(of.number("inb_upper", row))}`,
  }));
}

function trialRows(result: Result): Row[] {
  const of = table(result, "/trial/operating_characteristics");
  if (!of) return [];
  const uncertain = table(result, "/scenarios")?.column("parameters")?.values.includes("uncertain") ?? false;
  const say = sayScenario(result);
  const power = (row: number) => apart(percent(of.number("power", row), of.number("power_mcse", row)));
  return Array.from({ length: Math.min(of.rows, 60) }, (_, row) => ({
    what: `${isolated(say(of.text("scenario", row)))}: ${isolated(of.text("analysis", row))}, N = ${of.number("sample_size", row)}, ${w("power", "功效")} ${power(row).value} %`, simulation: `${power(row).error} %`,
    evidence: uncertain ? w("averaged over what is not known (assurance)", "已对未知参数取平均（保证度）") : w("the stances, or a sweep, are the range", "以各立场或扫描为范围"),
  }));
}

export function sureness(result: Result): HTMLElement {
  const rows = [...policyRows(result), ...cohortRows(result), ...trialRows(result)];
  const label = w("How sure is this", "可靠程度");
  const line = ({ what, simulation, evidence }: Row): HTMLElement => h("tr", {}, h("td", {}, named(what)), h("td", { class: "number", "data-head": w("simulation", "模拟") }, simulation), h("td", { class: "number", "data-head": w("evidence", "证据") }, evidence));
  return h("div", {},
    h("p", {}, w("Two things, never to be added up: the simulation's own error, which more virtual patients or trials make as small as one likes; and what is not known about the world, which only research reduces.", "两件事，不可相加：模拟自身的误差，可通过增加虚拟患者或试验任意减小；对现实的未知，只有研究才能减少。")),
    h("p", {}, reached(result).map(({ name, value }) => w(`Largest Monte Carlo standard error of ${name}: ${value}.`, `${name} 的最大蒙特卡罗标准误：${value}。`)).join(" ")),
    h("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": label }, h("table", {}, h("thead", {}, h("tr", {}, ...[w("number", "数值"), w("simulation: Monte Carlo standard error", "模拟：蒙特卡罗标准误"), w("evidence: 95 % of parameter draws", "证据：95% 的参数抽样")].map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, ...rows.map(line)))));
}
