import { expect } from "@playwright/test";
import { folder, open, phone, shots, test, wide } from "./pages";
import { readFileSync, statSync } from "node:fs";

/** The report of every kind of question: the answer, which charts there are, that nothing is cut or lies on something else. */

const charts: Record<string, string[]> = {
  quickstart: ["gains", "trajectories", "forest", "risk-benefit", "who-gains", "strength"],
  grid: ["gains", "trajectories", "dosing-grid", "forest", "risk-benefit", "who-gains", "strength"],
  "two-arm": ["power-curve", "recruitment", "closed-forms", "operating-characteristics", "example-trials", "timeline"],
  surface: ["power-curve", "power-surface", "closed-forms", "operating-characteristics"],
  looks: ["power-curve", "boundaries", "stopping", "information-time", "type-one-error", "operating-characteristics", "example-trials", "timeline", "strength"],
  events: ["expected-events", "closed-forms", "operating-characteristics", "example-trials", "timeline"],
  worth: ["power-curve", "recruitment", "type-one-error", "operating-characteristics", "example-trials", "timeline", "ce-plane", "frontier", "ceac", "net-benefit", "expected-loss", "value-of-information", "costs", "for-whom", "evsi", "strength"],
  economics: ["ce-plane", "frontier", "ceac", "net-benefit", "expected-loss", "value-of-information", "choices", "costs", "for-whom", "strength"],
  route: ["ce-plane", "frontier", "ceac", "net-benefit", "expected-loss", "value-of-information", "tornado", "thresholds", "two-way", "sobol", "costs", "budget-impact", "for-whom", "strength"],
  replications: ["gains", "trajectories", "forest", "risk-benefit", "who-gains", "replications", "claims", "strength"],
};

for (const [name, wanted] of Object.entries(charts)) {
  for (const size of [wide, phone]) {
    test(`${name} at ${size.width}`, async ({ page }) => {
      await open(page, name, "", size);
      const found = await page.locator("figure.chart").evaluateAll((figures) => figures.map((figure) => figure.id));
      expect(found).toEqual(wanted.filter((id) => found.includes(id)).concat(wanted.filter((id) => !found.includes(id))));
      for (const id of wanted) await expect(page.locator(`#${id} .picture svg`).first(), id).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), "wider than the screen").toBeLessThanOrEqual(0);
      expect(await page.evaluate(() => document.body.innerText), "a number that is none").not.toMatch(/NaN|undefined|Infinity/);
      const first = await page.locator(".card").first().boundingBox();
      expect(first!.y + Math.min(first!.height, 300)).toBeLessThan(size.height);
      const boxes = await page.locator("header.top, .card, nav.parts, section h2").evaluateAll((all) => all.map((element) => element.getBoundingClientRect()).filter((box) => box.width > 0).map(({ x, y, right, bottom }) => ({ x, y, right, bottom })));
      for (let a = 0; a < boxes.length; ++a)
        for (let b = a + 1; b < boxes.length; ++b) {
          const [one, two] = [boxes[a]!, boxes[b]!];
          const inside = two.x >= one.x && two.right <= one.right && two.y >= one.y && two.bottom <= one.bottom;
          expect(inside || one.right <= two.x + 1 || two.right <= one.x + 1 || one.bottom <= two.y + 1 || two.bottom <= one.y + 1, `${a} lies on ${b}`).toBe(true);
        }
      await page.screenshot({ path: `${shots}/${name}-${size.width}.png` });
      await page.screenshot({ path: `${shots}/${name}-${size.width}-whole.png`, fullPage: true });
    });
  }
}

test("reports stay below a megabyte, and hold no reader of HDF5", () => {
  for (const name of Object.keys(charts)) expect(statSync(`${folder}/${name}.html`).size, name).toBeLessThan(1e6);
  expect(readFileSync("dist/report.html", "utf8")).not.toContain("h5wasm"); // as it is before the program is packed
});

for (const name of ["many-strategies", "many-trials", "many-scenarios"]) {
  test(`${name} opens in less than three seconds of work`, async ({ page }) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" }); // whatever else the machine does
    await open(page, name);
    await page.locator("figure.chart svg").first().waitFor();
    const metrics = (await session.send("Performance.getMetrics")).metrics;
    expect(metrics.find((metric) => metric.name === "TaskDuration")!.value).toBeLessThan(3);
    const slow = await page.evaluate(async () => { // the longest wait for a picture while the page is read
      let [worst, before] = [0, performance.now()];
      for (let top = 0; top < document.documentElement.scrollHeight; top += 400) {
        scrollTo(0, top);
        await new Promise(requestAnimationFrame);
        [worst, before] = [Math.max(worst, performance.now() - before), performance.now()];
      }
      return worst;
    });
    test.info().annotations.push({ type: "longest frame", description: `${slow.toFixed(0)} ms` });
    expect(slow).toBeLessThan(1000);
    await page.screenshot({ path: `${shots}/${name}.png` });
  });
}

test("hostile names are text", async ({ page }) => {
  for (const size of [wide, phone]) {
    await open(page, "hostile", "", size);
    expect(await page.evaluate(() => (window as unknown as { pwned?: boolean }).pwned)).toBeUndefined();
    await expect(page.locator("h1")).toContainText("</script><script>window.pwned=true</script>");
    await expect(page.locator("figure#trajectories .legend")).toContainText("<img src=x onerror=");
    expect(await page.locator("h1 *:not(bdi), .legend img, #page script").count()).toBe(0);
    const numbers = await page.locator("#sure tbody td:first-child").allInnerTexts();
    for (const text of numbers.filter((each) => each.includes("right-to-left"))) expect(text).toContain("[U+202E] mark [U+200F]\u2069"); // a visible mark, and the name ends before the number begins
    const overlaps = await page.locator("svg.legend").evaluateAll((legends) => legends.flatMap((legend) => {
      const boxes = [...legend.querySelectorAll(":scope > g")].map((item) => item.getBoundingClientRect());
      return boxes.flatMap((a, at) => boxes.slice(at + 1).filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3).concat(a.right > legend.getBoundingClientRect().right + 1 ? [a] : []));
    }).length);
    expect(overlaps, "items of a legend lie on each other or beyond its edge").toBe(0);
    expect(await page.evaluate(() => document.body.textContent), "an order to turn around").not.toMatch(/[\u202a-\u202e]/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `${shots}/hostile-${size.width}.png` });
  }
});
