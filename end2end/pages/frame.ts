import type { Page } from "@playwright/test";

/** What stands around every page of somebody who has signed in. */
export class Frame {
  constructor(readonly page: Page) {}

  get notice() {
    return this.page.locator(".notice").first();
  }

  async goTo(name: "Dashboard" | "Specifications" | "History" | "Activations" | "Workspaces"): Promise<void> {
    await this.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
  }

  async signOut(): Promise<void> {
    await this.page.locator(".user-menu summary").click();
    await this.page.getByRole("button", { name: "Sign out" }).click();
  }

  async switchTo(workspace: string): Promise<void> {
    await this.page.getByLabel("Workspace", { exact: true }).selectOption({ label: workspace });
    await this.page.getByRole("button", { name: "Switch" }).click();
  }
}
