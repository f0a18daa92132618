import { readFile } from "node:fs/promises";
import { expect, test, type Download, type Locator, type Page } from "@playwright/test";

/** What of an execution may leave as a file, said before the click. */
export class ExportMenu {
  constructor(readonly page: Page) {}

  get menu(): Locator {
    return this.page.locator(".export-menu");
  }

  async open(): Promise<void> {
    await this.menu.getByText("Export", { exact: true }).click();
  }
}

/** A large export: how far it is, then its file until that expires. */
export class ExportPage {
  constructor(readonly page: Page) {}

  get statement(): Locator {
    return this.page.locator(".page-header .statement");
  }

  async download(): Promise<{ name: string; bytes: Buffer }> {
    const waiting = this.page.waitForEvent("download");
    await this.page.getByRole("link", { name: /^Download / }).click();
    return saved(await waiting);
  }
}

/** The administrators' list of every attempt to export. */
export class ExportList {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/admin/exports");
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText("Exports");
  }

  /** Answers in the form, then searches. */
  async find(search: { chosen?: Record<string, string>; typed?: Record<string, string> }): Promise<void> {
    const form = this.page.getByRole("search");
    for (const [label, option] of Object.entries(search.chosen ?? {})) {
      await form.getByLabel(label, { exact: true }).selectOption({ label: option });
    }
    for (const [label, text] of Object.entries(search.typed ?? {})) {
      await form.getByLabel(label, { exact: true }).fill(text);
    }
    await form.getByRole("button", { name: "Search" }).click();
  }

  get rows(): Locator {
    return this.page.getByRole("table", { name: "Attempts to export, the newest first" }).locator("tbody tr");
  }

  /** The file of the list, line by line. */
  async file(): Promise<string[]> {
    const waiting = this.page.waitForEvent("download");
    await this.page.getByRole("link", { name: "Download this list as CSV" }).click();
    const { bytes } = await saved(await waiting);
    return bytes.toString("utf8").trimEnd().split("\r\n");
  }
}

async function saved(download: Download): Promise<{ name: string; bytes: Buffer }> {
  const name = download.suggestedFilename();
  const path = test.info().outputPath(name);
  await download.saveAs(path);
  return { name, bytes: await readFile(path) };
}
