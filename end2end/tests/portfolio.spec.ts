import { audit, expect, mayBeRefused, picture, test } from "../fixtures";
import { connectLedger, warmPack } from "../fixtures/back-door";
import { PortfolioPage, PortfoliosPage } from "../pages/portfolio";

test("a member reads the ledger, adds its portfolio and sees what it is worth and why", async ({ desk }) => {
  const { page } = await desk.owner();
  const portfolios = new PortfoliosPage(page);
  await portfolios.open();
  await expect(page.getByRole("main")).toContainText("No ledger is connected to this workspace");
  await audit(page);
  await picture(page, "portfolios-no-ledger");

  await connectLedger(desk.name);
  await portfolios.open();
  await portfolios.read();
  await expect(page.getByRole("status").filter({ hasText: "Done" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("In the ledger, not added");
  await audit(page);
  await picture(page, "portfolios-to-add");
  await portfolios.add("Rhine", "Euro book");

  const portfolio = new PortfolioPage(page);
  await expect(page.locator(".page-header .statement")).toContainText("Valued in EUR at the close of");
  await expect(page.locator(".pack-badge")).toContainText("PP_");
  await expect(portfolio.panel("Value")).toContainText("EUR");
  await expect(portfolio.panel("Value").locator(".staleness")).toContainText(/Fresh|Stale|Expired/);
  await expect(portfolio.panel(/^Net asset value/).getByRole("img")).toBeVisible();
  await expect(portfolio.panel("Risk, 252 trading days")).toContainText("Not available, because there is no risk-free rate");
  // Whose data is shown is said where it is shown.
  await expect(page.getByRole("main")).toContainText("Sample data, not market data");
  const explain = portfolio.panel("Return, 252 trading days");
  await explain.getByText("Explain").click();
  await expect(explain).toContainText("metrics.compute_twr");
  await expect(explain).toContainText("ledger:");
  await audit(page);
  await picture(page, "portfolio");
});

test("an owner names a repository of the workspace's own, and is told what is wrong with it", async ({ desk }) => {
  const { page } = await desk.owner();
  const main = page.getByRole("main");
  const portfolios = new PortfoliosPage(page);
  await portfolios.open();
  await portfolios.name("https://elsewhere.example/ledger.git");
  const problem = page.getByRole("link", { name: "does not allow repositories of this host" });
  await expect(problem).toHaveAttribute("href", "#address");
  await expect(portfolios.address).toHaveValue("https://elsewhere.example/ledger.git");
  await audit(page);
  await picture(page, "portfolios-repository-refused");

  await portfolios.name("ledger");
  await expect(main).toContainText("This workspace reads its ledger from ledger, since");
  await portfolios.read();
  await expect(main).toContainText("There is no repository of this name on the server.");
  await audit(page);
  await picture(page, "portfolios-repository");
  await page.getByRole("button", { name: "Take the repository away" }).click();
  await expect(main).toContainText("This workspace has no repository of its own.");
});

test("holdings are sorted, filtered and opened by their address", async ({ subscriber }) => {
  await new PortfoliosPage(subscriber).open();
  await subscriber.getByRole("link", { name: "Sample in dollars", exact: true }).click();
  const portfolio = new PortfolioPage(subscriber);
  await expect(portfolio.rows).toHaveCount(10);
  await portfolio.sortBy("Security");
  await expect(subscriber).toHaveURL(/sort=symbol/);
  await expect(portfolio.rows.first()).toContainText("ACME");
  await subscriber.getByLabel("Symbol or name").fill("maple");
  await subscriber.getByRole("search", { name: "Holdings" }).getByRole("button", { name: "Search" }).click();
  await expect(portfolio.rows).toHaveCount(1);
  await audit(subscriber);
  await portfolio.rows.first().getByRole("link", { name: "MAPL" }).click();
  await expect(subscriber.getByRole("heading", { level: 1 })).toHaveText("MAPL");
  await expect(portfolio.panel("Lots")).toContainText("CAD");
  await expect(portfolio.panel(/^Return index/).getByRole("img")).toBeVisible();
  await audit(subscriber);
  await picture(subscriber, "holding");

  await subscriber.getByRole("link", { name: "All its transactions" }).click();
  await expect(subscriber.getByRole("table", { name: "Transactions, the newest first" })).toContainText("sample.beancount:");
  await subscriber.getByLabel("Kind").selectOption("dividend");
  await subscriber.getByRole("button", { name: "Search" }).click();
  await expect(subscriber).toHaveURL(/security=MAPL&kind=dividend/);
  await audit(subscriber);
  await picture(subscriber, "transactions");
});

test("what is announced of holdings is listed with what it brings in, and with who tells it", async ({ subscriber }) => {
  await new PortfoliosPage(subscriber).open();
  const list = subscriber.getByRole("table", { name: /^Portfolios by name, valued at the close of/ });
  await expect(list.getByRole("row").filter({ hasText: "Sample in dollars" })).toContainText("USD");
  await expect(subscriber.locator(".pack-badge")).toContainText("PP_");
  await audit(subscriber);
  await picture(subscriber, "portfolios");

  await subscriber.getByRole("link", { name: "Sample in dollars", exact: true }).click();
  await subscriber.getByRole("link", { name: "Dividends and splits to come" }).click();
  await expect(subscriber.getByRole("heading", { level: 1 })).toHaveText("Dividends and splits to come");
  const portfolio = new PortfolioPage(subscriber);
  const actions = portfolio.panel(/^Dividends and splits of the next 90 days$/);
  await expect(actions.getByRole("row").filter({ hasText: "ACME" })).toHaveCount(1);
  await expect(actions.getByRole("row").filter({ hasText: "ACME" })).toContainText("Sample");
  await expect(portfolio.panel(/^Dividends of the next 90 days/)).toContainText("USD");
  await expect(subscriber.getByRole("main")).toContainText("Sample data, not market data");
  await audit(subscriber);
  await picture(subscriber, "upcoming");
  await subscriber.getByLabel("How far ahead").selectOption("7");
  await subscriber.getByRole("button", { name: "Show" }).click();
  await expect(subscriber).toHaveURL(/days=7/);
  await expect(portfolio.panel(/^Dividends and splits of the next 7 days$/)).toContainText("ACME");

  // Its pack says how it came to be.
  await subscriber.locator(".pack-badge").getByRole("link").first().click();
  const build = subscriber.getByRole("table", { name: /^Stages in their order/ });
  await expect(build.locator("tbody").getByRole("row")).toHaveCount(5);
  await expect(build.getByRole("row").filter({ hasText: "reconcile_ledger" })).toContainText("Done");
  await audit(subscriber);
  await picture(subscriber, "pack-build");
});

test("while prices are prepared the portfolio says so and shows no figure", async ({ desk }) => {
  const { page } = await desk.owner();
  await connectLedger(desk.name);
  const portfolios = new PortfoliosPage(page);
  await portfolios.open();
  await portfolios.read();
  await portfolios.add("Sample", "Waiting book");
  await warmPack(await desk.id());
  await page.reload();
  await expect(page.getByRole("main")).toContainText("The prices are still being prepared");
  await expect(page.getByRole("region", { name: "Value", exact: true })).toHaveCount(0);
  // Where it renews itself is the gate's own story.
  await page.goto(`${page.url()}?refresh=off`);
  await audit(page);
  await picture(page, "portfolio-warming");
});

test("a viewer reads portfolios and another workspace finds none", async ({ viewer, desk }) => {
  await new PortfoliosPage(viewer).open();
  await expect(viewer.getByRole("button", { name: "Read the ledger" })).toHaveCount(0);
  const link = viewer.getByRole("link", { name: "Sample Rhine", exact: true });
  const place = await link.getAttribute("href");
  await link.click();
  await expect(viewer.getByRole("heading", { level: 1 })).toHaveText("Sample Rhine");
  const stranger = (await desk.owner()).page;
  mayBeRefused(stranger);
  for (const path of ["", "/transactions", "/upcoming", "/holdings/ALPN"]) {
    expect((await stranger.goto(`${place}${path}`))?.status(), path).toBe(404);
  }
});
