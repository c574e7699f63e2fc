import { expect } from "@playwright/test";
import { readFileSync } from "node:fs";
import { fixed, general } from "../src/numbers";
import { exported, folder, open, parseCsv, saved, test } from "./pages";

/** What a chart draws is what the result says: its CSV against the table that the program exports. */

const tables: [string, string, string][] = [
  ["quickstart", "trajectories", "cohort/summary"], ["quickstart", "gains", "cohort/increments"], ["quickstart", "forest", "cohort/increments"], ["quickstart", "who-gains", "cohort/increments"],
  ["grid", "dosing-grid", "cohort/increments"],
  ["two-arm", "power-curve", "trial/operating_characteristics"], ["two-arm", "operating-characteristics", "trial/operating_characteristics"], ["two-arm", "closed-forms", "trial/closed_forms"],
  ["looks", "boundaries", "trial/looks"], ["looks", "stopping", "trial/looks"], ["looks", "information-time", "trial/looks"], ["looks", "type-one-error", "trial/operating_characteristics"],
  ["events", "expected-events", "trial/expected_events"],
  ["looks", "example-trials", "trial/replicates"], ["looks", "timeline", "trial/example_patients"], ["events", "timeline", "trial/example_patients"], ["competing", "timeline", "trial/example_patients"], ["surface", "power-surface", "trial/operating_characteristics"],
  ["worth", "ceac", "policy/ceac"], ["worth", "net-benefit", "policy/ceac"], ["worth", "expected-loss", "policy/ceac"], ["worth", "evsi", "policy/research"], ["worth", "frontier", "policy/frontier"], ["worth", "ce-plane", "policy/summary"],
  ["worth", "value-of-information", "policy/value_of_information"],
  ["economics", "choices", "policy/comparison"], ["route", "tornado", "sensitivity/tornado"], ["route", "thresholds", "sensitivity/threshold"], ["route", "two-way", "sensitivity/grid"], ["route", "sobol", "sensitivity/sobol"], ["route", "budget-impact", "policy/budget_impact"], ["route", "costs", "policy/costs"], ["route", "for-whom", "policy/strata"],
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
    const atEntry = chart === "trajectories" ? exported(name, "cohort/baseline") : [];
    for (const row of rows) {
      const beginning = row.visit_months === "0"; // of the lines: the same under every strategy
      const cells = Object.entries(row).filter(([column, value]) => column !== "best then" && !(beginning && (["strategy", "visit_months"].includes(column) || value === "NA")));
      expect((beginning ? atEntry : all).some((other) => cells.every(([column, value]) => same(value, other[column]!))), JSON.stringify(row)).toBe(true);
    }
  });
}

test("a line of the power curve lies where the table says", async ({ page }) => {
  await open(page, "two-arm");
  const all = exported("two-arm", "trial/operating_characteristics").filter((row) => row.analysis === "primary");
  const svg = page.locator("#power-curve .picture svg").first();
  const heights = await svg.locator('g[aria-label="dot"]').first().locator("path, circle").evaluateAll((dots) => dots.map((dot) => (dot as SVGGraphicsElement).getBoundingClientRect()).map((box) => box.y + box.height / 2));
  const axis = await svg.locator('g[aria-label="y-axis tick label"] text').evaluateAll((ticks) => ticks.map((tick) => ({ value: Number(tick.textContent), y: tick.getBoundingClientRect().y + tick.getBoundingClientRect().height / 2 })));
  const [low, high] = [axis.find((tick) => tick.value === 0)!, axis.find((tick) => tick.value === 100)!];
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
  expect(text).toMatch(new RegExp(`power ${(100 * (chosen.power as number)).toFixed(2)}.±`));
  await open(page, "route");
  const best = exported("route", "policy/strata").filter((row) => row.stratum === "all" && row.best && row.threshold === 50000);
  for (const row of best) await expect(page.locator(".answer-policy")).toContainText(String(row.strategy));
  const first = best.find((row) => (row.inb as number) !== 0)!;
  await expect(page.locator(".answer-policy")).toContainText(Math.round(first.inb as number).toLocaleString("en"));
});

const answered = ["quickstart", "grid", "two-arm", "surface", "looks", "events", "competing", "worth", "economics", "route"];

