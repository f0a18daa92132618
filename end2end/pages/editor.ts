import { expect, type Locator, type Page } from "@playwright/test";

type Group = "Deliverables" | "Regions" | "Value-chain links" | "Cadence";

/** The form of a specification. */
export class Editor {
  constructor(readonly page: Page) {}

  async openBlank(): Promise<void> {
    await this.page.goto("/specifications/new");
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText("New specification");
  }

  async open(specification: string): Promise<void> {
    await this.page.goto(`/specifications/${specification}/edit`);
  }

  get name(): Locator {
    return this.page.getByLabel("Name", { exact: true });
  }

  get title(): Locator {
    return this.page.getByLabel("Report title");
  }

  get seats(): Locator {
    return this.page.getByLabel("Seats");
  }

  get tier(): Locator {
    return this.page.getByLabel("Tier");
  }

  get watchlist(): Locator {
    return this.page.getByLabel("Companies to watch");
  }

  choice(group: Group, name: string): Locator {
    const options = this.page.getByRole("group", { name: group, exact: true });
    const role = group === "Cadence" ? "radio" : "checkbox";
    return options.getByRole(role, { name, exact: true });
  }

  async choose(group: Group, ...names: string[]): Promise<void> {
    for (const name of names) await this.choice(group, name).check();
  }

  async save(): Promise<void> {
    await this.page.getByRole("button", { name: "Save" }).click();
  }

  /** What needs a change, on top of the form. */
  get summary(): Locator {
    return this.page.getByRole("alert");
  }

  /** Each line of the summary leads to a control that says the same beside itself. */
  async expectSummaryToLeadToFields(): Promise<void> {
    const links = this.summary.getByRole("link");
    expect(await links.count()).toBeGreaterThan(0);
    for (const link of await links.all()) {
      const message = await link.innerText();
      const target = this.page.locator(`[id="${(await link.getAttribute("href"))?.slice(1)}"]`);
      await expect(target).toBeVisible();
      await link.click();
      await expect(target).toBeFocused();
      const group = target.locator("xpath=ancestor-or-self::*[@aria-describedby]");
      const described = await group.evaluateAll((elements) =>
        elements
          .flatMap((element) => element.getAttribute("aria-describedby")?.split(" ") ?? [])
          .map((id) => document.getElementById(id)?.textContent ?? ""),
      );
      expect(described.join(" ")).toContain(message);
    }
  }

  get price(): Locator {
    return this.page.locator("output.price-panel__total");
  }
}
