import { defineConfig, devices } from "@playwright/test";
import { baseURL, chromium, modelServer } from "./fixtures/environment";

const ignored = modelServer ? [] : ["**/model/**"];

/**
 * Every story is told twice; `*.hydrate.spec.ts` tells what only scripts can do. Stories in
 * `tests/model` are told to a server whose reports a language model writes, all others to one that
 * composes them by rules.
 */
export default defineConfig({
  testDir: "tests",
  testMatch: modelServer ? "**/model/*.spec.ts" : "**/*.spec.ts",
  testIgnore: ignored,
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0, // a test that passes at the second try is broken
  workers: 2,
  timeout: 60_000, // a story walks through several pages and pictures each
  expect: { timeout: 20_000 }, // two busy cores answer late; nothing is measured here
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "javascript" },
    {
      name: "no-javascript",
      testIgnore: [...ignored, "**/*.hydrate.spec.ts"],
      use: { javaScriptEnabled: false },
    },
  ],
});
