import { expect, type Locator, type Page } from "@playwright/test";

/** One pattern with its form. */
export class PatternPage {
  constructor(readonly page: Page) {}

  async open(id: string): Promise<void> {
    await this.page.goto(`/pattern-library/${id}`);
  }

  get summary(): Locator {
    return this.page.getByRole("alert");
  }

  /** Why nothing is executed yet. */
  get warming(): Locator {
    return this.page.getByRole("status").filter({ hasText: "The prices are still being prepared" });
  }

  /** That what was waited for is there. */
  get complete(): Locator {
    return this.page.getByRole("status").filter({ hasText: "The prices are complete" });
  }

  async execute(): Promise<void> {
    await this.page.getByRole("main").getByRole("button", { name: "Execute" }).click();
  }
}

/** One execution: its panels, how old they are, and its trace. */
export class ExecutionPage {
  constructor(readonly page: Page) {}

  async expectOutcome(outcome: "Succeeded" | "Failed" | "Blocked" | "Cancelled"): Promise<void> {
    await expect(this.page).toHaveURL(/\/execution-log\/[0-9a-f-]{36}$/);
    await expect(this.page.locator(".page-header .state")).toHaveText(outcome);
  }

  panel(title: string | RegExp): Locator {
    return this.page.getByRole("region", { name: title });
  }

  steps(): Locator {
    return this.page.getByRole("table", { name: "Steps in the order of the pattern" }).locator("tbody tr");
  }
}
