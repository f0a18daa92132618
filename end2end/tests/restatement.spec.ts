import { audit, expect, picture, test } from "../fixtures";
import { freshenPack, restatePack, warmPack } from "../fixtures/back-door";
import { PatternPage } from "../pages/pattern";

test("figures of corrected prices say so and lead to what was corrected", async ({ desk }) => {
  const { page } = await desk.owner();
  const policy = await warmPack(await desk.id());
  await freshenPack(policy);
  const pattern = new PatternPage(page);
  await pattern.open("example_prices");
  await pattern.execute();
  await expect(page.locator(".pack-badge")).toContainText(`${policy}_v1`);
  await expect(page.getByText("These prices were restated")).toHaveCount(0);

  await restatePack(policy, "The exchange corrected the close of ACME.");
  await page.reload();
  const banner = page.getByRole("status").filter({ hasText: "These prices were restated" });
  await expect(banner).toContainText("Version 2 takes its place.");
  await expect(banner).toContainText("The exchange corrected the close of ACME.");
  await audit(page);
  await picture(page, "execution-restated");

  await banner.getByRole("link", { name: "What changed" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("What changed in the prices of");
  const prices = page.getByRole("region", { name: "Closing prices" });
  await expect(prices.getByRole("row").filter({ hasText: "ACME" })).toContainText("262.77");
  await expect(prices.getByRole("row").filter({ hasText: "ACME" })).toContainText("−4.86");
  await audit(page);
  await picture(page, "pack-changes");

  await page.getByRole("link", { name: /^Prices of .* version 2$/ }).click();
  await expect(page.getByRole("region", { name: "Versions of this day" })).toContainText("Superseded");
  await audit(page);
  await picture(page, "pack");

  await page.getByRole("link", { name: "Pricing packs", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: "Superseded" })).toHaveCount(1);
  await audit(page);
  await picture(page, "packs");
});
