import { freshenPack, warmPack } from "../fixtures/back-door";
import { audit, expect, picture, test } from "../fixtures";
import { hasScripts } from "../fixtures/scripts";
import { ExecutionPage, PatternPage } from "../pages/pattern";

const EXAMPLE = "example_prices";

/** The page looks again every few seconds; a machine under load needs some more. */
const RENEWAL_PATIENCE = 45_000;

test("a page that waits for prices says how far they are, looks again, and executes when they are complete", async ({ desk }) => {
  test.slow(); // it waits for the page to renew itself
  const { page } = await desk.owner();
  const policy = await warmPack(await desk.id());
  const pattern = new PatternPage(page);
  await page.goto(`/pattern-library/${EXAMPLE}?refresh=off`);
  await expect(pattern.warming).toContainText("Nothing is executed before they are complete");
  await expect(pattern.warming).toContainText("Step 2 of 5");
  await expect(pattern.warming.getByRole("progressbar")).toBeVisible();
  const lastGood = pattern.warming.getByRole("link", { name: "Execute as of that day instead" });
  await expect(lastGood).toHaveAttribute("href", /\?asof=\d{4}-\d{2}-\d{2}$/);
  await audit(page);
  await picture(page, "pattern-warming");

  await pattern.open(EXAMPLE);
  await expect(pattern.warming).toBeVisible();
  await freshenPack(policy);
  // By itself: nobody asks again.
  await expect(pattern.warming).toHaveCount(0, { timeout: RENEWAL_PATIENCE });
  await pattern.execute();
  await new ExecutionPage(page).expectOutcome("Succeeded");
});

test("the last complete prices serve while those of the day are prepared", async ({ desk }) => {
  const { page } = await desk.owner();
  await warmPack(await desk.id());
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  await pattern.warming.getByRole("link", { name: "Execute as of that day instead" }).click();
  await expect(pattern.warming).toHaveCount(0);
  await pattern.execute();
  await new ExecutionPage(page).expectOutcome("Succeeded");
});

test("looking again keeps the day that the address names", async ({ desk }) => {
  const { page } = await desk.owner();
  await warmPack(await desk.id());
  const pattern = new PatternPage(page);
  const named = `/pattern-library/${EXAMPLE}?asof=2031-03-04`;
  await page.goto(named);
  await pattern.warming.getByRole("link", { name: "Look again", exact: true }).click();
  await expect(page).toHaveURL(named);
  if (!hasScripts()) {
    await pattern.warming.getByRole("link", { name: "Pause looking again" }).click();
    await expect(page).toHaveURL(`${named}&refresh=off`);
  }
  await expect(pattern.warming).toBeVisible();
  await expect(page.getByLabel("As of")).toHaveValue("2031-03-04");
});

test("what came back to be tried again is not renewed away", async ({ desk }) => {
  const { page } = await desk.owner();
  await warmPack(await desk.id());
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  if (!hasScripts()) await expect(pattern.warming.getByRole("link", { name: "Pause looking again" })).toBeVisible();
  await page.getByLabel("Min rows").fill("7");
  await pattern.execute();
  await expect(page.getByLabel("Min rows")).toHaveValue("7");
  await expect(pattern.warming).toBeVisible();
  await expect(pattern.warming).not.toContainText("This page looks again every");
  await audit(page);
});
