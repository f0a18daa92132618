import { audit, expect, picture, test } from "../fixtures";
import { letScheduleFallDue } from "../fixtures/back-door";
import { Frame } from "../pages/frame";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

/** The worker looks every five seconds, and a run takes a few. */
const RUN_PATIENCE = 40_000;

test("a report starts by itself, and its page says what is next", async ({ desk }) => {
  const { page } = await desk.owner();
  const id = await desk.active({ name: `By itself, ${desk.name}`, cadence: "weekly" });
  const specification = new SpecificationPage(page);
  await specification.open(id);
  const schedule = specification.schedule;
  await expect(schedule).toContainText("It has no schedule: a person starts each run.");

  await schedule.getByRole("link", { name: "Set a schedule" }).click();
  await expect(page.getByLabel("Time", { exact: true })).toHaveValue("07:00");
  await audit(page);
  await picture(page, "schedule-form");
  await page.getByLabel("Day of the week").selectOption("Wednesday");
  await page.getByLabel("Time", { exact: true }).fill("06:30");
  await page.getByRole("button", { name: "Set the schedule" }).click();
  await expect(new Frame(page).notice).toContainText("The schedule is set.");
  await expect(schedule).toContainText("It runs by itself every Wednesday at 06:30");
  await expect(schedule.getByRole("listitem")).toHaveCount(5);
  await page.goto("/");
  await expect(page.getByRole("article", { name: "By itself" })).toContainText("next ");

  await letScheduleFallDue(await desk.id(), id);
  await expect(async () => {
    await specification.open(id);
    await expect(schedule).toContainText("The report was written.", { timeout: 100 });
  }).toPass({ timeout: RUN_PATIENCE });
  await audit(page);
  await picture(page, "specification-schedule");
  await schedule.getByRole("link", { name: "See the run" }).click();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await expect(page.getByRole("main")).toContainText("Its schedule, set by");
});

test("an answer that does not fit a schedule is named at its field, and nothing typed is lost", async ({ desk }) => {
  const { page, client } = await desk.owner();
  const id = await desk.active({ name: `Mended, ${desk.name}`, cadence: "monthly" });
  const form = { specification: id, "schedule[at]": "18:15", "schedule[month_day]": "31", "schedule[missed]": "skip" };
  await page.goto(await client.post("/action/set-schedule", form));
  await expect(page.getByRole("alert")).toContainText("The schedule was not set");
  await page.getByRole("link", { name: "Choose a day from 1 to 28, which every month has." }).click();
  await expect(page.getByLabel("Day of the month")).toBeFocused();
  await expect(page.getByLabel("Time", { exact: true })).toHaveValue("18:15");
  await expect(page.getByRole("radio", { name: /Skip/ })).toBeChecked();
  await audit(page);
  await page.getByLabel("Day of the month").selectOption("28");
  await page.getByRole("button", { name: "Set the schedule" }).click();
  await expect(new SpecificationPage(page).schedule).toContainText("on day 28 of every month at 18:15");
});

test("a schedule is paused with a reason that everybody reads, and resumed", async ({ desk }) => {
  const { page, client } = await desk.owner();
  const id = await desk.active({ name: `Resting, ${desk.name}`, cadence: "daily" });
  await client.post("/action/set-schedule", { specification: id, "schedule[at]": "05:00", "schedule[missed]": "latest" });
  const specification = new SpecificationPage(page);
  await specification.open(id);
  await specification.pauseSchedule("The plant is on holiday until August.");
  const viewer = await desk.join("viewer");
  const read = new SpecificationPage(viewer.page);
  await read.open(id);
  await expect(read.schedule).toContainText("was paused by");
  await expect(read.schedule).toContainText("The plant is on holiday until August.");
  await expect(read.schedule.getByRole("button")).toHaveCount(0);
  await expect(read.schedule.getByRole("listitem")).toHaveCount(0);
  await specification.button("Resume the schedule").click();
  await expect(specification.schedule).toContainText("It runs by itself every day at 05:00");
  await expect(specification.decisions).toContainText("The plant is on holiday until August.");
});