for (const name of answered) {
  test(`${name}: every number of the answer is one that vcohort show prints, to its last digit`, async ({ page }) => {
    await open(page, name);
    const show = readFileSync(`${folder}/${name}.show.txt`, "utf8");
    const answer = (await page.locator("#answer .card:not(.answer-run)").allInnerTexts()).join("\n").replaceAll("\u00a0", " ");
    const found = (pattern: RegExp): string[] => answer.match(pattern) ?? [];
    const numbers = [
      ...found(name === "grid" ? /(?<!by )-?[\d.,]+ ± [\d.,]*\d(?! %; events)/g : /-?[\d.,]+ ± [\d.,]*\d/g), // of a grid the screen has no shares with the MCID
      ...found(/(?<=EVPI )[\d,]+(?= USD)/g), ...found(/(?<=best in )[\d.]+(?= %)/g), ...found(/(?<=simulated )[\d.]+(?= %)/g),
      ...(name === "economics" ? [] : found(/(?<=95 %: )-?[\d,]+ to -?[\d,]+/g)), // of a sweep the screen has no intervals
    ];
    expect(numbers.length).toBeGreaterThan(0);
    for (const number of numbers) expect(show.match(new RegExp(`(?<![\\d.,-])${number}(?![\\d]|[.,]\\d)`)), number).not.toBeNull();
  });
}

test("where the reference is best, the answer has the next strategy, and where another becomes best", async ({ page }) => {
  await open(page, "route");
  const strata = exported("route", "policy/strata").filter((row) => row.scenario === "sceptical" && row.stratum === "all" && row.threshold === 50000);
  expect(strata.find((row) => row.best)!.inb).toBe(0);
  const next = strata.filter((row) => !row.best).sort((a, b) => (b.inb as number) - (a.inb as number))[0]!;
  const lines = await page.locator(".answer-policy .answers li").allInnerTexts();
  const line = lines.find((text) => text.startsWith("sceptical"))!.replace(/[\u2068\u2069]/g, "");
  expect(line).toContain(`next to it ${next.strategy}, INB ${Math.round(next.inb as number).toLocaleString("en")}`);
  const best = exported("route", "policy/ceac").filter((row) => row.scenario === "sceptical" && row.best);
  const turn = best.find((row) => (row.k as number) > 50000 && row.strategy !== "rehabilitation");
  expect(line).toContain(turn ? `${turn.strategy} is best from ${(turn.k as number).toLocaleString("en")} on` : "best at every threshold from 0 to");
});

test("the answer of a trial with competing events has the arms of its endpoints and the scale of its effect", async ({ page }) => {
  await open(page, "competing");
  const card = page.locator(".answer-trial");
  await expect(card).toContainText("control: hazard 0.025 a month | active: hazard 0.015 a month | hazard ratio 0.6");
  await expect(card).toContainText("control: hazard 0.01 a month");
  await expect(card).toContainText("(log subdistribution hazard ratio");
});

test("a parameter's law stands with its numbers", async ({ page }) => {
  await open(page, "quickstart");
  await page.locator("#assumed input[type=search]").fill("effect.");
  const every = exported("quickstart", "parameters"), all = every.filter((row) => row.scenario === every[0]!.scenario);
  for (const [name, law] of await page.locator("table.parameters tbody tr").evaluateAll((rows) => rows.map((row) => [row.querySelector("bdi")!.textContent!, row.children[2]!.textContent!]))) {
    const of = all.find((row) => row.parameter === name)!;
    const numbers = of.uncertainty === "fixed" ? "" : of.uncertainty === "bernoulli" ? `, 1 with probability ${general(of.probability as number)}` : `, 95 % ${general(of.lower as number)} to ${general(of.upper as number)}`;
    expect(law, name).toBe(`${of.uncertainty}${numbers}`);
  }
});

test("trajectories begin where the cohort is at entry", async ({ page }) => {
  await open(page, "quickstart");
  const rows = parseCsv((await saved(page, "trajectories", "CSV")).toString("utf8"));
  expect(rows.filter((row) => row.visit_months === "0").length).toBe(1);
  const ticks = await page.locator('#trajectories g[aria-label="x-axis tick label"] text').allTextContents();
  expect(ticks[0]).toBe("0");
});

