import { type Result, table } from "../../data/result";
import { general } from "../../numbers";
import { styleAt } from "../../ui/series";
import { w } from "../../words";
import { type Chart, type DataTable, type Drawing } from "../chart";
import { at, study } from "../common";
import { curveLegend, curves, plot, tips } from "../plotting";
import { ocOf } from "./rows";

/** Who is there by which month, as the study says it: accrual, drop-out and the primary outcomes that are known. */

type Steps = [number, number][]; // [month, value], ascending

const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);
const steps = (value: unknown): Steps => (Array.isArray(value) ? value.map((pair) => numbers(pair) as [number, number]) : []);

/** Patients by a month, without an end: the integral of the rate. */
function arrivals(accrual: unknown): (months: number) => number {
  const perMonth = Number(at(accrual, "per_month"));
  if (perMonth > 0) return (months) => perMonth * Math.max(0, months);
  const ramp = steps(at(accrual, "ramp"));
  const rates = ramp.length > 0 ? ramp : steps(at(accrual, "pieces"));
  return (months) =>
    rates.reduce((sum, [from, rate], place) => {
      const [end, after] = rates[place + 1] ?? [Infinity, rate];
      const stay = Math.min(months, end) - from;
      if (stay <= 0) return sum;
      const last = ramp.length > 0 && Number.isFinite(end) ? rate + ((after - rate) * stay) / (end - from) : rate;
      return sum + (stay * (rate + last)) / 2;
    }, 0);
}

/** The share that is still there so many months after randomisation; undefined where it depends on outcomes or arms. */
function staying(dropout: unknown): ((months: number) => number) | undefined {
  if (dropout === undefined) return () => 1;
  if (at(dropout, "mechanism") !== "mcar" || at(dropout, "arms") !== undefined) return undefined;
  const yearly = Number(at(dropout, "yearly"));
  const hazard = yearly > 0 ? -Math.log(1 - yearly) / 12 : Number(at(dropout, "per_month"));
  if (hazard > 0) return (months) => Math.exp(-hazard * Math.max(0, months));
  const ends = numbers(at(dropout, "months"));
  const lost = numbers(at(dropout, "share"));
  return (months) => { // the hazard is constant between the stated times, and nobody is lost after the last
    let [from, kept] = [0, 1];
    for (const [place, end] of ends.entries()) {
      const next = 1 - lost[place]!;
      if (months < end) return kept * (next / kept) ** ((Math.max(months, from) - from) / (end - from));
      [from, kept] = [end, next];
    }
    return kept;
  };
}

interface Day {
  months: number;
  randomised: number;
  lost: number;
  known: number;
}

const grid = 96;

function days(result: Result, size: number): Day[] {
  const trial = at(study(result), "trial");
  const come = arrivals(at(trial, "accrual"));
  const stay = staying(at(trial, "dropout"));
  const visit = Number(at(trial, "primary", "visit_months"));
  let last = 0;
  for (let step = 2 ** 10; step > 2 ** -40; step /= 2) if (come(last + step) < size) last += step;
  const end = last + visit;
  const randomised = (months: number): number => Math.min(size, come(Math.max(0, months)));
  const lostBy = (months: number): number => {
    let sum = 0;
    for (let place = 0; place < grid; ++place) {
      const [from, to] = [(months * place) / grid, (months * (place + 1)) / grid];
      sum += (randomised(to) - randomised(from)) * (1 - stay!(Math.min(visit, months - (from + to) / 2)));
    }
    return sum;
  };
  return Array.from({ length: grid / 2 + 1 }, (_, place) => {
    const months = (2 * end * place) / grid;
    return { months, randomised: randomised(months), lost: stay ? lostBy(months) : NaN, known: stay ? randomised(months - visit) * stay(visit) : NaN };
  });
}

const lines = [
  { name: "randomised" as const, say: () => w("randomised", "已随机化") },
  { name: "lost" as const, say: () => w("lost before the primary visit", "主要随访前失访") },
  { name: "known" as const, say: () => w("primary outcome known", "主要结局已知") },
];

const sizes = (result: Result): string[] => ocOf(result)!.distinct<number>("sample_size").map(String);

export const recruitment: Chart = {
  id: "recruitment",
  title: () => w("Accrual and drop-out over calendar time", "日历时间上的入组与失访"),
  caption: () => w("What is expected by the study file, in closed form: patients come at the stated rate and are lost at the stated hazard; visits are on their day.", "按研究文件的闭式期望：患者按设定速率入组、按设定风险失访；随访按日进行。"),
  exists: (result) => {
    const trial = at(study(result), "trial");
    const plain = at(trial, "accrual") !== undefined && at(trial, "design") === undefined && Number(at(trial, "primary", "visit_months")) > 0;
    return plain && ocOf(result) !== undefined && table(result, "/trial/expected_events") === undefined && table(result, "/trial/looks") === undefined;
  },
  controls: (result) => [{ key: "recruited-size", label: w("sample size", "样本量"), options: sizes(result), fallback: sizes(result).at(-1) ?? "" }],
  draw(context): Drawing | undefined {
    const all = days(context.result, Number(context.choice("recruited-size")));
    const drawn = lines.map(({ name, say }, place) => ({
      name: say(), style: styleAt(place), points: all.filter((day) => Number.isFinite(day[name])).map((day) => ({ x: day.months, y: day[name], tip: `${say()}\n${w("month", "月")} ${general(day.months, 3)}: ${day[name].toFixed(1)}` })),
    })).filter((curve) => curve.points.length > 0);
    const points = drawn.flatMap((curve) => curve.points);
    const picture = plot({
      width: context.width, height: 300, x: { label: w("months since the first day of accrual", "自入组首日起的月数"), nice: true }, y: { label: w("patients", "患者数"), grid: true, nice: true },
      marks: [...curves(drawn, { dots: false }), tips(points, { x: "x", y: "y" })],
    });
    const data: DataTable = { heads: [{ name: "months", units: "months", description: "since the first day of accrual" }, ...lines.map(({ name, say }) => ({ name, units: "patients", description: say() }))], rows: all.map((day) => [day.months, day.randomised, day.lost, day.known]) };
    const end = all.at(-1)!;
    return {
      picture, legend: curveLegend(drawn, false), data, summary: w(`Expected patients against months; all are randomised and seen by month ${general(end.months, 3)}`, `期望患者数随月数变化；第 ${general(end.months, 3)} 个月完成随机化与随访`),
      note: Number.isFinite(end.lost) ? undefined : w("Drop-out depends on outcomes or on the arm: who is lost is simulated, and not drawn here.", "失访取决于结局或组别：由模拟给出，此处不绘制。"),
    };
  },
};
