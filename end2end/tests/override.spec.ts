import { audit, expect, picture, test } from "../fixtures";
import { Administration } from "../pages/administration";
import { Frame } from "../pages/frame";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

test("an administrator grants one more run of the period, for one report", async ({ desk, admin }) => {
  const name = `Once more, ${desk.name}`;
  const { page } = await desk.owner();
  const id = await desk.active({ name });
  await desk.finishedRun(id);

  const administration = new Administration(admin);
  await administration.openOverrides(name);
  await audit(admin);
  await picture(admin, "admin-overrides");
  await administration.override("Extra run", "The source corrected its figures.");
  await expect(new Frame(admin).notice).toContainText("The override is granted");
  await expect(admin.getByRole("main")).toContainText("One at a time is enough");

  const specification = new SpecificationPage(page);
  await specification.open(id);
  await expect(specification.statement).toContainText("granted one more run");
  const granted = page.getByRole("region", { name: "Overrides" });
  await expect(granted).toContainText("The source corrected its figures.");
  await expect(granted).toContainText("Can be used until");
  await audit(page);
  await picture(page, "specification-override");

  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await run.watchToTheEnd();
  await expect(page.getByRole("region", { name: "This run" })).toContainText("Extra run, granted by an administrator");
  await specification.open(id);
  await expect(granted).toContainText("Used today");
  await specification.run();
  await expect(page).toHaveURL(new RegExp(`/specifications/${id}\\?.*blocked=1`));
});
