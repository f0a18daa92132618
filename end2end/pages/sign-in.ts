import { expect, type Page } from "@playwright/test";

/** The first page of everybody who has not signed in. */
export class SignInPage {
  constructor(readonly page: Page) {}

  get email() {
    return this.page.getByLabel("E-mail address");
  }

  async open(): Promise<void> {
    await this.page.goto("/sign-in");
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.email.fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  async expectToBeShown(): Promise<void> {
    await expect(this.page).toHaveURL(/\/sign-in/);
    await expect(this.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  }

  async expectToBeLeft(): Promise<void> {
    await expect(this.page).not.toHaveURL(/\/sign-in/);
  }
}
