import { audit, expect, hasScripts, picture, test } from "../fixtures";
import { Administration } from "../pages/administration";
import { Editor } from "../pages/editor";
import { Frame } from "../pages/frame";
import { HistoryPage } from "../pages/history";
import { ReportPage } from "../pages/report";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

test("a subscriber drafts with gaps, mends them, and nothing typed is lost", async ({ desk }) => {
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.openBlank();
  await editor.name.fill("Half a thought");
  await editor.choose("Deliverables", "Capacity & Asset Moves");
  await editor.seats.fill("none");
  await editor.save();

  await expect(editor.summary).toBeVisible();
  await expect(editor.summary).toBeFocused();
  await audit(page);
  await picture(page, "editor-errors");
  await editor.expectSummaryToLeadToFields();
  await expect(editor.name).toHaveValue("Half a thought");
  await expect(editor.choice("Deliverables", "Capacity & Asset Moves")).toBeChecked();
  await expect(editor.seats).toHaveValue("none");

  await editor.choose("Regions", "EMEA");
  await editor.choose("Cadence", "Weekly");
  await editor.seats.fill("3");
  await editor.save();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Half a thought");
  await expect(new SpecificationPage(page).statement).toContainText("Version 1 is saved and not submitted");
});

test("from a specification to a sealed report that is found again", async ({ desk, admin }) => {
  test.slow();
  await desk.entitle();
  const { page } = await desk.owner();
  const name = `Weekly EMEA and China, ${desk.name}`;

  // The subscriber orders.
  const editor = new Editor(page);
  await editor.openBlank();
  await editor.name.fill(name);
  await editor.choose("Deliverables", "Regional Market Monitoring", "Capacity & Asset Moves");
  await editor.choose("Deliverables", "Executive-Ready Briefings");
  await editor.choose("Regions", "EMEA", "China");
  await editor.choose("Cadence", "Weekly");
  await editor.save();
  const specification = new SpecificationPage(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await specification.submit();
  await specification.expectState("Submitted");
  await audit(page);
  await picture(page, "specification-submitted");

  // The administrator sees what is asked for and activates it.
  const administration = new Administration(admin);
  await administration.openQueue();
  await expect(administration.card(name)).toContainText(desk.name);
  await audit(admin);
  await picture(admin, "admin-queue");
  await administration.review(name);
  const main = admin.getByRole("main");
  await expect(main).toContainText("Executive-Ready Briefings");
  // Weekly base price of the domain reference; 3 deliverables and 2 regions need the Medium tier.
  await expect(main).toContainText("39.00");
  await expect(main).toContainText("Enterprise, at most daily, 10 seats");
  await audit(admin);
  await picture(admin, "admin-review");
  await administration.activate();
  await expect(administration.card(name)).toHaveCount(0);

  // The subscriber runs it and watches.
  await page.goto("/");
  const card = page.getByRole("article", { name });
  await expect(card).toContainText("ready to run");
  await card.getByRole("button", { name: "Run now" }).click();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await run.watchToTheEnd();
  await expect(run.steps).toHaveCount(7);
  await audit(page);
  await picture(page, "run-succeeded");

  // They read and download.
  await run.readReport();
  const report = new ReportPage(page);
  await report.expectToBeShown();
  const artifact = report.artifact.locator("body");
  const title = await report.artifact.getByRole("heading", { level: 1 }).innerText();
  const reference = artifact.getByRole("link", { name: "Reference 1", exact: true }).first();
  await expect(reference).toHaveText("1");
  const cited = artifact.locator(`[id="${(await reference.getAttribute("href"))?.slice(1)}"]`);
  await expect(cited).toContainText(/https:\/\/\S+\.example\.(com|net|org)\//);
  await expect(artifact).toContainText("Sample data");
  await expect(artifact).toContainText("Built-in analyst");
  await expect(artifact).toContainText(run.id);
  expect((await artifact.innerText()).match(/[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(3);
  await audit(page);
  await picture(page, "report");

  const html = await report.download("HTML");
  for (const text of [title, "Sample data, not market data", "SAMPLE", run.id]) {
    expect(html.bytes.toString("utf8")).toContain(text);
  }
  expect(html.name).toMatch(/\.html$/);
  const json = await report.download("JSON");
  expect(JSON.parse(json.bytes.toString("utf8"))).toMatchObject({
    document: { title },
    manifest: { attributions: [{ provider: "Sample" }], watermarks: [{ text: "SAMPLE" }] },
  });

  for (const [form, ending] of [["XLSX", /\.xlsx$/], ["CSV", /\.csv\.zip$/]] as const) {
    const file = await report.download(form);
    expect(file.name).toMatch(ending);
    expect(file.bytes.subarray(0, 2).toString("latin1")).toBe("PK");
  }

  const pages = await report.download("PDF");
  expect(pages.name).toMatch(/\.pdf$/);
  expect(pages.bytes.subarray(0, 5).toString("latin1")).toBe("%PDF-");

  // They find it again, in each way.
  const history = new HistoryPage(page);
  const period = /\d{4}-W\d{2}/.exec(await page.getByRole("heading", { level: 1 }).innerText())?.[0] ?? "";
  const searches = [{ search: name }, { status: "Succeeded" }, { specification: name }, { period }];
  for (const search of searches) {
    await history.find(search);
    await expect(history.rows()).toHaveCount(1);
  }
  await audit(page);
  await picture(page, "history");
  await history.find({ search: "nothing is called like this" });
  await expect(page.getByRole("main")).toContainText("No run matches");
  await history.find({ status: "Failed" });
  await expect(history.rows()).toHaveCount(0);
  await history.find({ search: name, status: "Succeeded", period });
  await history.rows().getByRole("link", { name: title }).click();
  await report.expectToBeShown();
  await expect(report.artifact.getByRole("heading", { level: 1 })).toHaveText(title);

  await new Frame(page).goTo("Dashboard");
  await expect(card).toContainText(`Weekly report for ${period}: completed`);
  await audit(page);
  await picture(page, "dashboard-completed");
});

test("a page that renews itself can be told to stop", async ({ desk }) => {
  test.skip(hasScripts(), "with scripts the page is renewed by events, not as a whole");
  const { page, client } = await desk.owner();
  const start = async (name: string) =>
    client.post("/action/trigger-run", { specification: await desk.active({ name }) });
  const renewal = page.locator('meta[http-equiv="refresh"]');
  const run = new RunPage(page);

  await page.goto(await start("Renewed by itself"));
  await run.expectToBeShown();
  await expect(renewal).toHaveCount(1);
  // Pausing is offered on the page, as WCAG 2.2.2 asks; axe knows only of the renewal itself.
  await audit(page, { rule: "meta-refresh", because: "the page says so and has a link to pause it" });
  await run.watchToTheEnd();
  await expect(renewal).toHaveCount(0);

  await page.goto(await start("Watched at one's own pace"));
  await page.getByRole("link", { name: "Pause refreshing" }).click();
  await expect(page).toHaveURL(/refresh=off/);
  await run.expectToBeShown();
  await expect(renewal).toHaveCount(0);
  await audit(page);
  await picture(page, "run-paused");
  await page.goto(`/runs/${run.id}`);
  await run.watchToTheEnd();
});
