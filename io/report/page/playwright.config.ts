import { defineConfig } from "@playwright/test";

// Debian's Chromium opens the pages from file://, with the network off. VCOHORT_PAGES is a folder that tests/e2e/browser_test.py filled.
export default defineConfig({
  testDir: "tests",
  outputDir: `${process.env.VCOHORT_PAGES}/failures`,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 2,
  fullyParallel: true,
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    offline: true,
    locale: "en-US",
    viewport: { width: 1366, height: 768 },
    launchOptions: { executablePath: process.env.VCOHORT_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"] },
  },
});
