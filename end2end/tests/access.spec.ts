import { audit, expect, mayBeRefused, password, picture, test, type Desk } from "../fixtures";
import { Frame } from "../pages/frame";
import { SignInPage } from "../pages/sign-in";

async function fullDesk(desk: Desk, name: string) {
  const specification = await desk.active({ name });
  const run = await desk.finishedRun(specification);
  return { specification, run };
}

test("a viewer reads everything and is offered nothing that writes", async ({ desk }) => {
  const { specification, run } = await fullDesk(desk, "For reading");
  const viewer = await desk.join("viewer");
  const { page } = viewer;
  const readable = ["/", "/specifications", `/specifications/${specification}`, "/history"];
  for (const path of [...readable, `/runs/${run}`, `/runs/${run}/report`]) {
    expect((await page.goto(path))?.status(), path).toBe(200);
    const main = page.getByRole("main");
    await expect(main.locator('form[method="post"]'), path).toHaveCount(0);
    await expect(main.getByRole("link", { name: /^(New|Edit|Write|Continue)/ }), path).toHaveCount(0);
  }
  await page.goto(`/specifications/${specification}`);
  await audit(page);
  await picture(page, "specification-viewer");
});

test("a viewer's own attempts to write end at a page that says so", async ({ desk }) => {
  const specification = await desk.active({ name: "Not for viewers" });
  const { page, client } = await desk.join("viewer");
  mayBeRefused(page);
  for (const path of ["/specifications/new", `/specifications/${specification}/edit`, "/admin"]) {
    expect((await page.goto(path))?.status(), path).toBe(403);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This is not for you");
  }
  await audit(page);
  await picture(page, "forbidden");
  // A form that was never shown to them, sent all the same.
  await page.goto(await client.post("/action/trigger-run", { specification }));
  await expect(new Frame(page).notice).toContainText(/role|editor/i);
  await page.goto("/history");
  await expect(page.getByRole("main")).toContainText("No run yet");
});

test("another workspace's specification, run and report are not there", async ({ desk, otherDesk }) => {
  const { specification, run } = await fullDesk(desk, "Not yours");
  const { page, client } = await otherDesk.owner();
  mayBeRefused(page);
  const unknown = "019ab2c4-0000-7000-8000-000000000001";
  const places = (specification: string, run: string) => [
    `/specifications/${specification}`,
    `/specifications/${specification}/edit`,
    `/specifications/${specification}/compare`,
    `/runs/${run}`,
    `/runs/${run}/report`,
  ];
  const answers = [];
  for (const path of [...places(specification, run), ...places(unknown, unknown)]) {
    expect((await page.goto(path))?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing stands at this address");
    answers.push(await page.getByRole("main").innerText());
  }
  expect(new Set(answers).size, "the same words as for what does not exist").toBe(1);
  for (const file of ["artifact", "download/html", "download/json", "events"]) {
    const [theirs, none] = await Promise.all(
      [run, unknown].map((id) => page.request.get(`/runs/${id}/${file}`)),
    );
    expect(theirs?.status(), file).toBe(404);
    expect(await theirs?.text(), file).toBe(await none?.text());
  }
  await page.goto(await client.post("/action/trigger-run", { specification }));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing stands at this address");
  await audit(page);
  await picture(page, "not-found");
  await page.goto("/history");
  await expect(page.getByRole("main")).toContainText("No run yet");
});

test("who is not signed in is led to the sign-in and then to where they wanted to go", async ({ desk, page }) => {
  const { email } = await desk.owner();
  await page.goto("/history?status=succeeded");
  const signIn = new SignInPage(page);
  await signIn.expectToBeShown();
  await signIn.signIn(email, password());
  await expect(page).toHaveURL(/\/history\?status=succeeded$/);
});

test("a wrong password keeps the address, says so, and still leads on afterwards", async ({ desk, page }) => {
  const { email } = await desk.owner();
  await page.goto("/specifications");
  const signIn = new SignInPage(page);
  await signIn.signIn(email, "not the password at all");
  await signIn.expectToBeShown();
  await expect(page.getByRole("alert")).toContainText("The e-mail address or the password is not right");
  await expect(signIn.email).toHaveValue(email);
  await expect(page.getByLabel("Password")).toHaveValue("");
  await audit(page);
  await picture(page, "sign-in-refused");
  await signIn.signIn(email, password());
  await expect(page).toHaveURL(/\/specifications$/);
});

test("signing out in one tab ends the session in the other", async ({ desk }) => {
  const owner = await desk.owner();
  const other = await desk.tab(owner);
  await owner.page.goto("/");
  await other.goto("/specifications");
  await new Frame(owner.page).signOut();
  await new SignInPage(owner.page).expectToBeShown();
  await expect(owner.page.getByRole("status")).toContainText("Signed out");
  await other.goto("/history");
  await new SignInPage(other).expectToBeShown();
  // What the browser kept of the page is not shown again either.
  await owner.page.goBack();
  await new SignInPage(owner.page).expectToBeShown();
});

test("a changed password ends every other session and opens the next", async ({ desk }) => {
  const { page, ...account } = await desk.owner();
  const elsewhere = await desk.signIn(account);
  await elsewhere.page.goto("/");
  const change = async (current: string, fresh: string, repeated: string) => {
    await page.goto("/account");
    await page.getByLabel("Current password").fill(current);
    await page.getByLabel("New password", { exact: true }).fill(fresh);
    await page.getByLabel("Repeat the new password").fill(repeated);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  const fresh = "another long password";
  await change(password(), fresh, "another one than that");
  const summary = page.getByRole("alert");
  await expect(summary).toBeFocused();
  await expect(page.getByLabel("Repeat the new password")).toHaveAttribute("aria-invalid", "true");
  await audit(page);
  await picture(page, "account-refused");
  await change("not my password", fresh, fresh);
  await expect(page.getByLabel("Current password")).toHaveAttribute("aria-invalid", "true");

  await change(password(), fresh, fresh);
  await expect(page).toHaveURL(/\/account\?done=password/);
  await audit(page);
  await picture(page, "account");
  await elsewhere.page.goto("/specifications");
  const signIn = new SignInPage(elsewhere.page);
  await signIn.expectToBeShown();
  await signIn.signIn(account.email, fresh);
  await expect(elsewhere.page).toHaveURL(/\/specifications$/);
  await page.goto("/history");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("History");
});

test("a member of two workspaces looks at one at a time", async ({ desk, otherDesk }) => {
  const person = await desk.owner();
  await otherDesk.draft({ name: "Only in the other one" });
  await desk.draft({ name: "Only in the first" });
  await otherDesk.admit(person, "viewer");
  const { page } = person;
  const frame = new Frame(page);
  await page.goto("/specifications");
  // Which of the two comes first is not the story.
  await frame.switchTo(desk.name);
  await expect(page.getByRole("table")).toContainText("Only in the first");
  await audit(page);
  await picture(page, "specifications-two-workspaces");
  await frame.switchTo(otherDesk.name);
  await expect(page).toHaveURL(/\/specifications$/);
  await expect(page.getByRole("table")).toContainText("Only in the other one");
  await expect(page.getByRole("main")).not.toContainText("Only in the first");
  // A viewer here, though an owner there.
  await expect(page.getByRole("main").getByRole("link", { name: "New specification" })).toHaveCount(0);
});
