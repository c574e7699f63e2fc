import { csvOf } from "../data/csv";
import type { Cell } from "../data/result";
import type { DataTable } from "../charts/chart";
import { general } from "../numbers";
import { w } from "../words";
import { h, named } from "./dom";
import { save } from "./download";

const rowsAtOnce = 100;

const shown = (value: Cell): string => (typeof value === "number" ? general(value, 6) : typeof value === "boolean" ? (value ? "true" : "false") : value);

function bodyRow(row: Cell[]): HTMLElement {
  return h("tr", {}, ...row.map((value) => (typeof value === "string" ? h("td", {}, named(value)) : h("td", { class: "number" }, shown(value)))));
}

export const csvText = (data: DataTable): string => csvOf(data.heads.map((head) => head.name), data.rows);

export const saveCsv = (name: string, data: DataTable): void => save(`${name}.csv`, new Blob([csvText(data)], { type: "text/csv" }));

/** A table with its first rows, and a button for more. */
export function tableView(data: DataTable, label: string): HTMLElement {
  const body = h("tbody");
  const more = h("button", { type: "button", class: "more" });
  let here = 0;
  const add = (): void => {
    for (const row of data.rows.slice(here, here + rowsAtOnce)) body.append(bodyRow(row));
    here = Math.min(here + rowsAtOnce, data.rows.length);
    more.hidden = here >= data.rows.length;
    more.textContent = w(`More rows (${here} of ${data.rows.length} shown)`, `更多行（已显示 ${here} / ${data.rows.length}）`);
  };
  more.addEventListener("click", add);
  add();
  const heads = data.heads.map(({ name, units, description }) =>
    h("th", { scope: "col", title: description }, name, units && units !== "1" ? h("small", {}, ` ${units}`) : null),
  );
  const view = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body);
  return h("div", {}, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, view), more);
}
