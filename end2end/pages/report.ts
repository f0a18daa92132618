import { readFile } from "node:fs/promises";
import { expect, test, type FrameLocator, type Locator, type Page } from "@playwright/test";

/** The preview of a report, with the artifact in a frame where nothing runs. */
export class ReportPage {
  constructor(readonly page: Page) {}

  async open(run: string): Promise<void> {
    await this.page.goto(`/runs/${run}/report`);
  }

  get frame(): Locator {
    return this.page.locator("iframe");
  }

  get artifact(): FrameLocator {
    return this.page.frameLocator("iframe");
  }

  async expectToBeShown(): Promise<void> {
    await expect(this.page).toHaveURL(/\/runs\/[0-9a-f-]{36}\/report/);
    await expect(this.frame).toHaveAttribute("sandbox", /^(?!.*allow-(scripts|same-origin)).*$/);
    await expect(this.artifact.getByRole("heading", { level: 1 })).toBeVisible();
  }

  /** The file as it lies on the reader's disk. */
  async download(form: "PDF" | "HTML" | "XLSX" | "CSV" | "JSON"): Promise<{ path: string; name: string; bytes: Buffer }> {
    const link = this.page.getByRole("link", { name: `Download ${form}` });
    if (!(await link.isVisible())) await this.page.getByText("Export", { exact: true }).click();
    const waiting = this.page.waitForEvent("download");
    await link.click();
    const download = await waiting;
    const name = download.suggestedFilename();
    const path = test.info().outputPath(name); // with its ending, which decides how it opens
    await download.saveAs(path);
    return { path, name, bytes: await readFile(path) };
  }
}
