import { type Cell, type Column, type Header, type Kind, type Result, Table } from "./result";

/** What the program writes into the page, see io/report/page_data.cpp. */
interface WrittenColumn {
  name: string;
  units: string;
  description: string;
  type: Kind;
  values?: (number | string | boolean | null)[];
  words?: string[]; // of a column of texts: its distinct values, and which of them each row has
  codes?: number[];
}
interface WrittenResult {
  name: string;
  header: Header;
  tables: { path: string; description: string; rows: number; columns: WrittenColumn[] }[];
  others: { path: string; description: string; rows: number }[];
}

const special: Record<string, number> = { inf: Infinity, "-inf": -Infinity };

function cell(value: number | string | boolean | null): Cell {
  if (value === null) return NaN;
  return typeof value === "string" ? (special[value] ?? NaN) : value;
}

function column(written: WrittenColumn): Column {
  const { name, units, description, type } = written;
  const values = written.words ? (written.codes ?? []).map((code) => written.words![code] ?? "") : (written.values ?? []).map(cell);
  return { name, units, description, kind: type, values };
}

function result(written: WrittenResult): Result {
  const tables = written.tables.map((table) => new Table(table.path, table.description, table.columns.map(column), table.rows));
  return { name: written.name, header: written.header, tables: new Map(tables.map((table) => [table.path, table])), others: written.others };
}

/** The results inside the page: base64 of the gzip of a JSON array. */
export async function embeddedResults(): Promise<Result[]> {
  const text = document.getElementById("vcohort-data")?.textContent?.trim() ?? "";
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return ((await new Response(stream).json()) as WrittenResult[]).map(result);
}