test("the expected month of the planned events lies between the months of the table", async ({ page }) => {
  await open(page, "events");
  const together = new Map<number, number>();
  for (const row of exported("events", "trial/expected_events")) together.set(row.months as number, (together.get(row.months as number) ?? 0) + (row.events as number));
  const months = [...together.keys()].sort((a, b) => a - b), after = months.findIndex((month) => together.get(month)! >= 200);
  const said = Number(/200 events end the trial: expected in month ([\d.]+)/.exec(await page.locator("#expected-events .legend").innerHTML())![1]);
  expect(said).toBeGreaterThan(months[after - 1]!);
  expect(said).toBeLessThanOrEqual(months[after]!);
  await expect(page.locator("#expected-events .legend")).toContainText("all arms together");
});

test("a patient of the timeline ends as the table says", async ({ page }) => {
  await open(page, "events");
  const all = exported("events", "trial/example_patients").filter((row) => row.replicate === 0);
  const marks = (label: string): Promise<number> => page.locator(`#timeline .picture svg g[aria-label="${label}"]`).locator("path, circle").count();
  expect(await marks("dot")).toBe(all.filter((row) => row.event || row.lost).length);
  const lines = await page.locator('#timeline .picture svg g[aria-label="rule"] line').count();
  expect(lines).toBe(all.length + 2); // and the end of the trial in both arms
});

test("the map and the answer doubt the same strategies, and none that nobody may have", async ({ page }) => {
  const strata = exported("whom", "policy/strata"), draws = exported("whom", "policy/draws");
  const benefit = (scenario: unknown, strategy: unknown): number[] => draws.filter((row) => row.scenario === scenario && row.strategy === strategy).map((row) => 50000 * (row.effect as number) - (row.cost as number));
  for (const scenario of new Set(strata.map((row) => String(row.scenario)))) {
    await open(page, "whom", `#scenario=${scenario}`);
    const rows = strata.filter((row) => row.scenario === scenario && row.threshold === 50000);
    const texts = await page.locator('#for-whom .picture g[aria-label="text"] text').allTextContents();
    expect(texts.length).toBe(rows.length);
    const marked = (row: (typeof rows)[number], mark: string): boolean => texts[rows.indexOf(row)]!.includes(mark);
    const all = rows.filter((row) => row.stratum === "all"), best = all.find((row) => row.best)!;
    const ours = benefit(scenario, best.strategy);
    const answer = (await page.locator(".answer-policy .answers li").allInnerTexts()).find((line) => line.startsWith(scenario))!;
    const doubted = all.filter((row) => {
      const others = benefit(scenario, row.strategy), differences = ours.map((value, at) => value - others[at]!);
      const mean = differences.reduce((sum, value) => sum + value, 0) / ours.length;
      return row !== best && mean <= 1.959964 * Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (ours.length - 1) / ours.length);
    });
    for (const row of all) expect(marked(row, "○"), `${scenario}: ${row.strategy}`).toBe(doubted.includes(row));
    expect(answer.includes("too coarse")).toBe(doubted.length > 0);
    for (const row of rows.filter((row) => row.strategy !== "usual care" && row.inb === 0 && !row.best)) expect([marked(row, "–"), marked(row, "○")]).toEqual([true, false]);
  }
  expect(strata.some((row) => row.strategy !== "usual care" && row.inb === 0)).toBe(true);
});

test("an event of another endpoint has a mark and a name of its own", async ({ page }) => {
  await open(page, "competing");
  const all = exported("competing", "trial/example_patients").filter((row) => row.replicate === 0);
  const had = (column: string): number => all.filter((row) => row[column]).length;
  expect(had("event")).toBeGreaterThan(0);
  expect(had("other_event")).toBeGreaterThan(0);
  const dots = page.locator('#timeline .picture svg g[aria-label="dot"]');
  expect(await dots.locator("path, circle").count()).toBe(had("event") + had("other_event") + had("lost"));
  expect(await page.locator('#timeline .picture svg g[aria-label="dot"][fill="var(--paper)"]').locator("path").count()).toBe(had("other_event"));
  await expect(page.locator("#timeline .legend")).toContainText("event: \u2068relapse\u2069");
  await expect(page.locator("#timeline .legend")).toContainText("another event: \u2068death\u2069");
});

