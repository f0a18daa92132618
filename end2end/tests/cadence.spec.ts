import type { BrowserContext } from "@playwright/test";
import { audit, expect, picture, test } from "../fixtures";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

test("a second trigger in the period is blocked, with the period and the next moment", async ({ desk }) => {
  const { page } = await desk.owner();
  const id = await desk.active({ name: "Once a week" });
  await desk.finishedRun(id);

  await page.goto("/");
  const card = page.getByRole("article", { name: "Once a week" });
  await expect(card).toContainText(/Weekly report for \d{4}-W\d{2}: completed .*, next from Monday/);
  await expect(card.getByRole("button", { name: "Run now" })).toHaveCount(0);

  const specification = new SpecificationPage(page);
  await specification.open(id);
  await expect(specification.statement).toContainText("next from Monday");
  await specification.run();
  await expect(page).toHaveURL(new RegExp(`/specifications/${id}\\?.*blocked=1`));
  const notice = page.getByRole("status");
  await expect(notice).toContainText("report exists already");
  await expect(notice).toContainText(/\d{4}-W\d{2}/);
  await expect(notice).toContainText(/Monday/);
  await audit(page);
  await picture(page, "specification-blocked");

  await page.goto("/history");
  await expect(page.getByRole("table").locator("tbody tr")).toHaveCount(1);
});

/** Two clicks are a moment apart, and a run may be over by then: all wait for the last. */
async function letTriggersArriveTogether(context: BrowserContext, count: number): Promise<void> {
  const waiting: (() => void)[] = [];
  await context.route("**/action/trigger-run", async (route) => {
    await new Promise<void>((go) => {
      waiting.push(go);
      if (waiting.length === count) for (const each of waiting) each();
    });
    await route.continue();
  });
}

test("two tabs that press at the same time watch the same run", async ({ desk }) => {
  const owner = await desk.owner();
  const id = await desk.active({ name: "Pressed twice" });
  const tabs = [owner.page, await desk.tab(owner)];
  await letTriggersArriveTogether(owner.page.context(), tabs.length);
  for (const tab of tabs) await new SpecificationPage(tab).open(id);
  await Promise.all(tabs.map((tab) => new SpecificationPage(tab).run()));
  const runs = tabs.map((tab) => new RunPage(tab));
  for (const run of runs) await run.expectToBeShown();
  expect(runs[1]?.id).toBe(runs[0]?.id);
  await runs[0]?.watchToTheEnd();
  await owner.page.goto("/history");
  await expect(owner.page.getByRole("table").locator("tbody tr")).toHaveCount(1);
});

test("going back after a run does not start another", async ({ desk }) => {
  const { page } = await desk.owner();
  const id = await desk.active({ name: "Back and forth" });
  const specification = new SpecificationPage(page);
  await specification.open(id);
  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  const first = run.id;
  await run.watchToTheEnd();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Back and forth");
  await page.goForward();
  await run.expectToBeShown();
  expect(run.id).toBe(first);
  await page.goto("/history");
  await expect(page.getByRole("table").locator("tbody tr")).toHaveCount(1);
});
