import { audit, expect, picture, test } from "../fixtures";
import { connectLedger, freshenPack, warmPack } from "../fixtures/back-door";
import { Administration } from "../pages/administration";
import { Editor } from "../pages/editor";
import { PortfoliosPage } from "../pages/portfolio";
import { ReportPage } from "../pages/report";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

test("a portfolio is ordered, activated, run behind its gate, read and found again", async ({ desk, admin }) => {
  const { page } = await desk.owner();
  await connectLedger(desk.name);
  const portfolios = new PortfoliosPage(page);
  await portfolios.open();
  await portfolios.read();
  await portfolios.add("Rhine", "Euro book");

  const editor = new Editor(page);
  await editor.openBlank();
  await page.getByRole("link", { name: "Portfolio desk" }).click();
  await editor.save();
  await expect(editor.summary).toContainText("Choose the portfolio that the report is of.");
  await editor.expectSummaryToLeadToFields();
  await audit(page);
  await picture(page, "editor-portfolio-gaps");

  const name = `Book of the week, ${desk.name}`;
  await editor.name.fill(name);
  await page.getByLabel("Portfolio", { exact: true }).selectOption({ label: "Euro book (EUR)" });
  await page.getByLabel("Window").selectOption("quarter");
  await editor.choose("Cadence", "Weekly");
  await editor.title.fill("What the euro book did");
  await editor.save();
  const specification = new SpecificationPage(page);
  await expect(page.getByRole("main")).toContainText("63 trading days");
  await audit(page);
  await picture(page, "specification-portfolio");
  await specification.submit();
  await specification.expectState("Submitted");

  await desk.entitle();
  const administration = new Administration(admin);
  await administration.review(name);
  await expect(admin.getByRole("main")).toContainText("Markets and currencies");
  await administration.activate();

  // Behind prices that are being prepared nothing begins, and the page says why.
  const policy = await warmPack(await desk.id());
  await page.goto("/");
  const card = page.getByRole("article", { name });
  await expect(card).toContainText("still being prepared");
  await audit(page);
  await picture(page, "dashboard-portfolio-gate");
  await freshenPack(policy);
  await page.reload();
  await card.getByRole("link", { name }).click();
  await specification.run();
  const run = new RunPage(page);
  await run.watchToTheEnd();
  await audit(page);
  await picture(page, "run-portfolio");

  await run.readReport();
  await expect(page.locator(".pack-badge")).toContainText(policy);
  const artifact = page.frameLocator("iframe");
  await expect(artifact.getByRole("heading", { level: 1 })).toHaveText("What the euro book did");
  await expect(artifact.getByRole("heading", { name: "Risk", level: 2 })).toBeVisible();
  await expect(artifact.locator("body")).toContainText("Not available, because");
  await picture(page, "report-portfolio");

  // What may leave is said before the click, and every file says what it is made of.
  await expect(page.locator(".report-preview__attribution")).toContainText("Sample data, not market data");
  const report = new ReportPage(page);
  const menu = page.locator(".export-menu");
  await menu.getByText("Export", { exact: true }).click();
  for (const form of ["PDF", "HTML", "XLSX", "CSV", "JSON"] as const) {
    await expect(menu.getByRole("link", { name: `Download ${form}` })).toBeVisible();
  }
  await expect(menu).toContainText("Carries “Sample data, not market data” and the mark “SAMPLE”.");
  await audit(page);
  await picture(page, "report-portfolio-export");
  const html = await report.download("HTML");
  expect(html.name).toMatch(/^observatory_euro-book_portfolio_report_\d{4}-\d{2}-\d{2}_[0-9a-f]{8}\.html$/);
  expect(html.bytes.toString("utf8")).toContain("Sample data, not market data");
  const json = await report.download("JSON");
  expect(JSON.parse(json.bytes.toString("utf8"))).toMatchObject({
    document: { title: "What the euro book did", portfolio_name: "Euro book" },
    manifest: {
      pricing_pack_id: expect.stringContaining(policy),
      ledger_commit_hash: expect.stringMatching(/^[0-9a-f]{40}$/),
      attributions: [{ provider: "Sample" }],
    },
  });
  const pages = await report.download("PDF");
  expect(pages.bytes.subarray(0, 5).toString("latin1")).toBe("%PDF-");
  for (const form of ["XLSX", "CSV"] as const) {
    expect((await report.download(form)).bytes.subarray(0, 2).toString("latin1")).toBe("PK");
  }

  await page.goto("/history");
  await expect(page.getByRole("table")).toContainText("What the euro book did");
});
