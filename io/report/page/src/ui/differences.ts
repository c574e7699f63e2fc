import type { DataTable } from "../charts/chart";
import type { Cell, Result } from "../data/result";
import { z95 } from "../numbers";
import { w } from "../words";
import { saveCsv, tableView } from "./data_table";
import { h } from "./dom";

/** What differs between two results where a chart has the same rows of both: second minus first, with its standard error. */

const designs = new Set(["sample_size", "visit_months", "k", "threshold", "look", "year", "months", "value", "information"]); // numbers that say what a row is about

interface Pair {
  name: string;
  error: string;
}

const place = (data: DataTable, name: string): number => data.heads.findIndex((head) => head.name === name);

/** Columns that have a Monte Carlo error: x with x_mcse, and the mean of paired increments, whose error is called mcse. */
function pairsOf(data: DataTable): Pair[] {
  const names = new Set(data.heads.map((head) => head.name));
  return data.heads.flatMap(({ name }) => (names.has(`${name}_mcse`) ? { name, error: `${name}_mcse` } : name === "mean" && names.has("mcse") ? { name, error: "mcse" } : []));
}

/** The columns that say what a row is about, in both tables. */
function keysOf(first: DataTable, second: DataTable, pairs: Pair[]): string[] {
  const measured = new Set(pairs.flatMap(({ name, error }) => [name, error]));
  const isKey = ({ name }: { name: string }): boolean => !measured.has(name) && (designs.has(name) || first.rows.every((row) => typeof row[place(first, name)] === "string"));
  return first.heads.filter((head) => isKey(head) && place(second, head.name) >= 0).map((head) => head.name);
}

function byKey(data: DataTable, keys: string[]): Map<string, Cell[]> {
  const places = keys.map((name) => place(data, name));
  const found = new Map<string, Cell[]>();
  for (const row of data.rows) {
    const key = places.map((at) => String(row[at])).join("\n");
    if (!found.has(key)) found.set(key, row);
  }
  return found;
}

/** Rows that both have, with the difference of each measured column; undefined where there are none. */
export function differences(first: DataTable, second: DataTable): DataTable | undefined {
  const pairs = pairsOf(first).filter(({ name, error }) => place(second, name) >= 0 && place(second, error) >= 0);
  const keys = keysOf(first, second, pairs);
  const others = byKey(second, keys);
  const varying = keys.filter((name) => new Set(first.rows.map((row) => String(row[place(first, name)]))).size > 1);
  const rows = [...byKey(first, keys)].flatMap(([key, row]) => {
    const other = others.get(key);
    if (!other) return [];
    const cells = pairs.flatMap(({ name, error }) => {
      const [a, b] = [Number(row[place(first, error)]), Number(other[place(second, error)])];
      return [Number(other[place(second, name)]) - Number(row[place(first, name)]), Math.hypot(a, b)];
    });
    return [[...varying.map((name) => row[place(first, name)]!), ...cells]];
  });
  if (rows.length === 0 || pairs.length === 0) return undefined;
  const heads = [...varying.map((name) => first.heads[place(first, name)]!), ...pairs.flatMap(({ name }) => {
    const { units } = first.heads[place(first, name)]!;
    return [{ name: `${name}_difference`, units, description: w("second result minus first", "第二个结果减第一个") }, { name: `${name}_difference_se`, units, description: w("root of the sum of the two squared errors", "两个误差平方和的平方根") }];
  })];
  return { heads, rows };
}

const beyond = (data: DataTable): number => {
  const measured = data.heads.flatMap(({ name }, at) => (name.endsWith("_difference") ? at : []));
  return data.rows.filter((row) => measured.some((at) => Math.abs(Number(row[at])) > z95 * Number(row[at + 1]))).length;
};

/** The table of differences below two panels, folded. */
export function differencesView(results: Result[], data: DataTable[], title: string, stem: string): HTMLElement | null {
  const [first, second] = results;
  const found = data.length === 2 ? differences(data[0]!, data[1]!) : undefined;
  if (!first || !second || !found) return null;
  const shared = first.header.seed === second.header.seed
    ? w("Both runs have the same seed: where they simulate the same patients or trials they share their draws, and the standard error, which takes them as independent, is as a rule too large.", "两次运行的种子相同：模拟相同患者或试验时共享抽样，按独立计算的标准误通常偏大。")
    : w("The runs are independent: the standard error is the root of the sum of the two squared ones.", "两次运行相互独立：标准误为两个误差平方和的平方根。");
  const label = w(`Difference: ${second.name} minus ${first.name} (${found.rows.length} rows, ${beyond(found)} with a difference beyond 1.96 standard errors)`, `差值：${second.name} 减 ${first.name}（${found.rows.length} 行，其中 ${beyond(found)} 行的差值超过 1.96 个标准误）`);
  const details = h("details", { class: "behind differences" }, h("summary", {}, label));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1)
      details.append(h("p", { class: "note" }, shared), h("button", { type: "button", "aria-label": w(`${title}: save the differences as CSV`, `${title}：将差值保存为 CSV`), click: () => saveCsv(`${stem}-difference`, found) }, "CSV"), tableView(found, label));
  });
  return details;
}
