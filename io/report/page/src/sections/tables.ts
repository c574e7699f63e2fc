import { dataOf } from "../charts/chart";
import { type Result, type Table } from "../data/result";
import { saveCsv, tableView } from "../ui/data_table";
import { h, named } from "../ui/dom";
import { w } from "../words";

/** Every table of the result, to look at and to take away. */

function entry(of: Table): HTMLElement {
  const data = dataOf(of, Array.from({ length: of.rows }, (_, row) => row), of.columns.map((column) => column.name));
  const part = of.rows < of.total ? w(` (the first ${of.rows} are here; all: vcohort export --table ${of.path.slice(1)})`, `（此处为前 ${of.rows} 行；全部请用 vcohort export --table ${of.path.slice(1)}）`) : "";
  const details = h("details", { class: "table-entry" }, h("summary", {}, h("code", {}, of.path), w(` ${of.total} rows`, ` ${of.total} 行`)));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    details.append(h("p", {}, named(of.description), part), h("button", { type: "button", click: () => saveCsv(of.path.slice(1).replaceAll("/", "-"), data), "aria-label": w(`${of.path}: save as CSV`, `${of.path}：保存为 CSV`) }, "CSV"), tableView(data, of.path));
  });
  return details;
}

export function tables(result: Result): HTMLElement {
  const shown = [...result.tables.values()].filter((of) => of.rows > 0 && of.path !== "/study");
  const others = result.others.map((other) => h("li", {}, h("code", {}, other.path), w(` ${other.rows} rows, not in this page`, ` ${other.rows} 行，不在本页中`)));
  return h("div", {}, ...shown.map(entry), others.length > 0 ? h("ul", {}, ...others) : null);
}
