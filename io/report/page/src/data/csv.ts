import type { Cell } from "./result";

/** A number as `vcohort export` writes it: the shortest decimal that reads back as the same number. */
function field(value: Cell): string {
  if (typeof value === "number") return Number.isNaN(value) ? "NA" : value === Infinity ? "inf" : value === -Infinity ? "-inf" : String(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

export const csvOf = (heads: string[], rows: Cell[][]): string => [heads, ...rows].map((row) => row.map(field).join(",")).join("\n") + "\n";
