import { audit, expect, picture, test } from "../fixtures";
import { addReadings } from "../fixtures/back-door";
import { ReportPage } from "../pages/report";

test("a subscriber searches the evidence and sees who tells an event", async ({ desk }) => {
  const { page } = await desk.owner();
  await page.goto("/evidence");
  await expect(page.getByRole("heading", { level: 1, name: "Evidence" })).toBeVisible();
  await audit(page);
  await picture(page, "evidence");

  await page.getByLabel("Words").fill("Halvorsen MDI");
  await page.getByLabel("Type").selectOption("capacity");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/words=Halvorsen\+MDI/);
  await page.getByRole("link", { name: /Halvorsen Isocyanates to expand MDI/ }).first().click();

  await expect(page.getByRole("region", { name: "What it means" })).toContainText("Capacity of at least 20,000 t/y");
  const told = page.getByRole("region", { name: "Who reports it" }).getByRole("listitem");
  expect(await told.count()).toBeGreaterThan(1);
  await audit(page);
  await picture(page, "evidence-event");

  await page.getByRole("link", { name: "Halvorsen Isocyanates", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Halvorsen Isocyanates" })).toBeVisible();
  await audit(page);
  await picture(page, "company");

  await page.goBack();
  await page.getByRole("region", { name: "Where it is sealed" }).getByRole("link").click();
  await expect(page.getByText("SHA-256 of its canonical JSON")).toBeVisible();
  await expect(page.getByRole("table", { name: /each at exactly one exit/ })).toContainText("Kept for packs");
  await audit(page);
  await picture(page, "evidence-pack");

  await page.goto("/evidence?words=nosuchword");
  await expect(page.getByRole("heading", { name: "Nothing fits" })).toBeVisible();
});

test("a subscriber narrows the evidence, takes it back, and is told what cannot be read", async ({ desk }) => {
  const { page } = await desk.owner();
  await page.goto("/evidence");
  const chosen = page.getByLabel("Trust tier").locator("option").nth(1);
  const words = (await chosen.innerText()).trim();
  const count = Number(/\((\d+)\)$/.exec(words)?.[1]);
  expect(count).toBeGreaterThan(0);
  await page.getByLabel("Trust tier").selectOption(words);
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.locator(".statement")).toContainText(`${count} event`);
  await page.getByLabel("Region").selectOption({ index: 1 });
  await page.getByLabel("From", { exact: true }).fill("2020-01-01");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/tier=\d&.*from=2020-01-01/);
  const narrowed = page.getByRole("list", { name: "Narrowed by" });
  await expect(narrowed.getByRole("listitem")).toHaveCount(3);
  await audit(page);
  await picture(page, "evidence-narrowed");
  await narrowed.getByRole("link", { name: /From: 2020-01-01/ }).click();
  await expect(page).not.toHaveURL(/from=/);
  await expect(narrowed.getByRole("listitem")).toHaveCount(2);

  await page.goto("/evidence?from=2026-11-02&to=2026-11-01&tier=7");
  const summary = page.getByRole("alert").filter({ hasText: "The list is not narrowed" });
  await expect(summary.getByRole("link")).toHaveCount(2);
  await expect(page.getByLabel("To", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await audit(page);
  await picture(page, "evidence-not-narrowed");
});

test("every claim of a report, its summary and its advice lead to their evidence in one click", async ({ desk }) => {
  const { page } = await desk.owner();
  const id = await desk.active({ name: `Claims, ${desk.name}` });
  const run = await desk.finishedRun(id);
  const claims = page.getByRole("region", { name: "Evidence of each claim" });
  const all = claims.locator(".claim-list__claim");
  const report = new ReportPage(page);
  await report.open(run);
  await expect(claims.getByRole("heading", { level: 3 }).first()).toHaveText("Executive summary");
  await expect(claims.getByRole("heading", { level: 3 }).last()).toHaveText("What to watch");
  expect(await all.count()).toBeGreaterThan(4);
  await expect(all.filter({ hasNot: page.getByRole("link") })).toHaveCount(0);
  await audit(page);
  await picture(page, "report-claims");
  // Beside the report, as wide screens have them.
  await page.setViewportSize({ width: 1440, height: 900 });
  for (const claim of [all.first(), all.filter({ hasText: "Fact:" }).first(), all.last()]) {
    await report.open(run);
    await report.expectToBeShown();
    const link = claim.getByRole("link").first();
    await expect(link).toHaveAccessibleName(/^\d+\. .+, \d+ \w+ \d{4}$/);
    await link.click();
    await expect(page).toHaveURL(new RegExp(`/runs/${run}/evidence/E-`));
    await expect(page.locator(".citation-list__item[aria-current=true]")).toBeVisible();
  }
});

test("an administrator adds a source, and nobody switches it on before its terms are read", async ({ admin, desk }) => {
  await admin.goto("/admin/sources");
  await audit(admin);
  await picture(admin, "admin-sources");
  await admin.getByRole("link", { name: "Add a source" }).click();
  await audit(admin);
  await picture(admin, "admin-source-new");

  const name = `Foam Wire ${desk.name}`;
  const fill = async (address: string) => {
    await admin.getByLabel("Name", { exact: true }).fill(name);
    await admin.getByLabel("Publisher").fill("Foam Wire");
    await admin.getByLabel("Address").fill(address);
    await admin.getByLabel("Provider").fill("Foam_Wire");
    await admin.getByRole("button", { name: "Add" }).click();
  };
  await fill("ftp://wire.example.com/feed");
  await expect(admin.getByText("Give an address of http or https").first()).toBeVisible();
  await expect(admin.getByLabel("Publisher")).toHaveValue("Foam Wire");
  await fill("http://169.254.169.254/feed");

  await expect(admin.getByRole("heading", { level: 1, name })).toBeVisible();
  await expect(admin.getByText("Nobody has read its terms, so it cannot be switched on.")).toBeVisible();
  await expect(admin.getByRole("button", { name: "Switch on" })).toHaveCount(0);
  await admin.getByRole("button", { name: "Test" }).click();
  await expect(admin.getByRole("region", { name: "Test" })).toContainText("is not on the public internet");
  await audit(admin);
  await picture(admin, "admin-source");

  await admin.getByLabel("Terms read by").fill("Ada Admin");
  await admin.getByLabel("Read on").fill("2026-11-01");
  await admin.getByRole("button", { name: "Write down" }).click();
  await admin.getByRole("button", { name: "Switch on" }).click();
  await expect(admin.getByText("is read within a minute").first()).toBeVisible();
  await admin.getByRole("button", { name: "Switch off" }).click();
  await expect(admin.getByText("leaves the next pack").first()).toBeVisible();

  await addReadings(name);
  await admin.reload();
  const readings = admin.getByRole("region", { name: "Readings" });
  await expect(readings).toContainText("The time of a whole reading was over; 12 entries are left to the next reading.");
  await audit(admin);
  await picture(admin, "admin-source-readings");

  await admin.getByRole("link", { name: "Edit", exact: true }).click();
  await audit(admin);
  await picture(admin, "admin-source-edit");
  await admin.getByLabel("Address").fill("http://127.0.0.1/feed");
  await admin.getByLabel("Language").fill("English");
  await admin.getByLabel("Minutes between two readings").fill("1");
  await admin.getByRole("button", { name: "Save" }).click();
  const summary = admin.getByRole("alert").filter({ hasText: "Some answers need mending" });
  await expect(summary.getByRole("link")).toHaveCount(2);
  await expect(admin.getByLabel("Address")).toHaveValue("http://127.0.0.1/feed");
  await audit(admin);
  await picture(admin, "admin-source-edit-refused");
  await admin.getByLabel("Language").fill("de");
  await admin.getByLabel("Minutes between two readings").fill("30");
  await admin.getByRole("button", { name: "Test what is typed" }).click();
  await expect(admin.getByRole("region", { name: "Test" })).toContainText("is not on the public internet");
  await admin.getByLabel("South America").check();
  await admin.getByRole("button", { name: "Save" }).click();
  await expect(admin.getByText("The source is changed").first()).toBeVisible();
  const changes = admin.getByRole("region", { name: "Changes" });
  await expect(changes).toContainText("interval minutes: 60 → 30");
  await expect(changes).toContainText("url: http://169.254.169.254/feed → http://127.0.0.1/feed");
});

test("an administrator decides on an item that is held, and what was decided stays on record", async ({ admin, desk }) => {
  await admin.goto("/admin/sources/new");
  const name = `By hand ${desk.name}`;
  await admin.getByLabel("Name", { exact: true }).fill(name);
  await admin.getByLabel("Publisher").fill("Foam Wire");
  await admin.getByLabel("Kind").selectOption("Entered by hand");
  // What is admitted enters the next pack, whose reports other stories take away as files.
  await admin.getByLabel("Provider").fill("Manual");
  await admin.getByLabel("Terms read by").fill("Ada Admin");
  await admin.getByLabel("Read on").fill("2026-11-01");
  await admin.getByLabel("Excerpts of 300 characters").check();
  await admin.getByRole("button", { name: "Add" }).click();
  await admin.getByRole("button", { name: "Switch on" }).click();
  const title = `Polyurethane foam hall of ${desk.name}`;
  const slug = desk.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  await admin.getByRole("textbox", { name: "Items" }).fill(`title,url,published,text\n${title},https://wire.example.com/${slug},,Polyurethane foam is made there.\n`);
  await admin.getByRole("button", { name: "Enter" }).click();
  await expect(admin.getByText("The items are entered").first()).toBeVisible();

  await admin.getByRole("link", { name: "Sources" }).first().click();
  await admin.getByRole("link", { name: /Held items/ }).click();
  await admin.getByLabel("Words").fill(title);
  await admin.getByLabel("Cause").selectOption("It carries no date");
  await admin.getByRole("button", { name: "Search" }).click();
  await audit(admin);
  await picture(admin, "admin-held");
  await admin.getByRole("link", { name: title }).click();
  await expect(admin.getByText("Nobody has decided on it yet")).toBeVisible();

  await admin.getByText("Give a date", { exact: true }).first().click();
  await expect(admin.getByLabel("Date of first publication")).toHaveValue("");
  await admin.getByRole("button", { name: "Give a date" }).click();
  const summary = admin.getByRole("alert").filter({ hasText: "The decision needs mending" });
  await expect(summary.getByRole("link")).toHaveCount(2);
  await audit(admin);
  await picture(admin, "admin-held-item");
  await admin.getByLabel("Date of first publication").fill("2026-11-20");
  await admin.locator("#reason-dated").fill("The publisher's page shows this day.");
  await admin.getByRole("button", { name: "Give a date" }).click();
  await expect(admin.getByText("Admitted, and on record. It enters the next pack.")).toBeVisible();
  await expect(admin.locator(".page-header__state")).toContainText("Admitted");

  await admin.getByText("Drop", { exact: true }).first().click();
  await admin.locator("#reason-dropped").fill("It is a test of ours.");
  await admin.getByRole("button", { name: "Drop" }).click();
  await expect(admin.getByText("Dropped, and on record. It enters no pack.")).toBeVisible();
  await expect(admin.locator(".page-header__state")).toContainText("Dropped");
  const history = admin.getByRole("region", { name: "History" });
  await expect(history.getByRole("listitem")).toHaveCount(2);
  await expect(history).toContainText("Dated, published 2026-11-20");
  await audit(admin);
  await picture(admin, "admin-held-item-decided");
});

test("an administrator follows entries through the funnel to the reason of each", async ({ admin }) => {
  await admin.goto("/admin/sources");
  const funnel = admin.getByRole("region", { name: "Where entries went" });
  await expect(funnel.getByRole("table")).toContainText("Written in a report");
  await funnel.getByRole("link", { name: "It is not about polyurethane" }).click();
  await expect(admin.getByRole("heading", { level: 1, name: "It is not about polyurethane" })).toBeVisible();
  const rows = admin.getByRole("table").getByRole("row");
  expect(await rows.count()).toBeGreaterThan(1);
  await audit(admin);
  await picture(admin, "admin-funnel");
});

test("an administrator says that two events are one, and takes it back", async ({ admin }) => {
  await admin.goto("/evidence?type=technology");
  const events = admin.getByRole("table").getByRole("rowheader").getByRole("link");
  const other = (await events.nth(1).getAttribute("href")) ?? "";
  await events.first().click();
  await admin.getByText("Another event is the same").click();
  await admin.getByLabel("The other event").fill("V-000000000000");
  await admin.getByLabel("Why they are one").fill("Both tell of the same launch.");
  await admin.getByRole("button", { name: "Merge" }).click();
  await expect(admin.getByText("The newest pack has no such event").first()).toBeVisible();
  await expect(admin.getByLabel("Why they are one")).toHaveValue("Both tell of the same launch.");
  await audit(admin);
  await admin.getByLabel("The other event").fill(other);
  await admin.getByRole("button", { name: "Merge" }).click();
  await expect(admin.getByText("The next pack is built by it").first()).toBeVisible();
  const history = admin.getByRole("region", { name: "History" });
  await expect(history).toContainText("Two events are one");
  await audit(admin);
  await picture(admin, "evidence-event-decided");
  await history.getByText("Undo", { exact: true }).first().click();
  await history.getByLabel("Why it counts no more").fill("They are two launches.");
  await history.getByRole("button", { name: "Undo the decision" }).click();
  await expect(history).toContainText("A decision was undone");
});
