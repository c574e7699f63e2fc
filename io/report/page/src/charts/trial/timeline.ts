import { type Result, type Table, table } from "../../data/result";
import { general } from "../../numbers";
import { isolated } from "../../ui/dom";
import { type LegendItem, stylesOf } from "../../ui/series";
import { w } from "../../words";
import { type Chart, type Context, dataOf, type Drawing } from "../chart";
import { at, has, scenarioControl, study } from "../common";
import { type Mark, plot, Plot, stacked, tips } from "../plotting";

/** The patients of one simulated trial over calendar time: who came when, was seen how often, and how it ended. */

const path = "/trial/example_patients";
const bar = 8; // pixels of a patient

type End = "event" | "other" | "lost" | "";

interface Patient {
  key: string;
  arm: string;
  from: number;
  to: number;
  visits: number;
  end: End;
  tip: string;
}

/** How a line ends, in words: events with the names of their endpoints where the study has several. */
function endings(result: Result): Record<End, string> {
  const endpoints = Object.entries((at(study(result), "data_model", "endpoints") as object | undefined) ?? {});
  const primary = at(study(result), "trial", "primary", "endpoint");
  const others = endpoints.filter(([name, endpoint]) => name !== primary && at(endpoint, "ends_follow_up") === true).map(([name]) => isolated(name));
  const counted = endpoints.length > 0 && typeof primary === "string" ? `: ${isolated(primary)}` : "";
  return {
    event: w("event", "事件") + counted, other: others.length > 0 ? w(`ended by another event: ${others.join(", ")}`, `因其他事件终止：${others.join("、")}`) : w("ended by an event of another endpoint", "因其他终点的事件终止"),
    lost: w("lost to follow-up", "失访"), "": w("followed to the end", "随访至结束"),
  };
}

const endOf = (of: Table, row: number): End => (of.truth("event", row) ? "event" : of.has("other_event") && of.truth("other_event", row) ? "other" : of.truth("lost", row) ? "lost" : "");

/** When the visits after baseline are scheduled, of any endpoint. */
function schedule(result: Result): number[] {
  const tree = study(result);
  const models = Object.values((at(tree, "data_model", "endpoints") as object | undefined) ?? {}).map((endpoint) => at(endpoint, "visits_months"));
  const lists = [at(tree, "data_model") === undefined ? at(tree, "outcomes", "visits_months") : at(tree, "data_model", "visits_months"), ...models].filter(Array.isArray);
  return [...new Set(lists.flat().map(Number))].filter((months) => months > 0).sort((a, b) => a - b);
}

function patients(of: Table, rows: number[], ends: Record<End, string>): Patient[] {
  return rows.map((row) => {
    const [from, followed, visits] = [of.number("randomised_months", row), of.number("followed_months", row), of.number("visits", row)];
    const end = endOf(of, row);
    const tip = `${w("patient", "患者")} ${of.number("patient", row)}, ${of.text("arm", row)}\n${w("randomised in month", "随机化于第")} ${general(from, 3)}${w("", " 个月")}\n${ends[end]}: ${general(followed, 3)} ${w("months later", "个月后")}${visits > 0 ? `\n${w("visits after baseline", "基线后随访次数")}: ${visits}` : ""}`;
    return { key: String(row), arm: of.text("arm", row), from, to: from + followed, visits, end, tip };
  });
}

