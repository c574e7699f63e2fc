import type { Cell, Result, Table } from "../data/result";
import type { LegendItem } from "../ui/series";

/** Something that the reader may choose for a chart. */
export interface Control {
  key: string; // in the address; charts with the same key share the choice
  label: string;
  options: string[];
  fallback: string; // what is chosen at first; of several, joined by |
  most?: number; // several may be chosen, so many at most
  say?: (option: string) => string;
  hidden?: () => boolean; // where another choice leaves nothing to choose here
}

/** The rows behind a chart, for the table below it and its CSV. */
export interface DataTable {
  heads: { name: string; units: string; description: string }[];
  rows: Cell[][];
}

export interface Drawing {
  picture: SVGElement | HTMLElement;
  summary: string; // what the picture shows, in a sentence, for those who do not see it
  data: DataTable;
  legend?: LegendItem[];
  story?: string[]; // sentences that tell the picture in words
  note?: string; // what of the data is not drawn, and how to read it
}

export interface Context {
  result: Result;
  width: number;
  choice(key: string): string;
  choices(key: string): string[];
}

export interface Chart {
  id: string;
  wide?: boolean; // takes the whole width of the page
  title(): string;
  caption(): string;
  exists(result: Result): boolean;
  controls?(result: Result): Control[];
  /** undefined: with these choices there is nothing to draw. */
  draw(context: Context): Drawing | undefined;
}

/** Rows of a table, with some of its columns (those that it has). */
export function dataOf(table: Table, rows: number[], columns: string[]): DataTable {
  const shown = columns.flatMap((name) => table.column(name) ?? []);
  return {
    heads: shown.map(({ name, units, description }) => ({ name, units, description })),
    rows: rows.map((row) => shown.map((column) => column.values[row]!)),
  };
}
