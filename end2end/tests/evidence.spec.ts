import { audit, expect, picture, test } from "../fixtures";

test("a subscriber searches the evidence and sees who tells an event", async ({ desk }) => {
  const { page } = await desk.owner();
  await page.goto("/evidence");
  await expect(page.getByRole("heading", { level: 1, name: "Evidence" })).toBeVisible();
  await audit(page);
  await picture(page, "evidence");

  await page.getByLabel("Words").fill("Halvorsen MDI");
  await page.getByLabel("Type").selectOption("Capacity");
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

test("every claim of a report leads to its evidence in one click", async ({ desk }) => {
  const { page } = await desk.owner();
  const id = await desk.active({ name: `Claims, ${desk.name}` });
  const run = await desk.finishedRun(id);
  await page.goto(`/runs/${run}/report`);
  await page.getByText("Evidence of each claim").click();
  const claims = page.getByRole("table", { name: /claims in the order of the report/ });
  await audit(page);
  await picture(page, "report-claims");
  await claims.getByRole("link").first().click();
  await expect(page).toHaveURL(new RegExp(`/runs/${run}/evidence/E-`));
  await expect(page.locator("[aria-current=true]")).toBeVisible();
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
  await admin.getByRole("button", { name: "Switch on" }).click();
  await expect(admin.getByText("Nobody has read what its owner allows").first()).toBeVisible();
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
});
