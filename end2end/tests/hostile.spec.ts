import { pathToFileURL } from "node:url";
import type { Frame, Page } from "@playwright/test";
import { audit, expect, expectToFit, hasScripts, picture, test } from "../fixtures";
import { guardConsole } from "../fixtures/console";
import { Editor } from "../pages/editor";
import { ReportPage } from "../pages/report";
import { SpecificationPage } from "../pages/specification";

/** Every deliverable and region: all of the sample evidence, its hostile items included. */
const widest = {
  deliverables: [
    "regional_monitoring",
    "industry_context",
    "value_chain",
    "competitive",
    "sustainability",
    "capacity",
    "m_and_a",
    "early_warning",
    "executive_briefings",
  ],
  regions: ["emea"],
  title: "All of Europe",
};

/** Nothing that a browser would execute. Asked of the document itself, not of its text. */
async function expectInert(document: Page | Frame): Promise<void> {
  const living = await document.evaluate(() => {
    const found: string[] = [];
    for (const element of window.document.querySelectorAll("*")) {
      // Our own scripts carry this answer's nonce, which no text of anybody's can know.
      const isOwn = element instanceof HTMLScriptElement && element.nonce !== "";
      if (element.matches("script, object, embed, base") && !isOwn) found.push(element.outerHTML);
      for (const { name, value } of element.attributes) {
        const isScript = /^\s*(javascript|data|vbscript):/i.test(value) && /^(href|src|action)$/.test(name);
        if (name.startsWith("on") || isScript) found.push(`${name}=${value}`);
      }
    }
    return found;
  });
  expect(living).toEqual([]);
}

test("hostile headlines are text in page, preview and file", async ({ desk, browser }) => {
  const id = await desk.active({ name: "All that was published", ...widest });
  const run = await desk.finishedRun(id);
  const { page } = await desk.owner();
  const report = new ReportPage(page);
  await report.open(run);
  await report.expectToBeShown();
  const body = report.artifact.locator("body");
  await expect(body).toContainText("Fire stops polyurethane adhesive maker in Italy");
  await expect(body).not.toContainText("javascript:");
  await expectInert(page);
  const frame = page.frames().find((frame) => frame.url().endsWith("/artifact"));
  if (!frame) throw new Error("the preview has no frame");
  await expectInert(frame);
  expect(await frame.title()).not.toContain("taken over");
  for (const path of ["/", "/history", `/runs/${run}`, `/specifications/${id}`]) {
    await page.goto(path);
    await expectInert(page);
  }

  // From the reader's disk nothing of ours protects it: no policy, no frame, and scripts are on.
  await report.open(run);
  const { path } = await report.download("HTML");
  const context = await browser.newContext({ javaScriptEnabled: true });
  const file = await context.newPage();
  const complaints = guardConsole(file);
  await file.goto(`${pathToFileURL(path)}`);
  await expect(file.locator("body")).toContainText("Fire stops polyurethane adhesive maker in Italy");
  await expectInert(file);
  expect(await file.locator("script").count()).toBe(0);
  expect(await file.title()).not.toContain("taken over");
  if (hasScripts()) {
    await audit(file);
    await picture(file, "artifact");
  }
  await context.close();
  expect(complaints).toEqual([]);
});

test("markup is refused as a name and shown as the text it is in a reason", async ({ desk }) => {
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.openBlank();
  const name = "<script>alert(1)</script>";
  await editor.name.fill(name);
  await editor.save();
  await expect(editor.summary).toContainText("cannot stand in a name");
  await expect(editor.name).toHaveValue(name);
  await expectInert(page);
  // The draft keeps it, and every page that names the draft shows it.
  for (const path of ["/", "/specifications"]) {
    await page.goto(path);
    await expect(page.getByRole("main")).toContainText(name);
    await expectInert(page);
  }

  const id = await desk.active({ name: "With a marked-up reason" });
  const specification = new SpecificationPage(page);
  const reason = `<img src=x onerror=alert(1)> "&lt;b&gt;" is why`;
  await specification.open(id);
  await specification.pause(reason);
  await expect(specification.decisions).toContainText(reason);
  await expectInert(page);
  await page.goto("/");
  await expect(page.getByRole("article", { name: "With a marked-up reason" })).toContainText(reason);
  await expectInert(page);
});

test("a name of a hundred characters fits everywhere", async ({ desk, admin }) => {
  const spaced = `Every polyurethane development in Europe and China, weekly, for ${desk.name} and others`.padEnd(100, "x");
  const unbroken = "Isocyanatpreisentwicklungsbeobachtung".repeat(3).slice(0, 100);
  expect([spaced.length, unbroken.length]).toEqual([100, 100]);
  const id = await desk.active({ name: unbroken });
  const run = await desk.finishedRun(id);
  await desk.submitted({ name: spaced });
  const { page } = await desk.owner();
  const places = ["/history", "/specifications", `/specifications/${id}/edit`, `/runs/${run}/report`];
  for (const path of places) {
    await page.goto(path);
    await expect(page.getByRole("main")).toContainText(unbroken);
    await expectToFit(page);
  }
  await page.goto("/");
  await picture(page, "dashboard-long");
  await page.goto(`/specifications/${id}`);
  await picture(page, "specification-long");
  await admin.goto("/admin");
  await expect(admin.getByRole("main")).toContainText(spaced);
  await expectToFit(admin);
});

test("a name that turns the direction of writing is refused and turns nothing else", async ({ desk }) => {
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.openBlank();
  const name = "Foam \u202Eecneuqesnoc on\u202C report";
  await editor.name.fill(name);
  await editor.choose("Deliverables", "Capacity & Asset Moves");
  await editor.save();
  await expect(editor.summary).toContainText("cannot stand in a name");
  await audit(page);
  await page.goto("/specifications");
  // Isolated, so that what follows in the line keeps its own direction.
  const link = page.getByRole("table").getByRole("link").first();
  const isolation = await link.evaluate((element) => getComputedStyle(element).unicodeBidi);
  expect(isolation).toMatch(/isolate|plaintext/);
});
