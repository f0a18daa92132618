import { audit, expect, picture, test } from "../../fixtures";
import { modelApi, modelServer } from "../../fixtures/environment";
import { Administration } from "../../pages/administration";
import { Editor } from "../../pages/editor";
import { Frame } from "../../pages/frame";
import { ReportPage } from "../../pages/report";
import { RunPage } from "../../pages/run";
import { SpecificationPage } from "../../pages/specification";

test("an order becomes a report that a language model writes, checked, sealed and with its engine named", async ({
  desk,
  admin,
}) => {
  test.slow();
  await desk.entitle();
  const { page } = await desk.owner();
  const name = `Written by a model, ${desk.name}`;

  // The subscriber orders, and the administrator activates it.
  const editor = new Editor(page);
  await editor.openBlank();
  await editor.name.fill(name);
  await editor.choose("Deliverables", "Regional Market Monitoring", "Capacity & Asset Moves");
  await editor.choose("Regions", "EMEA", "China");
  await editor.choose("Cadence", "Weekly");
  await editor.save();
  const specification = new SpecificationPage(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await specification.submit();
  await specification.expectState("Submitted");
  const administration = new Administration(admin);
  await administration.openQueue();
  await administration.review(name);
  await administration.activate();

  // The model writes while the subscriber watches.
  await page.reload();
  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await run.watchToTheEnd();
  await expect(run.steps).toHaveCount(7);
  const calls = page.getByRole("region", { name: "Language model" });
  // A server of the other API is probed by the first run of a process.
  const made = modelServer === "aimock-chat" ? /(1 call|2 calls)\b/ : /1 call\b/;
  await expect(calls).toContainText(made);
  await expect(calls.getByRole("row", { name: /Write the report/ })).toContainText("Answered");
  await audit(page);
  await picture(page, `model-${modelServer}-run`);

  await run.readReport();
  const report = new ReportPage(page);
  await report.expectToBeShown();
  const artifact = report.artifact.locator("body");
  await expect(artifact).toContainText(`Language model test-model (${modelApi})`);
  await expect(artifact).not.toContainText("Built-in analyst");
  await expect(artifact.getByRole("link", { name: "Reference 1", exact: true }).first()).toBeVisible();
  await audit(page);
  await picture(page, `model-${modelServer}-report`);

  // The administrator sees what it used, and sets how much more it may.
  await admin.goto(`/admin/workspaces/${await desk.id()}/language-model`);
  const main = admin.getByRole("main");
  await expect(main).toContainText(made);
  await admin.getByLabel("Most tokens in a month").fill("many");
  await admin.getByRole("button", { name: "Set budget" }).click();
  await expect(admin.getByRole("alert")).toContainText("A budget is a whole number of tokens");
  await expect(admin.getByLabel("Most tokens in a month")).toHaveValue("many");
  await audit(admin);
  await picture(admin, `model-${modelServer}-budget-refused`);
  await admin.getByLabel("Most tokens in a month").fill("0");
  await admin.getByRole("button", { name: "Set budget" }).click();
  await expect(main).toContainText("Budget of this workspace for a month");
  await audit(admin);
  await picture(admin, `model-${modelServer}-budget`);
  await new Frame(admin).goTo("Language model");
  await expect(main).toContainText("test-model");
  await audit(admin);
  await picture(admin, `model-${modelServer}-admin`);

  // The next report is refused before anything is sent.
  await specification.open(await desk.active({ name: `Beyond the budget, ${desk.name}` }));
  await specification.run();
  await run.expectToBeShown();
  await expect(page.getByText("budget for this month does not cover another call").first()).toBeVisible({
    timeout: 30_000,
  });
});
