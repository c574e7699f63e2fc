import { expect } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chinese } from "../src/chinese";
import { isolated, visible } from "../src/ui/dom";
import { exported, open, parseCsv, phone, saved, shots, test, wide } from "./pages";

/** Choices, the address, tips, downloads, keyboard, languages, colours, print, accessibility. */

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

test("a choice changes the chart and stands in the address", async ({ page }) => {
  await open(page, "quickstart");
  await page.locator('#cohort select[data-key="scenario"]').first().selectOption("sceptical");
  await expect(page).toHaveURL(/#.*scenario=sceptical/);
  const rows = parseCsv((await saved(page, "gains", "CSV")).toString("utf8"));
  expect(new Set(rows.map((row) => row.scenario))).toEqual(new Set(["sceptical"]));
  await page.reload();
  await expect(page.locator('#cohort select[data-key="scenario"]').first()).toHaveValue("sceptical");
});

test("the stance that was chosen stands in the address, the first one too", async ({ page }) => {
  await open(page, "economics");
  await page.locator('#assumed select[data-key="scenario"]').selectOption({ label: "sceptical" });
  await expect(page).toHaveURL(/scenario=sceptical/);
  await expect(page.locator('#policy select[data-key="scenario"]').first()).toHaveValue(/^sceptical/);
  await page.locator('#assumed select[data-key="scenario"]').selectOption({ label: "published" });
  await expect(page).toHaveURL(/scenario=published/);
});

test("strategies are chosen one by one", async ({ page }) => {
  await open(page, "quickstart");
  await page.locator("#cohort .shared details.several summary").click();
  await page.locator("#cohort .shared .option", { hasText: "IV, 8e6/kg once" }).click();
  const rows = parseCsv((await saved(page, "gains", "CSV")).toString("utf8"));
  expect(new Set(rows.map((row) => row.strategy)).has("IV, 8e6/kg once")).toBe(false);
  const colour = (chart: string): Promise<string[]> => page.locator(`#${chart} .legend g`, { hasText: "intrathecal" }).locator("line").evaluateAll((lines) => lines.map((line) => line.getAttribute("stroke")!));
  expect(await colour("gains")).toEqual(await colour("trajectories"));
});

test("the wanted power chooses the size", async ({ page }) => {
  await open(page, "two-arm", "#target=0.8");
  const first = exported("two-arm", "trial/operating_characteristics").find((row) => row.analysis === "primary" && (row.power as number) >= 0.8)!;
  await expect(page.locator(".answer-trial")).toContainText(`N = ${first.sample_size}`);
});

test("a tip says the number with its error", async ({ page }) => {
  await open(page, "two-arm");
  const dot = page.locator('#power-curve g[aria-label="dot"]').first().locator("path, circle").first();
  await dot.scrollIntoViewIfNeeded();
  const box = (await dot.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await expect(page.locator('#power-curve g[aria-label="tip"]')).toContainText("±");
});

test("pictures are saved as SVG and PNG", async ({ page }) => {
  await open(page, "quickstart", "#theme=dark");
  const svg = (await saved(page, "gains", "SVG")).toString("utf8");
  expect(svg).not.toContain("var(--s");
  expect(await page.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror") === null, svg)).toBe(true);
  expect([...(await saved(page, "gains", "PNG")).subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
});

test("the table behind a chart", async ({ page }) => {
  await open(page, "quickstart");
  await page.locator("#forest .behind summary").click();
  await expect(page.locator("#forest .behind table tbody tr").first()).toBeVisible();
});

test("the keyboard reaches the parts of the page", async ({ page }) => {
  await open(page, "quickstart");
  await page.locator("nav.parts button").first().focus();
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("cohort");
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.closest("section")?.id)).toBe("cohort");
});

test("Chinese for the whole interface", async ({ page }) => {
  for (const name of ["quickstart", "surface", "looks", "route", "worth"]) {
    await open(page, name, "#lang=zh");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-Hans");
    const words = await page.locator("nav.parts button, section > h2, figcaption h3, figcaption p, .control > span, .card > h2, dt, th").allInnerTexts();
    const columns = /^([a-z0-9_ ./%]+|effect \[points\]|SD \[points\]|drop-out)$/; // names of columns and of what is swept stay as the file has them
    for (const text of words.filter((text) => text.trim() !== "" && !columns.test(text))) expect(text).toMatch(/[\u4e00-\u9fff]/);
    await page.screenshot({ path: `${shots}/${name}-zh.png` });
  }
  await page.getByRole("button", { name: "Read this page in English" }).click();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
});

for (const [name, hash, size] of [["quickstart", "", wide], ["route", "#theme=dark", wide], ["looks", "#lang=zh", phone], ["worth", "", phone], ["replications", "#theme=dark", phone]] as const) {
  test(`accessibility of ${name} ${hash}`, async ({ page }) => {
    await open(page, name, hash, size);
    await page.evaluate(axe);
    const violations = await page.evaluate(async () => {
      const found = await (window as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe.run({ resultTypes: ["violations"] });
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`);
    });
    expect(violations).toEqual([]);
    if (hash.includes("dark")) await page.screenshot({ path: `${shots}/${name}-dark.png`, fullPage: true });
  });
}

test("every meaning, unit and law of a parameter and every component of a cost has its Chinese", async ({ page }) => {
  const words = (text: string): string => text.replace(/ \[[^\]]*\]$/, "");
  const parameters = exported("quickstart", "parameters");
  expect(parameters.length).toBeGreaterThan(500);
  const same = new Set(["", "kg", "QALY", "logit"]);
  for (const row of parameters) for (const column of ["meaning", "unit", "uncertainty"]) expect(same.has(String(row[column])) || words(String(row[column])) in chinese, `${column}: ${row[column]}`).toBe(true);
  for (const row of exported("route", "policy/costs")) expect(String(row.component) in chinese, String(row.component)).toBe(true);
  await open(page, "quickstart", "#lang=zh");
  const first = page.locator("#assumed .parameters .meaning").first();
  await expect(first).toContainText("上限");
  await expect(page.locator("#assumed")).toContainText("未作翻译");
});

test("print shows charts and hides what only a screen can use", async ({ page }) => {
  await open(page, "quickstart", "#theme=dark");
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".tools")).toBeHidden();
  await expect(page.locator("#who-gains .picture svg")).toBeVisible();
  expect((await page.pdf()).length).toBeGreaterThan(20_000);
});

test("two results side by side", async ({ page }) => {
  await open(page, "both");
  await expect(page.locator("#operating-characteristics .panel")).toHaveCount(2);
  await expect(page.locator("#answer .answer-trial")).toHaveCount(2);
  const [one, two] = [await page.locator("#operating-characteristics .panel").nth(0).boundingBox(), await page.locator("#operating-characteristics .panel").nth(1).boundingBox()];
  expect(one!.x + one!.width).toBeLessThanOrEqual(two!.x + 1);
  await page.screenshot({ path: `${shots}/both.png`, fullPage: true });
});

test("the answers of a sweep stand whole on a phone, and its settings are told apart by what differs", async ({ page }) => {
  await open(page, "surface", "", phone);
  const box = page.locator(".answer-trial .sweep");
  expect(await box.evaluate((element) => element.scrollHeight - element.clientHeight)).toBeLessThanOrEqual(0);
  const options = (await page.locator("select[data-key=scenario] option").allTextContents()).filter((text, place, all) => all.indexOf(text) === place);
  expect(new Set(options.map((text) => text.slice(0, 60))).size).toBe(options.length);
  for (const text of [...options, await page.locator("#sure").innerText()]) expect(text).not.toMatch(/#\d{4}/);
});

test("long labels with marks of direction are cut in their middle, not at their start", async ({ page }) => {
  await open(page, "hostile", "", phone);
  const cut = await page.locator("#who-gains .picture svg").first().evaluate((drawn) => [...drawn.querySelectorAll('g[aria-label="y-axis tick label"] text')].map((text) => text.getBoundingClientRect().x - drawn.getBoundingClientRect().x));
  expect(cut.length).toBeGreaterThan(1);
  for (const x of cut) expect(x).toBeGreaterThanOrEqual(0);
});

test("letters without a shape are shown, but for the page's own isolates", () => {
  expect(visible("a\u2069b\u200fc\u200bd\u202ee\u2068f")).toBe("a[U+2069]b[U+200F]c[U+200B]d[U+202E]e[U+2068]f");
  expect(visible(isolated("x\u2069y"))).toBe("\u2068x[U+2069]y\u2069");
});

test("competing events in Chinese", async ({ page }) => {
  await open(page, "competing", "#lang=zh");
  const text = await page.locator("main").innerText();
  for (const words of ["风险率 0.025", "Gray 检验（gray）", "对数次分布风险比", "数据模型", "其他终点的事件终止了随访"]) expect(text).toContain(words);
  expect(await page.locator("#answer").innerText()).not.toMatch(/data model|hazard/);
});
