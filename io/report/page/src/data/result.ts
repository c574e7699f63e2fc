/** A result file as the page sees it: tables of equally long columns, by path. */

export type Kind = "text" | "int64" | "float64" | "truth";
export type Cell = string | number | boolean;

export interface Column {
  name: string;
  units: string;
  description: string;
  kind: Kind;
  values: Cell[]; // missing numbers are NaN
}

export class Table {
  private readonly byName: Map<string, Column>;
  private readonly rowsOf = new Map<string, Map<Cell, number[]>>();
  private readonly distinctOf = new Map<string, Cell[]>(); // what was asked for before: choices are made often

  constructor(
    readonly path: string,
    readonly description: string,
    readonly columns: Column[],
    readonly total: number, // rows in the file, which may be more than are here
  ) {
    this.byName = new Map(columns.map((column) => [column.name, column]));
  }

  get rows(): number {
    return this.columns[0]?.values.length ?? 0;
  }
  has(name: string): boolean {
    return this.byName.has(name);
  }
  column(name: string): Column | undefined {
    return this.byName.get(name);
  }
  units(name: string): string {
    return this.byName.get(name)?.units ?? "";
  }
  text(name: string, row: number): string {
    return String(this.byName.get(name)?.values[row] ?? "");
  }
  /** NaN where the column or the value is missing. */
  number(name: string, row: number): number {
    const value = this.byName.get(name)?.values[row];
    return value === undefined ? NaN : Number(value);
  }
  truth(name: string, row: number): boolean {
    return Boolean(Number(this.byName.get(name)?.values[row] ?? 0));
  }
  /** Numbers of the rows for which all named columns have the given values. */
  where(wanted: Record<string, Cell | undefined>): number[] {
    const conditions = Object.entries(wanted).filter(([name, value]) => value !== undefined && this.has(name));
    const first = conditions.find(([name]) => this.byName.get(name)!.kind === "text");
    const rest = conditions.filter((condition) => condition !== first).map(([name, value]) => ({ values: this.byName.get(name)!.values, value }));
    const rows = first ? (this.rowsBy(first[0]).get(first[1]!) ?? []) : Array.from({ length: this.rows }, (_, row) => row);
    return rows.filter((row) => rest.every(({ values, value }) => values[row] === value));
  }
  /** The rows of each value of a column, found once. */
  private rowsBy(name: string): Map<Cell, number[]> {
    const known = this.rowsOf.get(name);
    if (known) return known;
    const found = new Map<Cell, number[]>();
    this.byName.get(name)!.values.forEach((value, row) => {
      const rows = found.get(value);
      if (rows) rows.push(row);
      else found.set(value, [row]);
    });
    this.rowsOf.set(name, found);
    return found;
  }
  /** Distinct values in the order in which they occur. */
  distinct<T extends Cell>(name: string, rows?: number[]): T[] {
    const values = this.byName.get(name)?.values ?? [];
    if (rows) return [...new Set(rows.map((row) => values[row]!))] as T[];
    if (!this.distinctOf.has(name)) this.distinctOf.set(name, [...new Set(values)]);
    return [...this.distinctOf.get(name)!] as T[];
  }
}

export interface Header {
  engine_version: string;
  git_revision: string;
  seed: string;
  rng: string;
  study_sha256: string;
  evidence_sha256: string;
  content_digest: string;
  status: string;
}

export interface Result {
  name: string; // of the file
  header: Header;
  tables: Map<string, Table>;
  /** Tables of the file whose rows are not here. */
  others: { path: string; description: string; rows: number }[];
}

export const table = (result: Result, path: string): Table | undefined => {
  const found = result.tables.get(path);
  return found && found.rows > 0 ? found : undefined;
};
