import { audit, expect, picture, test } from "../fixtures";
import { Administration } from "../pages/administration";
import { Editor } from "../pages/editor";
import { Frame } from "../pages/frame";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

test("a submission is returned with a reason, mended and submitted again", async ({ desk, admin }) => {
  const name = `Returned once, ${desk.name}`;
  const id = await desk.submitted({ name });
  await desk.entitle();
  const administration = new Administration(admin);
  await administration.review(name);
  await administration.returnWith("China was not agreed on; please leave it out.");
  await expect(new Frame(admin).notice).toContainText("Returned with your reason");

  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(id);
  await specification.expectState("Draft");
  await expect(specification.decisions).toContainText("China was not agreed on");
  await audit(page);
  await picture(page, "specification-returned");

  const editor = new Editor(page);
  await editor.open(id);
  await editor.choice("Regions", "China").uncheck();
  await editor.save();
  await specification.submit();
  await specification.expectState("Submitted");
  await administration.review(name);
  await expect(admin.getByRole("main")).toContainText("Version 2");
  await administration.activate();
  await page.reload();
  await specification.expectState("Active");
});

test("nothing runs while it is paused", async ({ desk }) => {
  const id = await desk.active({ name: "Paused for a while" });
  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(id);
  await specification.pause("The team is away until Monday.");
  await specification.expectState("Paused");
  await expect(specification.button("Run now")).toHaveCount(0);
  await audit(page);
  await picture(page, "specification-paused");
  await page.goto("/");
  const card = page.getByRole("article", { name: "Paused for a while" });
  await expect(card).toContainText("The team is away until Monday.");
  await expect(card.getByRole("button")).toHaveCount(0);
  await specification.open(id);
  await specification.resume();
  await specification.expectState("Active");
  await expect(specification.button("Run now")).toBeVisible();
});

test("another title takes effect at once", async ({ desk }) => {
  const id = await desk.active({ name: "Renamed report" });
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.open(id);
  await editor.title.fill("Foam and Isocyanates, Week by Week");
  await editor.save();
  const specification = new SpecificationPage(page);
  await expect(specification.statement).toContainText("Version 2 is active.");
  await expect(specification.decisions).toContainText("came into force at once");
  await specification.run();
  const run = new RunPage(page);
  await run.watchToTheEnd();
  await run.readReport();
  const artifact = page.frameLocator("iframe");
  await expect(artifact.getByRole("heading", { level: 1 })).toHaveText("Foam and Isocyanates, Week by Week");
});

test("a wider scope waits for activation while the old one stays active", async ({ desk, admin }) => {
  const name = `Widened, ${desk.name}`;
  const id = await desk.active({ name, cadence: "daily" });
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.open(id);
  await editor.choose("Regions", "India");
  await editor.choice("Deliverables", "Capacity & Asset Moves").uncheck();
  await page.getByLabel("What changed and why").fill("India is a market of ours now.");
  await picture(page, "editor-full");
  await audit(page);
  await editor.save();
  const specification = new SpecificationPage(page);
  const saved = "Version 1 is active; version 2 is saved and not submitted.";
  await expect(specification.statement).toContainText(saved);
  await specification.submit();
  await expect(specification.statement).toContainText("version 2 waits for an administrator");
  await specification.expectState("Active");
  await audit(page);
  await picture(page, "specification-two-versions");

  await page.getByRole("link", { name: "Compare versions" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Version 1 and version 2");
  const row = (answer: string) => page.getByRole("row").filter({ hasText: answer });
  await expect(row("Regions").locator("ins")).toHaveText(/Added\s*India/);
  await expect(row("Deliverables").locator("del")).toHaveText(/Removed\s*Capacity & Asset Moves/);
  await expect(page.getByRole("main")).toContainText("A change like this needs activation");
  await expect(page.getByRole("main")).toContainText("India is a market of ours now.");
  await audit(page);
  await picture(page, "compare");

  await specification.open(id);
  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await expect(page.getByRole("region", { name: "This run" })).toContainText("Version 1");
  await run.watchToTheEnd();

  const administration = new Administration(admin);
  await administration.review(name);
  await expect(admin.getByRole("main")).toContainText("Version 1 stays in force until you decide");
  await administration.activate();
  await specification.open(id);
  await expect(specification.statement).toContainText("Version 2 is active.");
});

test("what exceeds the entitlement is named, and cannot be activated until more is granted", async ({ desk, admin }) => {
  const name = `Too much, ${desk.name}`;
  await desk.submitted({ name, seats: "3" });
  const administration = new Administration(admin);
  await administration.review(name);
  await expect(administration.activation).toHaveCount(0);
  await expect(admin.getByRole("main")).toContainText("no valid entitlement");
  await admin.getByRole("link", { name: "Grant an entitlement" }).click();
  await expect(admin.getByRole("heading", { level: 1 })).toHaveText(desk.name);
  await audit(admin);
  await picture(admin, "admin-workspace-nothing-granted");
  await administration.grant({ cadence: "Monthly", tier: /^Starter/, seats: "2" });
  await expect(new Frame(admin).notice).toContainText("The entitlement is granted");
  await audit(admin);
  await picture(admin, "admin-workspace");

  await administration.review(name);
  await expect(administration.activation).toHaveCount(0);
  const beyond = admin.getByRole("table", { name: "What goes beyond the entitlement" });
  for (const what of ["Cadence", "Seats"]) {
    await expect(beyond.getByRole("rowheader", { name: what })).toBeVisible();
  }
  await audit(admin);
  await picture(admin, "admin-review-exceeds");

  await admin.getByRole("link", { name: "Grant an entitlement" }).click();
  await administration.grant({ cadence: "Weekly", tier: /^Medium/, seats: "3" });
  await administration.review(name);
  await expect(beyond).toHaveCount(0);
  await administration.activate();
});

test("a copy is a draft of its own, and what is cancelled stays readable", async ({ desk }) => {
  const id = await desk.active({ name: "The original" });
  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(id);
  await specification.copy();
  const editor = new Editor(page);
  await expect(new Frame(page).notice).toContainText("This is a copy");
  await expect(editor.choice("Regions", "China")).toBeChecked();
  await editor.name.fill("The copy");
  await editor.save();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The copy");
  await specification.expectState("Draft");

  await specification.open(id);
  await specification.cancel("The contract ends with this month.");
  await specification.expectState("Cancelled");
  await expect(page.getByRole("main").getByRole("link", { name: "Edit" })).toHaveCount(0);
  await expect(specification.button("Run now")).toHaveCount(0);
  await expect(page.getByRole("main")).toContainText("The contract ends with this month.");
  await audit(page);
  await picture(page, "specification-cancelled");
  await page.goto("/");
  await expect(page.getByRole("article", { name: "The original" })).toHaveCount(0);
  await page.goto("/specifications");
  const table = page.getByRole("table");
  await expect(table.getByRole("row").filter({ hasText: "The original" })).toContainText("Cancelled");
  await expect(table.getByRole("row").filter({ hasText: "The copy" })).toContainText("Draft");
  await audit(page);
  await picture(page, "specifications");
});
