import { audit, expect, mayBeRefused, picture, test } from "../fixtures";
import { copyExecution, expireExports, holdPrintedFiles } from "../fixtures/back-door";
import { ExportList, ExportMenu, ExportPage } from "../pages/exports";

const EXAMPLE = "example_prices";
const NAME = "Example: closing prices";

/** Of an execution, in the address of its page. */
function idOf(place: string): string {
  return place.split("/").at(-1) ?? "";
}

test("what a licence does not allow is said before the click, refused after it, and found by administrators", async ({
  desk,
  admin,
}) => {
  test.slow();
  const { page, client, name } = await desk.owner();
  const executed = idOf(await client.post("/action/execute-pattern", { pattern: EXAMPLE }));
  // Whose data may be shown, and handed out in no form.
  const blocked = await copyExecution(await desk.id(), executed, { provider: "NewsAPI" });
  const place = `/execution-log/${blocked}`;
  await page.goto(place);
  await expect(page.getByRole("main")).toContainText("News: NewsAPI.org, metadata only, developer plan");
  const exports = new ExportMenu(page);
  const offered = exports.menu;
  await exports.open();
  for (const form of ["PDF", "HTML", "XLSX", "CSV", "JSON"]) {
    await expect(offered).toContainText(`${form}: not allowed`);
  }
  await expect(offered.getByRole("link")).toHaveCount(0);
  await expect(offered).toContainText("The licence of NewsAPI does not allow to hand out as a document (PDF).");
  await expect(offered).toContainText("use the business plan");
  await audit(page);
  await picture(page, "export-blocked");

  // Somebody who asks all the same is led back, and told why.
  mayBeRefused(page);
  const forced = await page.goto(`${place}/download/pdf`);
  expect(forced?.status()).toBe(403);
  expect(forced?.headers()["content-type"]).toContain("text/html");
  await expect(page.getByRole("alert")).toContainText("The execution was not exported as PDF.");
  await expect(offered).toContainText("The licence of NewsAPI does not allow to hand out as a document (PDF).");
  await audit(page);
  await picture(page, "export-refused");

  // The attempt is on record, and what was only looked at is not.
  const list = new ExportList(admin);
  await list.open();
  await list.find({ chosen: { Workspace: desk.name, Decision: "Denied", Format: "PDF" } });
  await expect(admin).toHaveURL(/workspace=.*format=pdf.*outcome=deny/);
  await expect(list.rows).toHaveCount(1);
  await expect(list.rows).toContainText("The licence of NewsAPI does not allow");
  await expect(list.rows).toContainText(name);
  await audit(admin);
  await picture(admin, "admin-exports-denied");
  const lines = await list.file();
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(",pdf,deny,");

  await list.rows.getByRole("link", { name: NAME }).click();
  const main = admin.getByRole("main");
  await expect(admin.getByRole("heading", { level: 1 })).toHaveText(`${NAME} as PDF`);
  for (const fact of [desk.name, name, "NewsAPI", "127.0.0.1", blocked]) {
    await expect(main).toContainText(fact);
  }
  await main.getByText("The hashed entry").click();
  await expect(main).toContainText('"action":"execution.exported"');
  await audit(admin);
  await picture(admin, "admin-export-entry");

  // What would be decided elsewhere: by profile, and as if there were a licence.
  await main.getByRole("link", { name: "what its licences allow" }).click();
  await expect(main).toContainText(`An execution of ${desk.name}`);
  await main.getByRole("navigation", { name: "Profile of the matrix" }).getByRole("link", { name: "Demonstration" }).click();
  await expect(main.getByRole("table", { name: /^What becomes in the Demonstration profile/ })).toContainText(
    "its parts left out",
  );
  await expect(main).toContainText(`An execution of ${desk.name}`);
  await audit(admin);
  await picture(admin, "admin-rights-execution");

  await list.open();
  await list.find({ chosen: { Workspace: desk.name, Format: "CSV" } });
  await expect(main).toContainText("No attempt matches");
  await list.find({ typed: { Trace: "not a trace" } });
  await expect(admin.getByRole("alert")).toContainText("A trace id has 32 hexadecimal digits.");
  await admin.getByRole("alert").getByRole("link").click();
  await expect(admin.getByLabel("Trace", { exact: true })).toBeFocused();
  await audit(admin);
  await picture(admin, "admin-exports-trace-unreadable");
});

test("a large export is followed, fetched and expires, and administrators see it being made", async ({ desk, admin }) => {
  test.slow();
  const { page, client } = await desk.owner();
  const small = idOf(await client.post("/action/execute-pattern", { pattern: EXAMPLE }));
  // Beyond the 50,000 cells that are printed while somebody waits.
  const large = await copyExecution(await desk.id(), small, { times: 1_500 });
  const release = await holdPrintedFiles();
  const made = new ExportPage(page);
  const list = new ExportList(admin);
  try {
    await page.goto(`/execution-log/${large}/download/csv`);
    await expect(page).toHaveURL(/\/exports\/[0-9a-f-]{36}$/);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${NAME} as CSV`);
    await expect(page.getByRole("progressbar")).toBeVisible();
    await expect(made.statement).toContainText("Is being made. You may leave this page");
    await page.getByRole("link", { name: "Pause refreshing" }).click();
    await expect(page).toHaveURL(/refresh=off/);
    await audit(page);
    await picture(page, "export-printing");

    await list.open();
    await list.find({ chosen: { Workspace: desk.name, Progress: "Being made right now" } });
    await expect(list.rows).toHaveCount(1);
    await expect(list.rows).toContainText("Is being printed");
    await expect(admin.getByRole("main")).toContainText("1 large file is being made right now");
    await audit(admin);
    await picture(admin, "admin-exports-pending");
  } finally {
    await release();
  }

  // It renews itself until there is something to fetch.
  await page.getByRole("link", { name: "Renew this page by itself again" }).click();
  await expect(made.statement).toContainText("Ready for the members of this workspace");
  await expect(page.getByRole("main")).toContainText("Kept until");
  await audit(page);
  await picture(page, "export-ready");
  const file = await made.download();
  expect(file.name).toMatch(/\.csv\.zip$/);
  expect(file.bytes.subarray(0, 2).toString("latin1")).toBe("PK");

  await list.open();
  await list.find({ chosen: { Workspace: desk.name } });
  // Asked for, printed, fetched.
  await expect(list.rows).toHaveCount(3);
  await expect(list.rows.first()).toContainText("Download");
  await expect(list.rows.nth(1)).toContainText("Printed by a worker");
  await expect(list.rows.nth(2)).toContainText("Asked of a worker");
  await expect(list.rows.nth(2)).toContainText("Ready, kept until");
  await audit(admin);
  await picture(admin, "admin-exports-large");

  await expireExports(await desk.id());
  mayBeRefused(page);
  expect((await page.reload())?.status()).toBe(410);
  await expect(made.statement).toHaveText("Is no longer kept.");
  await expect(page.getByRole("link", { name: "Ask for it again" })).toBeVisible();
  await audit(page);
  await picture(page, "export-expired");
});
