import { expect, type Locator, type Page } from "@playwright/test";

/** Where a member makes and ends the tokens of programs. */
export class TokensPage {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/account/tokens");
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText("API tokens");
  }

  /** Gives the token's text as the page shows it. */
  async create(name: string, rights: string[]): Promise<string> {
    await this.page.getByLabel("Name", { exact: true }).fill(name);
    for (const right of rights) await this.page.getByRole("checkbox", { name: right }).check();
    await this.page.getByRole("button", { name: "Create token" }).click();
    await expect(this.page).toHaveURL(/\/account\/tokens\?done=token_created$/);
    return this.text.inputValue();
  }

  get text(): Locator {
    return this.page.getByRole("textbox", { name: "Token", exact: true });
  }

  row(name: string): Locator {
    return this.page.getByRole("row", { name: new RegExp(name) });
  }

  async revoke(name: string): Promise<void> {
    // A summary has no role of its own that every browser agrees on.
    await this.row(name).locator("summary").click();
    await this.row(name).getByRole("button", { name: "Revoke this token" }).click();
    await expect(this.page).toHaveURL(/\/account\/tokens\?done=token_revoked$/);
  }
}
