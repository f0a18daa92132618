import { audit, expect, mayBeRefused, picture, test } from "../fixtures";
import { ExecutionPage, PatternPage } from "../pages/pattern";

const EXAMPLE = "example_prices";
const NAME = "Example: closing prices";

test("the example is chosen from the list, executed, and shows panels, their age and the trace", async ({ desk }) => {
  const { page } = await desk.owner();
  await page.goto("/execution-log");
  await expect(page.getByRole("main")).toContainText("No execution yet");
  await audit(page);
  await picture(page, "executions-empty");

  await page.getByRole("main").getByRole("link", { name: "Choose a pattern" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Patterns");
  await expect(page.getByRole("main")).toContainText("Executed by runs only");
  await audit(page);
  await picture(page, "patterns");

  await page.getByRole("main").getByRole("link", { name: NAME }).click();
  await expect(page.getByLabel("Min rows")).toHaveValue("1");
  await audit(page);
  await picture(page, "pattern");

  await new PatternPage(page).execute();
  const execution = new ExecutionPage(page);
  await execution.expectOutcome("Succeeded");
  const prices = execution.panel(/^Closing prices at/);
  await expect(prices.first().locator(".staleness")).toContainText(/Fresh|Stale|Expired/);
  await prices.first().getByText("Explain").click();
  await expect(prices.first()).toContainText("example.closing_prices");
  await expect(execution.steps()).toHaveCount(3);
  await expect(page.getByRole("img", { name: /^Time line of the steps/ })).toBeVisible();
  await audit(page);
  await picture(page, "execution");

  await page.goto("/execution-log?outcome=succeeded");
  await expect(page.getByRole("table").locator("tbody tr")).toHaveCount(1);
  await audit(page);
  await picture(page, "executions");
  await page.goto("/execution-log?outcome=failed");
  await expect(page.getByRole("main")).toContainText("No execution matches");
});

test("a step whose condition does not hold leaves its panel with the reason and not with a zero", async ({ desk }) => {
  const { page } = await desk.owner();
  await new PatternPage(page).open(EXAMPLE);
  await page.getByLabel("Min rows").fill("100000");
  await new PatternPage(page).execute();
  const execution = new ExecutionPage(page);
  await execution.expectOutcome("Succeeded");
  await expect(execution.panel(/^One of each security/)).toContainText("The condition");
  await expect(execution.steps().filter({ hasText: "basket" })).toContainText("skipped");
  await audit(page);
  await picture(page, "execution-skipped");
});

test("an answer that does not fit is named at its field, and nothing typed is lost", async ({ desk }) => {
  const { page } = await desk.owner();
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  await page.getByLabel("Symbols").fill("ACME\n</textarea><b>x");
  await page.getByLabel("Min rows").fill("-4");
  await page.getByLabel("Currency", { exact: true }).fill("EURO");
  await pattern.execute();
  await expect(pattern.summary).toContainText("Nothing was executed");
  await expect(pattern.summary.getByRole("link")).toHaveCount(2);
  await expect(page.getByLabel("Min rows")).toHaveValue("-4");
  await expect(page.getByLabel("Min rows")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Symbols")).toHaveValue("ACME\n</textarea><b>x");
  await pattern.summary.getByRole("link").first().click();
  await expect(page.getByLabel("Min rows")).toBeFocused();
  await audit(page);
  await picture(page, "pattern-refused");
  await page.goto("/execution-log");
  await expect(page.getByRole("main")).toContainText("No execution yet");
});

test("a day before the first prices is said at its field", async ({ desk }) => {
  const { page } = await desk.owner();
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  await page.getByLabel("As of").fill("1999-12-31");
  await pattern.execute();
  await expect(pattern.summary).toContainText("There are no prices of this day or before it");
  await expect(page.getByLabel("As of")).toHaveValue("1999-12-31");
});

test("another workspace's execution is not there", async ({ desk, otherDesk }) => {
  const { page, client } = await desk.owner();
  const place = await client.post("/action/execute-pattern", { pattern: EXAMPLE });
  await page.goto(place);
  await new ExecutionPage(page).expectOutcome("Succeeded");
  const stranger = (await otherDesk.owner()).page;
  mayBeRefused(stranger);
  const answers = [];
  for (const path of [place, "/execution-log/019ab2c4-0000-7000-8000-000000000001"]) {
    expect((await stranger.goto(path))?.status(), path).toBe(404);
    answers.push(await stranger.getByRole("main").innerText());
  }
  expect(new Set(answers).size).toBe(1);
});

test("a pattern of the runs is read and not executed", async ({ desk }) => {
  const { page, client } = await desk.join("viewer");
  await new PatternPage(page).open("observatory_report");
  await expect(page.getByRole("main")).toContainText("Executed by runs only");
  await expect(page.getByRole("main").getByRole("button", { name: "Execute" })).toHaveCount(0);
  await audit(page);
  await picture(page, "pattern-governed");
  const place = await client.post("/action/execute-pattern", { pattern: "observatory_report" });
  expect(place).toContain("problem=forbidden");
});
