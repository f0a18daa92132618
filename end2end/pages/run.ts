import { expect, type Locator, type Page } from "@playwright/test";

/**
 * A run while it happens and after; `/runs/…`. Until the end the page loads itself anew, which
 * can cut off a story's `goto`: watch to the end before you open another page in the same tab.
 */
export class RunPage {
  constructor(readonly page: Page) {}

  async open(run: string): Promise<void> {
    await this.page.goto(`/runs/${run}`);
  }

  async expectToBeShown(): Promise<void> {
    await expect(this.page).toHaveURL(/\/runs\/[0-9a-f-]{36}(\?|$)/);
    await expect(this.page.getByRole("heading", { level: 1 })).toContainText("Run for");
  }

  get id(): string {
    const id = /\/runs\/([0-9a-f-]{36})/.exec(this.page.url())?.[1];
    if (!id) throw new Error(`no run at ${this.page.url()}`);
    return id;
  }

  get steps(): Locator {
    return this.page.getByRole("region", { name: "Steps" }).getByRole("listitem");
  }

  get reportLink(): Locator {
    return this.page.getByRole("link", { name: "Read the report" });
  }

  /** Nothing is pressed: the page renews itself, by its event stream or as a whole. */
  async watchToTheEnd(): Promise<void> {
    await expect(this.reportLink).toBeVisible({ timeout: 30_000 });
    await expect(this.page.locator(".page-header__state")).toContainText("Succeeded");
  }

  async readReport(): Promise<void> {
    await this.reportLink.click();
  }
}
