import { expect, type Page, test as base } from "@playwright/test";
import { readFileSync } from "node:fs";

/** What the tests share: where the pages lie, a page that complains about what should not happen, tables of the program. */

export const folder = process.env.VCOHORT_PAGES!;
export const shots = process.env.VCOHORT_SHOTS ?? `${folder}/shots`;

export const wide = { width: 1366, height: 768 };
export const phone = { width: 390, height: 844 };

/** Fails the test for a message on the console, an error, a dialog, or a request for anything but the page itself. */
export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const problems: string[] = [];
    page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("dialog", (dialog) => problems.push(`dialog: ${dialog.message()}`));
    page.on("request", (request) => {
      if (!/^(file:|data:|blob:)/.test(request.url())) problems.push(request.url());
    });
    await use(page);
    expect(problems).toEqual([]);
  },
});

export async function open(page: Page, name: string, hash = "", size = wide): Promise<void> {
  await page.setViewportSize(size);
  await page.goto(`file://${folder}/${name}.html${hash}`);
  await page.locator("main").waitFor();
}

export type Row = Record<string, string | number | boolean | null>;

/** The rows of a table, as `vcohort export --format json` has them. */
export const exported = (name: string, table: string): Row[] => JSON.parse(readFileSync(`${folder}/${name}.${table.replaceAll("/", "-")}.json`, "utf8")).rows;

/** Rows of a CSV file whose texts may be quoted. */
export function parseCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; ++at) {
    const letter = text[at]!;
    const row = rows.at(-1)!;
    if (letter === '"' && quoted && text[at + 1] === '"') row[row.length - 1] += text[at++]!;
    else if (letter === '"') quoted = !quoted;
    else if (letter === "," && !quoted) row.push("");
    else if (letter === "\n" && !quoted) rows.push([""]);
    else row[row.length - 1] += letter;
  }
  const [heads, ...body] = rows.filter((row) => row.length > 1 || row[0] !== "");
  return body.map((row) => Object.fromEntries(heads!.map((head, at) => [head, row[at] ?? ""])));
}

export async function saved(page: Page, chart: string, kind: "CSV" | "SVG" | "PNG"): Promise<Buffer> {
  const waiting = page.waitForEvent("download");
  await page.locator(`#${chart} .buttons button`, { hasText: kind }).first().click();
  return readFileSync((await (await waiting).path())!);
}
