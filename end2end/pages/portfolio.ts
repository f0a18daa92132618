import { expect, type Locator, type Page } from "@playwright/test";

/** The list of portfolios, with the ledger that they come from. */
export class PortfoliosPage {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/portfolios");
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText("Portfolios");
  }

  async read(): Promise<void> {
    await this.page.getByRole("button", { name: "Read the ledger" }).click();
  }

  get address(): Locator {
    return this.page.getByLabel("Address of the repository");
  }

  /** Names the workspace's own repository. */
  async name(address: string): Promise<void> {
    await this.address.fill(address);
    await this.page.getByRole("button", { name: "Use this repository" }).click();
  }

  async add(ledgerName: string, name: string): Promise<void> {
    await this.page.getByLabel(`Name of the portfolio ${ledgerName}`).fill(name);
    await this.page.getByRole("button", { name: `Add ${ledgerName}` }).click();
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(name);
  }
}

/** One portfolio. */
export class PortfolioPage {
  constructor(readonly page: Page) {}

  panel(title: string | RegExp): Locator {
    return this.page.getByRole("region", { name: title, exact: true });
  }

  get holdings(): Locator {
    return this.page.getByRole("table", { name: /holdings?, by/ });
  }

  get rows(): Locator {
    return this.holdings.locator("tbody tr");
  }

  async sortBy(head: string): Promise<void> {
    await this.holdings.getByRole("link", { name: head, exact: false }).first().click();
  }
}
