import { expect } from "@playwright/test";
import { exported, open, parseCsv, saved, test } from "./pages";

/** What a chart draws is what the result says: its CSV against the table that the program exports. */

const tables: [string, string, string][] = [
  ["quickstart", "trajectories", "cohort/summary"], ["quickstart", "gains", "cohort/increments"], ["quickstart", "forest", "cohort/increments"], ["quickstart", "who-gains", "cohort/increments"],
  ["grid", "dosing-grid", "cohort/increments"],
  ["two-arm", "power-curve", "trial/operating_characteristics"], ["two-arm", "operating-characteristics", "trial/operating_characteristics"], ["two-arm", "closed-forms", "trial/closed_forms"],
  ["looks", "boundaries", "trial/looks"], ["looks", "stopping", "trial/looks"], ["looks", "information-time", "trial/looks"], ["looks", "type-one-error", "trial/operating_characteristics"],
  ["events", "expected-events", "trial/expected_events"],
  ["worth", "ceac", "policy/ceac"], ["worth", "net-benefit", "policy/ceac"], ["worth", "expected-loss", "policy/ceac"], ["worth", "evsi", "policy/research"], ["worth", "frontier", "policy/frontier"], ["worth", "ce-plane", "policy/summary"],
  ["worth", "value-of-information", "policy/value_of_information"],
  ["route", "tornado", "sensitivity/tornado"], ["route", "thresholds", "sensitivity/threshold"], ["route", "sobol", "sensitivity/sobol"], ["route", "budget-impact", "policy/budget_impact"], ["route", "costs", "policy/costs"], ["route", "for-whom", "policy/strata"],
];

const same = (shown: string, value: string | number | boolean | null): boolean => {
  if (value === null) return shown === "NA";
  if (typeof value === "number") return Math.abs(Number(shown) - value) <= 1e-7 * Math.abs(value); // a page has eight digits
  return shown === String(value);
};

for (const [name, chart, table] of tables) {
  test(`${name}: ${chart}`, async ({ page }) => {
    await open(page, name);
    const rows = parseCsv((await saved(page, chart, "CSV")).toString("utf8"));
    expect(rows.length).toBeGreaterThan(0);
    const all = exported(name, table);
    for (const row of rows) expect(all.some((other) => Object.entries(row).every(([column, value]) => same(value, other[column]!))), JSON.stringify(row)).toBe(true);
  });
}

test("a line of the power curve lies where the table says", async ({ page }) => {
  await open(page, "two-arm");
  const all = exported("two-arm", "trial/operating_characteristics").filter((row) => row.analysis === "primary");
  const svg = page.locator("#power-curve .picture svg").first();
  const heights = await svg.locator('g[aria-label="dot"]').first().locator("path, circle").evaluateAll((dots) => dots.map((dot) => (dot as SVGGraphicsElement).getBoundingClientRect()).map((box) => box.y + box.height / 2));
  const axis = await svg.locator('g[aria-label="y-axis tick label"] text').evaluateAll((ticks) => ticks.map((tick) => ({ value: Number(tick.textContent), y: tick.getBoundingClientRect().y + tick.getBoundingClientRect().height / 2 })));
  const [low, high] = [axis.find((tick) => tick.value === 0)!, axis.find((tick) => tick.value === 1)!];
  heights.forEach((height, at) => {
    const value = (height - low.y) / (high.y - low.y);
    expect(Math.abs(value - (all[at]!.power as number))).toBeLessThan(0.01);
  });
});

test("the answer has the numbers of vcohort show", async ({ page }) => {
  await open(page, "two-arm");
  const text = await page.locator(".answer-trial").innerText();
  const chosen = exported("two-arm", "trial/operating_characteristics").filter((row) => row.analysis === "primary" && (row.power as number) >= 0.9)[0]!;
  expect(text).toContain(`N = ${chosen.sample_size}`);
  expect(text).toContain((chosen.power as number).toFixed(3));
  await open(page, "route");
  const best = exported("route", "policy/strata").filter((row) => row.stratum === "all" && row.best && row.threshold === 50000);
  for (const row of best) await expect(page.locator(".answer-policy")).toContainText(String(row.strategy));
  const first = best.find((row) => (row.inb as number) !== 0)!;
  await expect(page.locator(".answer-policy")).toContainText(Math.round(first.inb as number).toLocaleString("en"));
});
