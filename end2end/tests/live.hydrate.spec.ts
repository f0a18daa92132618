import { audit, expect, test } from "../fixtures";
import { Editor } from "../pages/editor";
import { Frame } from "../pages/frame";
import { RunPage } from "../pages/run";
import { SpecificationPage } from "../pages/specification";

/** The island has woken when it answers to a change of the form. */
async function expectToAnswer(editor: Editor) {
  await expect(async () => {
    await editor.seats.fill("2");
    await editor.seats.fill("1");
    await expect(editor.page.locator(".price-panel [aria-live]")).not.toBeEmpty({ timeout: 500 });
  }).toPass();
}

test("the price follows the answers and equals the stored quote", async ({ desk }) => {
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.openBlank();
  await expectToAnswer(editor);
  await expect(editor.price).toHaveText("–");
  await editor.choose("Deliverables", "Regional Market Monitoring");
  await editor.choose("Regions", "EMEA");
  await expect(editor.price).toHaveText("–");
  // Base prices and surcharges: domain reference, section 10.
  await editor.choose("Cadence", "Monthly");
  await expect(editor.price).toHaveText("19.00");
  await editor.choose("Cadence", "Weekly");
  await expect(editor.price).toHaveText("39.00");
  await editor.tier.selectOption("pro");
  await expect(editor.price).toHaveText("58.50");
  await editor.choose("Value-chain links", "End use");
  await expect(editor.price).toHaveText("67.28");
  await editor.seats.fill("3");
  const panel = page.locator(".price-panel");
  await expect(panel).toContainText("2 422.08");
  await editor.name.fill("Priced while writing");
  await expect(panel).toContainText("Every answer is complete.");
  const live = await panel.getByText("2 422.08").innerText();

  await editor.save();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Priced while writing");
  const quote = page.getByRole("region", { name: "Quote" });
  await expect(quote).toContainText("67.28");
  await expect(quote).toContainText(live);
});

test("islands wake on a page that the browser never finds idle", async ({ desk }) => {
  const { page } = await desk.owner();
  // As a page is treated that is not painted: only what is due by a time is done.
  await page.addInitScript(() => {
    window.requestIdleCallback = (work, options) =>
      options?.timeout ? window.setTimeout(work, options.timeout) : 0;
  });
  const editor = new Editor(page);
  await editor.openBlank();
  await expectToAnswer(editor);
});

test("what needs mending is listed while it is typed, and the form can be saved all the same", async ({ desk }) => {
  const { page } = await desk.owner();
  const editor = new Editor(page);
  await editor.openBlank();
  await expectToAnswer(editor);
  const list = page.locator(".price-panel [aria-live] li");
  const before = await list.count();
  expect(before).toBeGreaterThanOrEqual(4);
  await editor.name.fill("<script>alert(1)</script>");
  await expect(list.filter({ hasText: "Name" })).toContainText("cannot stand in a name");
  await editor.name.fill("A better name");
  await expect(list.filter({ hasText: "Name" })).toHaveCount(0);
  await editor.choose("Regions", "China");
  await expect(list).toHaveCount(before - 2);
  await audit(page);
  await editor.save();
  await expect(editor.summary.getByRole("link")).toHaveCount(before - 2);
});

test("a press on Save is not lost when scripts come after the answers", async ({ desk }) => {
  const { page } = await desk.owner();
  let release = () => {};
  const released = new Promise<void>((done) => (release = done));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  const editor = new Editor(page);
  await editor.openBlank();
  await editor.choose("Deliverables", "Regional Market Monitoring");
  await editor.choose("Regions", "EMEA");
  await editor.choose("Cadence", "Monthly");
  await editor.seats.fill("none");
  await editor.name.fill("<b>");
  release();
  await expect(editor.price).toHaveText("19.00");
  // The press of a hand: leaving the field may not move the button from under it.
  await page.getByRole("button", { name: "Save" }).hover();
  await page.mouse.down();
  await page.waitForTimeout(200);
  await page.mouse.up();
  await expect(editor.summary.getByRole("link")).toHaveCount(2);
});

test("the time line moves to its end before the page is loaded anew", async ({ desk }) => {
  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(await desk.active({ name: "Watched live" }));
  // What each document showed when it was left, kept for the one after it.
  await page.addInitScript(() => {
    window.addEventListener("pagehide", () => {
      const steps = [...document.querySelectorAll(".run-timeline__title")];
      sessionStorage.setItem(location.pathname, JSON.stringify(steps.map((step) => step.textContent)));
    });
  });
  const streams: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/events")) streams.push(request.headers()["accept"] ?? "");
  });
  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await run.watchToTheEnd();
  expect(streams).toEqual(["text/event-stream"]);
  const left = await page.evaluate<string | null>("sessionStorage.getItem(location.pathname)");
  const steps: string[] = JSON.parse(left ?? "[]");
  expect(steps).toHaveLength(7);
  expect(steps.filter((step) => !step.endsWith(": Done"))).toEqual([]);
  // No stream is asked for once there is nothing left to follow.
  await page.reload();
  await expect(run.reportLink).toBeVisible();
  expect(streams).toHaveLength(1);
});

test("the head of a run says what its time line says, from the queue to the end", async ({ desk }) => {
  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(await desk.active({ name: "Told by its head" }));
  // Each pair of state and running step that the page showed, from its first frame to its last.
  await page.addInitScript(() => {
    const key = `told ${location.pathname}`;
    const look = () => {
      const state = document.querySelector(".page-header__state")?.textContent?.trim();
      const running = document.querySelectorAll(".run-timeline__step--live").length;
      if (!state) return;
      const told: string[] = JSON.parse(sessionStorage.getItem(key) ?? "[]");
      const pair = `${state}, ${running} running`;
      if (told.at(-1) !== pair) sessionStorage.setItem(key, JSON.stringify([...told, pair]));
    };
    const frame = () => {
      look();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await specification.run();
  const run = new RunPage(page);
  await run.expectToBeShown();
  await run.watchToTheEnd();
  const told = await page.evaluate<string | null>("sessionStorage.getItem(`told ${location.pathname}`)");
  const pairs: string[] = JSON.parse(told ?? "[]");
  const allowed = ["Queued, 0 running", "Running, 1 running", "Succeeded, 0 running"];
  expect(pairs.filter((pair) => !allowed.includes(pair))).toEqual([]);
  expect(pairs.at(-1)).toBe("Succeeded, 0 running");
});

test("who sets off for another page while the run ends is not called back", async ({ desk }) => {
  const { page } = await desk.owner();
  const specification = new SpecificationPage(page);
  await specification.open(await desk.active({ name: "Left before the end" }));
  // The news of the end arrives while the next page is asked for, which answers only after that.
  let depart = () => {};
  let arrive = () => {};
  const departed = new Promise<void>((done) => (depart = done));
  const hasEnded = new Promise<void>((done) => (arrive = done));
  await page.exposeFunction("streamIsClosed", () => arrive());
  await page.addInitScript(() => {
    const { close } = EventSource.prototype;
    EventSource.prototype.close = function () {
      close.call(this);
      (window as unknown as { streamIsClosed(): void }).streamIsClosed();
    };
  });
  await page.route("**/events", async (route) => {
    await departed;
    await route.continue();
  });
  await page.route("**/history", async (route) => {
    depart();
    await hasEnded;
    await route.continue();
  });
  const following = page.waitForRequest("**/events");
  await specification.run();
  await new RunPage(page).expectToBeShown();
  await following;
  await new Frame(page).goTo("History");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("History");
});