function panel(context: Context, arm: string, own: Patient[], colour: string, visits: number[], trial: number, last: boolean): SVGSVGElement {
  const seen = own.flatMap((patient) => visits.slice(0, patient.visits).map((months) => ({ key: patient.key, x: patient.from + months })));
  const marks: Mark[] = [
    Plot.ruleX([trial], { stroke: "currentColor", strokeDasharray: "4 3" }),
    Plot.ruleY(own, { y: "key", x1: "from", x2: "to", stroke: colour, strokeWidth: 3, strokeOpacity: 0.65 }),
    Plot.dot(seen, { y: "key", x: "x", fill: "currentColor", r: 1.8 }),
    Plot.dot(own.filter(({ end }) => end === "event"), { y: "key", x: "to", symbol: "square", fill: "currentColor", r: 3.4 }),
    Plot.dot(own.filter(({ end }) => end === "other"), { y: "key", x: "to", symbol: "diamond", fill: "var(--paper)", stroke: "currentColor", strokeWidth: 1.5, r: 3.4 }),
    Plot.dot(own.filter(({ end }) => end === "lost"), { y: "key", x: "to", symbol: "times", stroke: "currentColor", strokeWidth: 1.6, r: 3.4 }),
    Plot.text([arm], { frameAnchor: "top-left", dy: -16, fontWeight: 600, text: (name: string) => name }),
    tips(own.map((patient) => ({ ...patient, middle: (patient.from + patient.to) / 2 })), { x: "middle", y: "key" }),
  ];
  return plot({
    width: context.width, height: 30 + bar * own.length + (last ? 40 : 6), marginLeft: 20, marginRight: 20, marginTop: 26, marginBottom: last ? 40 : 6,
    x: { label: last ? w("months since the first day of accrual", "自入组首日起的月数") : null, domain: [0, trial], nice: true, grid: true, ...(last ? {} : { axis: null }) },
    y: { type: "band", domain: own.map(({ key }) => key), axis: null }, marks,
  });
}

const legendOf = (all: Patient[], ends: Record<End, string>): LegendItem[] => [
  ...(all.some(({ visits }) => visits > 0) ? [{ name: w("visit attended", "已完成的随访"), kind: "point" as const, color: "currentColor" }] : []),
  ...(all.some(({ end }) => end === "event") ? [{ name: ends.event, kind: "dot" as const, symbol: "square" as const, color: "currentColor" }] : []),
  ...(all.some(({ end }) => end === "other") ? [{ name: ends.other, kind: "ring" as const, symbol: "diamond" as const, color: "currentColor" }] : []),
  ...(all.some(({ end }) => end === "lost") ? [{ name: ends.lost, kind: "times" as const, color: "currentColor" }] : []),
  { name: w("end of the trial", "试验结束"), kind: "rule", dash: "4 3", color: "currentColor" },
];

export const timeline: Chart = {
  id: "timeline",
  wide: true,
  title: () => w("Patients of an example trial", "示例试验中的患者"),
  caption: () => w("Each line is a patient from randomisation to the last day under observation, in the order of randomisation, as known when the trial ended.", "每行为一名患者，自随机化至最后观察日，按随机化顺序排列，以试验结束时所知为准。"),
  exists: has(path),
  controls: (result) => {
    const of = table(result, path)!;
    const trials = of.distinct<number>("replicate").map(String);
    return [scenarioControl(result, of), { key: "example-trial", label: w("trial", "试验"), options: trials, fallback: trials[0] ?? "" }];
  },
  draw(context): Drawing | undefined {
    const of = table(context.result, path)!;
    const rows = of.where({ scenario: context.choice("scenario"), replicate: Number(context.choice("example-trial")) });
    if (rows.length === 0) return undefined;
    const ends = endings(context.result);
    const all = patients(of, rows, ends);
    const [trial, planned] = [of.number("trial_months", rows[0]!), of.number("sample_size", rows[0]!)];
    const arms = of.distinct<string>("arm");
    const style = stylesOf(arms);
    const there = arms.filter((arm) => all.some((patient) => patient.arm === arm));
    const visits = schedule(context.result);
    const pictures = there.map((arm, place) => panel(context, arm, all.filter((patient) => patient.arm === arm), style(arm).color, visits, trial, place === there.length - 1));
    const count = (end: End): number => all.filter((patient) => patient.end === end).length;
    const others = count("other") > 0 ? w(`, ${count("other")} ended by another event`, `，${count("other")} 例因其他事件终止`) : "";
    return {
      picture: stacked(...pictures), legend: legendOf(all, ends), data: dataOf(of, rows, of.columns.map((column) => column.name)),
      summary: w(`Timeline of ${all.length} patients: ${count("event")} with an event${others}, ${count("lost")} lost; the trial ends in month ${general(trial, 3)}`, `${all.length} 名患者的时间线：${count("event")} 例事件${others}，${count("lost")} 例失访；试验于第 ${general(trial, 3)} 个月结束`),
      note: planned > all.length ? w(`The first ${all.length} of ${general(planned, 9)} planned patients.`, `计划 ${general(planned, 9)} 例中的前 ${all.length} 例。`) : undefined,
    };
  },
};
