import { expect, type Locator, type Page } from "@playwright/test";

/** What an administrator of the platform decides on. */
export class Administration {
  constructor(readonly page: Page) {}

  async openQueue(): Promise<void> {
    await this.page.goto("/admin");
  }

  card(specification: string): Locator {
    return this.page.getByRole("article", { name: specification, exact: true });
  }

  async review(specification: string): Promise<void> {
    await this.openQueue();
    await this.card(specification).getByRole("link", { name: "Review" }).click();
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(specification);
  }

  get activation(): Locator {
    return this.page.getByRole("button", { name: "Activate", exact: true });
  }

  async activate(): Promise<void> {
    await this.activation.click();
    await expect(this.page).toHaveURL(/\/admin\?done=activated/);
  }

  async returnWith(reason: string): Promise<void> {
    await this.page.getByLabel("Reason for returning it").fill(reason);
    await this.page.getByRole("button", { name: "Return", exact: true }).click();
  }

  async grant(bought: { cadence: string; tier: RegExp; seats: string }): Promise<void> {
    const year = new Date().getUTCFullYear();
    await this.page.getByLabel("Cadence").selectOption({ label: bought.cadence });
    const tiers = await this.page.getByLabel("Tier").locator("option").allInnerTexts();
    await this.page.getByLabel("Tier").selectOption({ label: tiers.find((tier) => bought.tier.test(tier)) ?? "" });
    await this.page.getByLabel("Seats").fill(bought.seats);
    await this.page.getByLabel("Valid from").fill(`${year - 1}-01-01`);
    await this.page.getByLabel("Valid until").fill(`${year + 1}-12-31`);
    await this.page.getByRole("button", { name: "Grant", exact: true }).click();
    await expect(this.page).toHaveURL(/\?done=entitled/);
  }

  async openOverrides(specification: string): Promise<void> {
    await this.page.goto("/admin/runs");
    await this.page.getByRole("link", { name: specification, exact: true }).first().click();
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(`Overrides of ${specification}`);
  }

  async override(kind: string, reason: string): Promise<void> {
    await this.page.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();
    await this.page.getByLabel("Reason").fill(reason);
    await this.page.getByRole("button", { name: "Grant the override" }).click();
  }
}
