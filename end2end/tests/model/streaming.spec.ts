import { audit, expect, hasScripts, picture, test } from "../../fixtures";
import { modelServer } from "../../fixtures/environment";
import { RunPage } from "../../pages/run";
import { SpecificationPage } from "../../pages/specification";

test("what a model is writing arrives on the run's page while it writes", async ({ desk }) => {
  test.slow();
  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(await desk.active({ name: `Watched while it is written, ${desk.name}` }));
  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  const arriving = page.locator(".run-timeline__arriving");
  await expect(arriving).toContainText("Being written, on these events", { timeout: 30_000 });
  const arrived = arriving.getByRole("listitem");
  await expect.poll(() => arrived.count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  const first = await arrived.first().innerText();
  // In the evidence's words, under the step that runs.
  expect(first).toMatch(/^[A-Z][^:]+: \S/);
  if (hasScripts()) {
    await audit(page);
    await picture(page, `model-${modelServer}-streaming`);
    // Each stays where it is while the next arrives.
    await expect(arrived.first()).toHaveText(first);
  }
  await run.watchToTheEnd();
  await expect(arriving).toHaveCount(0);
});
