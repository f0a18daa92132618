import { freshenPack, stepPack, warmPack } from "../fixtures/back-door";
import { audit, expect, picture, test } from "../fixtures";
import { ExecutionPage, PatternPage } from "../pages/pattern";

const EXAMPLE = "example_prices";

/** The stream looks every few seconds; a machine under load needs some more. */
const PATIENCE = 45_000;

test("the notice follows the build to its end, and nothing that was typed is lost", async ({ desk }) => {
  test.slow(); // it waits for a build
  const { page } = await desk.owner();
  const policy = await warmPack(await desk.id(), "building");
  const streams: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/pack/events")) streams.push(request.headers()["accept"] ?? "");
  });
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  await expect(pattern.warming).toContainText("Step 1 of 5");
  await page.getByLabel("Min rows").fill("2");
  // A page that is loaded anew would not know this.
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));

  await stepPack(policy);
  await expect(pattern.warming).toContainText("Step 2 of 5", { timeout: PATIENCE });
  await freshenPack(policy);
  await expect(pattern.complete).toBeVisible({ timeout: PATIENCE });
  await expect(pattern.warming).toHaveCount(0);
  await expect(pattern.complete.getByRole("link")).toHaveCount(0);
  await expect(page.getByLabel("Min rows")).toHaveValue("2");
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
  expect(streams).toEqual(["text/event-stream"]);
  await audit(page);
  await picture(page, "pattern-complete");
  await pattern.execute();
  await new ExecutionPage(page).expectOutcome("Succeeded");
});

test("a stream that breaks off is taken up again", async ({ desk }) => {
  test.slow(); // the browser waits before it asks again
  const { page } = await desk.owner();
  const policy = await warmPack(await desk.id());
  let broken = 0;
  await page.route("**/pack/events**", async (route) => {
    if (broken > 0) return route.continue();
    broken += 1;
    // Ends at once, as at a server that is stopped.
    await route.fulfill({ contentType: "text/event-stream", body: ": stopping\n\n" });
  });
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  await expect.poll(() => broken).toBe(1);
  await freshenPack(policy);
  await expect(pattern.complete).toBeVisible({ timeout: PATIENCE });
});

test("complete prices ask for no stream", async ({ desk }) => {
  const { page } = await desk.owner();
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().includes("/pack/events")) asked += 1;
  });
  const pattern = new PatternPage(page);
  await pattern.open(EXAMPLE);
  await pattern.execute();
  await new ExecutionPage(page).expectOutcome("Succeeded");
  expect(asked).toBe(0);
});
