import * as h5wasm from "h5wasm";
import { type Cell, type Column, type Header, type Kind, type Result, Table } from "./result";
import { mostRows, ofMerging, omitted } from "./bounds";

/** Why a file cannot be shown, as a key of the dictionary. */
export class NotOurs extends Error {
  constructor(readonly reason: "notHdf5" | "damaged" | "notResult" | "isPart" | "otherLayout") {
    super(reason);
  }
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

const attribute = (item: h5wasm.Group | h5wasm.Dataset, name: string): unknown => item.attrs[name]?.value;
const textOf = (value: unknown): string => (value === undefined || value === null ? "" : String(value)).replace(/\0+$/, "");

function kindOf(dataset: h5wasm.Dataset): Kind {
  const type = String(dataset.dtype);
  if (type.startsWith("S")) return "text";
  if (type.includes("d") || type.includes("f")) return "float64";
  return type.toUpperCase().endsWith("B") ? "truth" : "int64";
}

function readColumn(group: h5wasm.Group, name: string, rows: number): Column {
  const dataset = group.get(name) as h5wasm.Dataset;
  const kind = kindOf(dataset);
  const raw = rows === 0 ? [] : Array.from(dataset.slice([[0, rows]]) as Iterable<unknown>);
  const values: Cell[] = raw.map((value) => (kind === "text" ? textOf(value) : kind === "truth" ? Number(value) !== 0 : Number(value)));
  return { name, units: textOf(attribute(dataset, "units")), description: textOf(attribute(dataset, "description")), kind, values };
}

function walk(group: h5wasm.Group, path: string, result: Result): void {
  const listed = attribute(group, "columns");
  if (Array.isArray(listed) && listed.length > 0) {
    const names = listed.map(textOf).filter((name) => !ofMerging(name));
    const total = (group.get(names[0]!) as h5wasm.Dataset).shape?.[0] ?? 0;
    const description = textOf(attribute(group, "description"));
    const rows = Math.min(total, mostRows(path));
    if (omitted(path)) result.others.push({ path, description, rows: total });
    else result.tables.set(path, new Table(path, description, names.map((name) => readColumn(group, name, rows)), total));
  }
  for (const name of [...group.keys()].sort()) {
    if (path === "/" && name === "tallies") continue; // exact sums, which nobody reads
    const child = group.get(name);
    if (child instanceof h5wasm.Group) walk(child, `${path === "/" ? "" : path}/${name}`, result);
  }
}

function header(file: h5wasm.File): Header {
  const of = (name: string): string => textOf(attribute(file, name));
  return {
    engine_version: of("engine_version"), git_revision: of("git_revision"), seed: of("seed"), rng: of("rng"), study_sha256: of("study_sha256"),
    evidence_sha256: of("evidence_sha256"), content_digest: of("content_digest"), status: of("status"),
  };
}

function contents(file: h5wasm.File, name: string): Result {
  if (textOf(attribute(file, "format")) !== "vcohort-result") throw new NotOurs("notResult");
  if (textOf(attribute(file, "format_version")).split(".")[0] !== "2") throw new NotOurs("otherLayout");
  if (textOf(attribute(file, "status")) !== "complete") throw new NotOurs("isPart");
  const result: Result = { name, header: header(file), tables: new Map(), others: [] };
  walk(file, "/", result);
  return result;
}

let opened = 0;

/** Reads a result file that the user chose. Nothing leaves the machine. */
export async function readResult(given: File): Promise<Result> {
  const bytes = new Uint8Array(await given.arrayBuffer());
  if (!signature.every((byte, place) => bytes[place] === byte)) throw new NotOurs("notHdf5");
  const module = await h5wasm.ready;
  (module as unknown as { activate_throwing_error_handler(): number }).activate_throwing_error_handler(); // instead of pages on the console
  const { FS } = module;
  const path = `result-${++opened}.h5`;
  FS.writeFile(path, bytes);
  let file: h5wasm.File | undefined;
  try {
    file = new h5wasm.File(path, "r");
    return contents(file, given.name);
  } catch (problem) {
    throw problem instanceof NotOurs ? problem : new NotOurs("damaged");
  } finally {
    try {
      file?.close();
    } catch {
      // a damaged file may not close
    }
    FS.unlink(path);
  }
}
