import type { Page } from "@playwright/test";
import { audit, expect, mayBeRefused, picture, test } from "../fixtures";
import { Editor } from "../pages/editor";

async function look(page: Page, path: string, heading: string | RegExp, name: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
  await audit(page);
  await picture(page, name);
}

test("a new workspace's pages say what will stand there", async ({ desk }) => {
  const { page } = await desk.owner();
  await look(page, "/", "Dashboard", "dashboard-empty");
  await expect(page.getByRole("main").getByRole("link", { name: "Write a specification" })).toBeVisible();
  await look(page, "/specifications", "Specifications", "specifications-empty");
  await look(page, "/history", "History", "history-empty");
  await look(page, "/specifications/new", "New specification", "editor-blank");
});

test("a workspace with work in every state", async ({ desk }) => {
  await desk.finishedRun(await desk.active({ name: "Completed this week" }));
  const ready = await desk.active({ name: "Ready every day", cadence: "daily", links: ["end_use"] });
  await desk.submitted({ name: "Waiting for activation", cadence: "monthly" });
  const draft = await desk.draft({ name: "Not finished", regions: [], cadence: "" });
  const { page } = await desk.owner();
  await look(page, "/", "Dashboard", "dashboard");
  await look(page, "/specifications", "Specifications", "specifications-full");
  await look(page, `/specifications/${ready}`, "Ready every day", "specification-active");
  await look(page, `/specifications/${draft}`, "Not finished", "specification-draft");
  await look(page, `/specifications/${draft}/edit?checked=1`, "Edit specification", "editor-draft");
  await look(page, "/history?period=November", "History", "history-unreadable");
  await look(page, "/history?text=nothing+like+this", "History", "history-no-match");
});

test("an administrator's lists", async ({ desk, admin }) => {
  await desk.finishedRun(await desk.active({ name: "Seen by administrators" }));
  await look(admin, "/admin/runs", "All runs", "admin-runs");
  await look(admin, "/admin/workspaces", "Workspaces", "admin-workspaces");
  await look(admin, "/admin/rights", "Rights", "admin-rights");
  await look(admin, "/admin/rights?subject=nonsense", "Rights", "admin-rights-unknown");
  await look(admin, "/admin/exports", "Exports", "admin-exports");
  await look(admin, "/admin/exports?from=yesterday", "Exports", "admin-exports-unreadable");
  await look(admin, "/account", "Account", "account-administrator");
});

test("an address that leads nowhere", async ({ page, desk }) => {
  mayBeRefused(page);
  expect((await page.goto("/nowhere"))?.status()).toBe(404);
  await audit(page);
  await picture(page, "not-found-signed-out");
  const owner = await desk.owner();
  mayBeRefused(owner.page);
  expect((await owner.page.goto("/nowhere"))?.status()).toBe(404);
  await audit(owner.page);
});

test("the keyboard reaches the content first and shows where it is", async ({ desk }) => {
  const { page } = await desk.owner();
  await page.goto("/specifications");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();

  const editor = new Editor(page);
  await editor.openBlank();
  const invisible = [];
  for (let stop = 0; stop < 40; stop += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const element = document.activeElement ?? document.body;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const isMarked = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      return isMarked && element !== document.body ? "" : element.outerHTML;
    });
    if (seen) invisible.push(seen);
  }
  expect(invisible).toEqual([]);
});

test("a form is filled in and saved by keyboard alone, and its errors take the focus", async ({ desk }) => {
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.openBlank();
  await editor.name.focus();
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await expect(editor.summary).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(editor.choice("Deliverables", "Company News Tracking")).toBeFocused();
  await page.keyboard.press("Space");
  await expect(editor.choice("Deliverables", "Company News Tracking")).toBeChecked();
});
