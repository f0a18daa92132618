import { expect, type Locator, type Page } from "@playwright/test";

/** One specification: what it is, and what can be done with it. */
export class SpecificationPage {
  constructor(readonly page: Page) {}

  async open(specification: string): Promise<void> {
    await this.page.goto(`/specifications/${specification}`);
  }

  button(name: string): Locator {
    return this.page.getByRole("main").getByRole("button", { name, exact: true });
  }

  get state(): Locator {
    return this.page.locator(".page-header__state");
  }

  get statement(): Locator {
    return this.page.locator(".page-header .statement");
  }

  get decisions(): Locator {
    return this.page.getByRole("region", { name: "Decisions" });
  }

  get schedule(): Locator {
    return this.page.getByRole("region", { name: "Schedule" });
  }

  async pauseSchedule(reason: string): Promise<void> {
    await this.page.getByText("Pause the schedule").click();
    await this.page.getByLabel("Why the schedule rests").fill(reason);
    await this.button("Pause schedule").click();
  }

  async submit(): Promise<void> {
    await this.button("Submit for activation").click();
  }

  async run(): Promise<void> {
    await this.button("Run now").click();
  }

  async resume(): Promise<void> {
    await this.button("Resume").click();
  }

  async copy(): Promise<void> {
    await this.button("Copy").click();
  }

  async pause(reason: string): Promise<void> {
    await this.page.getByText("Pause with a reason").click();
    await this.page.getByLabel("Reason for pausing").fill(reason);
    await this.button("Pause").click();
  }

  async cancel(reason: string): Promise<void> {
    await this.page.getByText("Cancel for good").click();
    await this.page.getByLabel("Reason for cancelling").fill(reason);
    await this.button("Cancel specification").click();
  }

  async expectState(word: string): Promise<void> {
    await expect(this.state).toContainText(word);
  }
}
