import { expect, type Page } from "@playwright/test";
import { readdirSync, statSync } from "node:fs";
import { folder, phone, shots, test, wide } from "./pages";

/** The explorer opens what the report shows, and says a sentence about everything else. */

async function give(page: Page, ...names: string[]): Promise<void> {
  await page.goto(`file://${folder}/explorer.html`);
  await page.locator("input[type=file]").first().setInputFiles(names.map((name) => `${folder}/${name}`));
}

test("the explorer stays below seven megabytes", () => {
  expect(statSync(`${folder}/explorer.html`).size).toBeLessThan(7e6);
});

for (const name of ["quickstart", "looks", "worth", "route", "many-trials"]) {
  test(`${name}: the same answer as the report`, async ({ page }) => {
    await page.goto(`file://${folder}/${name}.html`);
    const answer = await page.locator("#answer").innerText();
    const charts = await page.locator("figure.chart").evaluateAll((figures) => figures.map((figure) => figure.id));
    const tables = await page.locator("#tables summary").allInnerTexts();
    await give(page, `${name}.h5`);
    await page.locator("main figure.chart svg").first().waitFor();
    expect(await page.locator("#answer").innerText()).toBe(answer);
    expect(await page.locator("figure.chart").evaluateAll((figures) => figures.map((figure) => figure.id))).toEqual(charts);
    expect(await page.locator("#tables summary").allInnerTexts()).toEqual(tables);
  });
}

for (const [file, sentence] of [["text.h5", "is no HDF5 file"], ["damaged.h5", "is damaged"], ["foreign.h5", "no result of vcohort"], ["part.h5", "is a part"], ["empty.h5", "is no HDF5 file"]] as const) {
  test(`${file} gets a sentence`, async ({ page }) => {
    await give(page, file);
    await expect(page.getByRole("alert")).toContainText(sentence);
  });
}

test("a spoilt file gets a sentence, or opens where HDF5 sees nothing", async ({ page }) => {
  await page.goto(`file://${folder}/explorer.html`);
  const spoilt = readdirSync(folder).filter((name) => name.startsWith("spoilt-"));
  expect(spoilt.length).toBeGreaterThan(20);
  for (const name of spoilt) {
    await page.locator("input[type=file]").first().setInputFiles(`${folder}/${name}`);
    await expect(page.locator("[role=alert], main .card").first(), name).toBeVisible();
    await page.reload();
  }
});

test("two results, and then another one", async ({ page }) => {
  await give(page, "two-arm.h5", "events.h5");
  await expect(page.locator("#operating-characteristics .panel")).toHaveCount(2);
  await page.locator("input[type=file]").first().setInputFiles(`${folder}/quickstart.h5`);
  await expect(page.locator("#gains .panel")).toHaveCount(1);
});

test("a file is dropped", async ({ page }) => {
  await page.goto(`file://${folder}/explorer.html`);
  await page.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File(["no result"], "dropped.h5"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true }));
  });
  await expect(page.getByRole("alert")).toContainText("dropped.h5 is no HDF5 file");
});

test("the welcome fits any screen", async ({ page }) => {
  for (const size of [wide, phone]) {
    await page.setViewportSize(size);
    await page.goto(`file://${folder}/explorer.html`);
    await expect(page.getByRole("button", { name: "Choose a result file" })).toBeInViewport();
    await page.screenshot({ path: `${shots}/explorer-${size.width}.png` });
  }
});

test("of three files at once the third is left out in so many words", async ({ page }) => {
  await give(page, "two-arm.h5", "events.h5", "quickstart.h5");
  await expect(page.getByRole("alert")).toContainText("quickstart.h5 was left out");
  await expect(page.locator("#operating-characteristics .panel")).toHaveCount(2);
});
