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

test("hostile evidence is text on every page of the evidence", async ({ desk, admin }) => {
  test.slow(); // it waits for a worker to build a pack
  // In no region and of no type of its own, so that no other story's report tells of it.
  const slug = desk.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const source = `Foam <b onclick=alert(1)>Wire</b> ${desk.name}`;
  await admin.goto("/admin/sources/new");
  await admin.getByLabel("Name", { exact: true }).fill(source);
  await admin.getByLabel("Publisher").fill(`<svg onload=alert(1)> "Wire" ${desk.name}`);
  await admin.getByLabel("Kind").selectOption("Entered by hand");
  await admin.getByLabel("Provider").fill("Manual");
  await admin.getByLabel("Terms read by").fill("Ada Admin");
  await admin.getByLabel("Read on").fill("2026-11-01");
  await admin.getByLabel("Excerpts of 300 characters").check();
  await admin.getByLabel("Attribution").fill(`<script>alert(2)</script> courtesy of ${desk.name}`);
  await admin.getByRole("button", { name: "Add" }).click();
  await admin.getByRole("button", { name: "Switch on" }).click();
  const sourcePage = new URL(admin.url()).pathname;
  const published = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const items = [
    { title: `<script>alert(3)</script><img src=x onerror=alert(4)> Polyurethane note ${slug} one`, text: `<iframe srcdoc="<script>alert(5)</script>"></iframe>Polyurethane foam. &lt;script&gt;alert(6)&lt;/script&gt;` },
    { title: `Polyurethane note \u202E${slug}\u202C two \u2067abc\u2069`, text: `Polyurethane foam \u202Eeman live\u202C.` },
    { title: `Polyurethane note ${slug} three ${"x".repeat(20_000)}`, text: `Polyurethane foam. ${"y".repeat(20_000)}` },
  ].map((item, at) => ({ ...item, url: `https://wire.example.com/${slug}/${at}?"onmouseover=alert(7)`, published }));
  await admin.getByRole("textbox", { name: "Items" }).fill(JSON.stringify(items));
  await admin.getByRole("button", { name: "Enter" }).click();
  await expect(admin.getByText("The items are entered").first()).toBeVisible();
  await expectInert(admin);

  const { page } = await desk.owner();
  const list = `/evidence?source=${encodeURIComponent(source)}`;
  const rows = page.getByRole("table").getByRole("rowheader");
  const build = admin.getByRole("region", { name: "Build a pack" });
  const button = build.getByRole("button", { name: "Build a pack now" });
  // Another story may have asked for a pack before these items were entered: then for one more.
  await expect(async () => {
    await admin.goto("/evidence");
    await button.click();
    await expect(admin.getByText(/A pack is (asked for|being built already)/).first()).toBeVisible();
    // A worker builds it; until then the page says so, and offers no second one.
    await expect(async () => {
      await admin.goto("/evidence");
      await expect(button).toBeVisible({ timeout: 500 });
    }).toPass();
    await page.goto(list);
    await expect(rows).not.toHaveCount(0, { timeout: 1_000 });
  }).toPass({ timeout: 120_000 });
  await expect(build).toContainText(/Sealed|Nothing new/);
  await audit(admin);
  await picture(admin, "evidence-build");
  await build.getByRole("link", { name: /^Pack / }).click();
  await expect(admin.getByText("SHA-256 of its canonical JSON")).toBeVisible();
  await expectInert(admin);
  await expectToFit(admin);

  await expectInert(page);
  await expect(page.getByLabel("Source")).toHaveValue(source);
  await picture(page, "evidence-hostile");
  const count = await rows.count();
  for (let at = 0; at < count; at += 1) {
    await page.goto(list);
    await rows.nth(at).getByRole("link").click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("Polyurethane note");
    const main = await page.getByRole("main").innerText();
    expect(main).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    await expectInert(page);
    await expectToFit(page);
    const addresses = await page.locator(".citation-list__title a").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol));
    expect(addresses.every((protocol) => protocol === "https:")).toBe(true);
  }
  // Nothing of it in the packs of other stories.
  await admin.goto(sourcePage);
  await expectInert(admin);
  await admin.getByRole("button", { name: "Switch off" }).click();
});
