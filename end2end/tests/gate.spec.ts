import { freshenPack, warmPack } from "../fixtures/back-door";
import { audit, expect, picture, test } from "../fixtures";
import { PatternPage } from "../pages/pattern";

test("a page that waits for prices says how far they are, and renews itself when they are complete", async ({ desk }) => {
  const { page } = await desk.owner();
  const policy = await warmPack(await desk.id());
  await new PatternPage(page).open("example_prices");
  const banner = page.getByRole("status").filter({ hasText: "The prices are still being prepared" });
  await expect(banner).toContainText("Nothing is executed before they are complete");
  await expect(banner.getByRole("progressbar")).toBeVisible();
  await audit(page);
  await picture(page, "pattern-warming");

  await freshenPack(policy);
  // By itself: nobody asks again.
  await expect(banner).toHaveCount(0, { timeout: 25_000 });
  await expect(page.getByRole("main").getByRole("button", { name: "Execute" })).toBeVisible();
});

test("a reader who types while the prices are prepared loses nothing", async ({ desk }) => {
  const { page } = await desk.owner();
  await warmPack(await desk.id());
  const pattern = new PatternPage(page);
  await pattern.open("example_prices");
  await page.getByLabel("Min rows").fill("7");
  await pattern.execute();
  await expect(page.getByRole("status").filter({ hasText: "still being prepared" })).toBeVisible();
  await expect(page.getByLabel("Min rows")).toHaveValue("7");
  await audit(page);
});
