import { expect, type Locator, type Page } from "@playwright/test";

type Filter = { search?: string; status?: string; specification?: string; period?: string };

/** Every run of the workspace. */
export class HistoryPage {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/history");
  }

  async find({ search, status, specification, period }: Filter): Promise<void> {
    await this.page.goto("/history");
    if (search !== undefined) await this.page.getByLabel("Search", { exact: true }).fill(search);
    if (status) await this.page.getByLabel("Status").selectOption({ label: status });
    if (specification) await this.page.getByLabel("Specification").selectOption({ label: specification });
    if (period !== undefined) await this.page.getByLabel("Period").fill(period);
    await this.page.getByRole("main").getByRole("button").first().click();
    await expect(this.page).toHaveURL(/\?/);
  }

  rows(): Locator {
    return this.page.getByRole("table").locator("tbody tr");
  }
}