test("analyses of different scales have axes of their own", async ({ page }) => {
  await open(page, "two-arm");
  const labels = await page.locator('#operating-characteristics g[aria-label="y-axis label"] text').allTextContents();
  expect(labels).toContain("bias [mean difference]");
  expect(labels).toContain("bias [win probability minus 1/2]");
  const documented = readFileSync("../../../docs/study-file.md", "utf8").split("### Analyses")[1]!.split("###")[0]!;
  const methods = [...documented.matchAll(/^\| `([^`]+)` \|[^|]*\|[^|]*\| ([^|]+) \|/gm)];
  expect(methods.length).toBeGreaterThan(20);
  const sources = readFileSync("src/charts/trial/rows.ts", "utf8");
  for (const [, method, scale] of methods) expect(sources, method).toMatch(new RegExp(`"${scale!.replace(/ from the .*/, "").replace("/", "\\/")}": \\[[^\\]]*"${method}"`));
});

test("two results have the same axes, and a table of their differences", async ({ page }) => {
  await open(page, "both");
  const axis = (at: number): Promise<string[]> => page.locator("#operating-characteristics .panel").nth(at).locator("svg", { hasText: "duration [months]" }).locator('g[aria-label="y-axis tick label"] text').allTextContents();
  expect(await axis(0)).toEqual(await axis(1));
  await open(page, "runs");
  expect(await page.locator("#power-curve .panel").nth(0).locator('g[aria-label="y-axis tick label"] text').allTextContents()).toEqual(await page.locator("#power-curve .panel").nth(1).locator('g[aria-label="y-axis tick label"] text').allTextContents());
  await page.locator("#power-curve .differences summary").click();
  await expect(page.locator("#power-curve .differences")).toContainText("independent");
  const waiting = page.waitForEvent("download");
  await page.locator("#power-curve .differences button", { hasText: "CSV" }).click();
  const rows = parseCsv(readFileSync((await (await waiting).path())!, "utf8"));
  const [first, second] = [exported("two-arm", "trial/operating_characteristics"), exported("other-seed", "trial/operating_characteristics")];
  expect(rows.length).toBe(first.length);
  for (const row of rows) {
    const [a, b] = [first, second].map((all) => all.find((each) => String(each.sample_size) === row.sample_size && each.analysis === row.analysis)!);
    expect(Number(row.power_difference)).toBeCloseTo((b!.power as number) - (a!.power as number), 12);
    expect(Number(row.power_difference_se)).toBeCloseTo(Math.sqrt((a!.power_mcse as number) ** 2 + (b!.power_mcse as number) ** 2), 12);
  }
});

test("numbers are rounded as C rounds them", () => {
  const cases = JSON.parse(readFileSync(`${folder}/numbers.json`, "utf8")) as { value: number; digits: number; fixed: string; general: string }[];
  expect(cases.length).toBeGreaterThan(1000);
  for (const { value, digits, ...wanted } of cases) expect({ value, fixed: fixed(value, digits), general: general(value, digits + 1) }).toEqual({ value, ...wanted });
});

test("the stances' sizes are told side by side, and what holds of each", async ({ page }) => {
  await open(page, "looks");
  const all = exported("looks", "trial/operating_characteristics");
  const need = (stance: string): number | undefined => (all.filter((row) => row.scenario === stance && (row.power as number) >= 0.9)[0]?.sample_size as number | undefined);
  expect([need("published"), need("sceptical")]).toEqual([60, undefined]);
  await expect(page.locator(".answer-trial .remark")).toHaveText(/The stances disagree on the size for 90.% power: .published.: N = 60; .sceptical.: no simulated size has it\. They are not averaged\./);
  for (const stance of ["published", "sceptical"]) await expect(page.locator(".answer-trial li", { hasText: stance })).toHaveText(/assumed effect [\d.]+.±.*SD [\d.]+.*expected size .*months/);
});

test("an event-driven trial ends at its events", async ({ page }) => {
  await open(page, "events");
  const card = page.locator(".answer-trial");
  await expect(card).toContainText("logrank, at 200 events");
  await expect(card).toContainText("hazard 0.05776 a month");
  await expect(card).not.toContainText("60 months");
});

test("what is swept is not said to be assumed", async ({ page }) => {
  await open(page, "surface");
  await expect(page.locator(".answer-trial dl")).toContainText("control: mean 50, 52");
  await expect(page.locator(".answer-trial dl")).not.toContainText(/active|sd 10/);
});

test("strategies that the simulation cannot tell apart are said in the answer", async ({ page }) => {
  await open(page, "economics");
  const draws = exported("economics", "policy/draws");
  const benefit = (scenario: unknown, strategy: unknown): number[] => draws.filter((row) => row.scenario === scenario && row.strategy === strategy).map((row) => 50_000 * (row.effect as number) - (row.cost as number));
  const best = exported("economics", "policy/strata").filter((row) => row.stratum === "all" && row.best && row.threshold === 50000);
  const lines = await page.locator(".answer-policy .sweep tbody tr").allInnerTexts();
  best.forEach(({ scenario, strategy }, at) => {
    const own = benefit(scenario, strategy);
    const others = [...new Set(draws.filter((row) => row.scenario === scenario).map((row) => row.strategy))].filter((name) => name !== strategy);
    const undecided = others.some((name) => {
      const differences = benefit(scenario, name).map((value, draw) => own[draw]! - value);
      const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
      return mean <= 1.96 * Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1) / differences.length);
    });
    expect(lines[at]!.includes("too coarse"), lines[at]).toBe(undecided);
  });
  expect(lines.some((line) => line.includes("too coarse"))).toBe(true);
});

test("who is expected by which month is what the simulation found", async ({ page }) => {
  await open(page, "two-arm");
  const end = parseCsv((await saved(page, "recruitment", "CSV")).toString("utf8")).at(-1)!;
  const row = exported("two-arm", "trial/operating_characteristics").findLast((each) => each.analysis === "primary")!;
  const [lost, patients, trials] = [0.1, row.sample_size as number, row.replicates as number];
  expect(Number(end.randomised)).toBe(patients);
  expect(Number(end.known)).toBeCloseTo(patients * (1 - lost), 6);
  expect(Math.abs(Number(end.known) - (row.analysed as number))).toBeLessThan(4.5 * Math.sqrt((patients * lost * (1 - lost)) / trials));
  expect(Number(end.lost)).toBeCloseTo(patients * lost, 1); // summed over steps of time
  const between = 0.1; // months from one patient to the next
  expect(Math.abs(Number(end.months) - (row.duration_months as number))).toBeLessThan(between);
});

test("the sweep's surface is cut, not averaged", async ({ page }) => {
  await open(page, "surface", "#surface-at-sample_size=280&surface-at-drop-out=0.3");
  const rows = parseCsv((await saved(page, "power-surface", "CSV")).toString("utf8"));
  expect(rows.length).toBe(12);
  expect(new Set(rows.map((row) => row.sample_size))).toEqual(new Set(["280"]));
  const all = exported("surface", "trial/operating_characteristics").filter((row) => row.sample_size === 280 && row["drop-out"] === 0.3);
  for (const row of rows) expect(all.some((other) => other.scenario === row.scenario && other.power === Number(row.power))).toBe(true);
  await page.locator('#power-surface select[data-key="surface-y"]').focus();
  await page.locator('#power-surface select[data-key="surface-y"]').selectOption("sample_size");
  await expect(page.locator('#power-surface select[data-key="surface-at-sample_size"]')).toHaveCount(0);
  await expect(page.locator('#power-surface select[data-key="surface-y"]')).toBeFocused();
  await expect(page.locator('#power-surface select[data-key="surface-at-SD [points]"]')).toBeVisible();
});

test("a sweep says in how many settings the wanted power is reached, and where the answer changes", async ({ page }) => {
  await open(page, "surface");
  const all = exported("surface", "trial/operating_characteristics");
  const scenarios = [...new Set(all.map((row) => row.scenario))];
  const reached = scenarios.filter((scenario) => all.some((row) => row.scenario === scenario && row.sample_size === 280 && (row.power as number) >= 0.9));
  await expect(page.locator(".answer-trial .headline")).toContainText(`in ${reached.length} of ${scenarios.length} settings`);
  await open(page, "economics");
  const best = exported("economics", "policy/strata").filter((row) => row.stratum === "all" && row.best && row.threshold === 50000);
  const under = (stance: string): Set<unknown> => new Set(best.filter((row) => row.stance === stance).map((row) => row.strategy));
  const changing = ["published", "sceptical", "null"].filter((stance) => under(stance).size > 1);
  if (changing.length > 0) await expect(page.locator(".answer-policy .remark")).toContainText(`under: ${changing.join(", ")}`);
  await expect(page.locator(".answer-policy .sweep tbody tr")).toHaveCount(9);
});
