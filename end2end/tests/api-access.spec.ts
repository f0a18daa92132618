import { request, type APIRequestContext } from "@playwright/test";
import { audit, expect, mayBeRefused, picture, test } from "../fixtures";
import { baseURL } from "../fixtures/environment";
import { TokensPage } from "../pages/tokens";

/** A program: no cookies, no browser, a bearer. */
async function program(token: string): Promise<APIRequestContext> {
  return request.newContext({ baseURL, extraHTTPHeaders: { authorization: `Bearer ${token}` } });
}

test("a member makes a token, sees it once, uses it and revokes it", async ({ desk }) => {
  const { page } = await desk.owner();
  const tokens = new TokensPage(page);
  await tokens.open();
  await expect(page.getByRole("main")).toContainText("No program acts for you");
  await audit(page);
  await picture(page, "tokens-empty");

  const text = await tokens.create("Nightly export", ["Read portfolios", "Read positions"]);
  expect(text).toMatch(/^obs_[0-9a-f]{32}_[0-9a-f]{64}$/);
  await audit(page);
  // The picture shows a token that the story revokes.
  await picture(page, "tokens-created");
  expect(page.url()).not.toContain(text.slice(-64));
  const cookies = await page.context().cookies();
  expect(JSON.stringify(cookies)).not.toContain(text.slice(-64));

  await page.reload();
  await expect(page.getByRole("main")).toContainText("The token is not shown again");
  expect(await page.content()).not.toContain(text.slice(-64));
  await audit(page);

  const client = await program(text);
  const answer = await client.get("/patterns");
  expect(answer.status(), await answer.text()).toBe(200);
  await tokens.open();
  await expect(tokens.row("Nightly export")).toContainText("today");
  await tokens.row("Nightly export").locator("summary").click();
  await audit(page);
  await picture(page, "tokens-revoking");
  await tokens.open();
  await tokens.revoke("Nightly export");
  const refused = await client.get("/patterns");
  expect(refused.status()).toBe(401);
  const problem = await refused.json();
  expect(problem.code).toBe("UNAUTHENTICATED");
  await client.dispose();
  await expect(page.getByRole("main")).toContainText("Ended tokens (1)");

  // The type of the refusal is an address that says what to do.
  await page.goto(problem.type);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(problem.title);
  await audit(page);
  await picture(page, "problem");
});

test("a form without a right comes back as it was typed", async ({ desk }) => {
  const { page } = await desk.join("viewer");
  const tokens = new TokensPage(page);
  await tokens.open();
  // A viewer grants what a viewer has.
  await expect(page.getByRole("checkbox", { name: "Read news" })).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Export" })).toHaveCount(0);
  await page.getByLabel("Name", { exact: true }).fill("Forgot the rights");
  await page.getByLabel("Lifetime").selectOption({ label: "30 days" });
  await page.getByRole("button", { name: "Create token" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose at least one right");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Forgot the rights");
  await expect(page.getByLabel("Lifetime")).toHaveValue("30");
  await expect(page.getByRole("heading", { name: "Tokens of other members" })).toHaveCount(0);
  await audit(page);
  await picture(page, "tokens-refused");
  await page.getByRole("link", { name: "Choose at least one right" }).click();
  await expect(page.getByRole("checkbox").first()).toBeFocused();
});

test("an owner sees every member's tokens and can end them", async ({ desk }) => {
  const viewer = await desk.join("viewer");
  const theirs = new TokensPage(viewer.page);
  await theirs.open();
  const long = "A program with a name of a hundred characters, as long as a name may be and no longer than this one";
  const text = await theirs.create(long, ["Read news"]);
  const { page } = await desk.owner();
  const tokens = new TokensPage(page);
  await tokens.open();
  await tokens.create("Of the owner", ["Read macro data", "Run scenarios", "Export"]);
  await tokens.open();
  await expect(page.getByRole("table", { name: /other members/ })).toContainText(viewer.name);
  await audit(page);
  await picture(page, "tokens-workspace");
  await tokens.revoke(long.slice(0, 30));
  const client = await program(text);
  expect((await client.get("/patterns")).status()).toBe(401);
  await client.dispose();
});

test("the catalogue tells what patterns may call", async ({ desk }) => {
  test.slow(); // its page is the longest, and pictured at every width
  const { page } = await desk.owner();
  await page.goto("/capability-catalogue");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Capabilities");
  const select = page.getByRole("article", { name: "evidence.select" });
  await expect(select).toContainText("version");
  await audit(page);
  await picture(page, "catalogue");
  await page.getByLabel("Search").fill("evidence.select");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("status")).toContainText("1 capability of");
  await expect(page.getByRole("table", { name: "Value of evidence.select" })).toBeVisible();
  await page.getByText("JSON Schema: Value of").click();
  await audit(page);
  await picture(page, "catalogue-one");
  await page.goto("/capability-catalogue?text=nothing+like+this");
  await expect(page.getByRole("main")).toContainText("Nothing matches");
  await audit(page);
});

test("the reference is made of the description of the API and open to everybody", async ({ page }) => {
  await page.goto("/api-reference");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("API");
  const document = await (await page.request.get("/openapi.json")).json();
  for (const [path, item] of Object.entries<Record<string, unknown>>(document.paths)) {
    for (const method of Object.keys(item).filter((key) => ["get", "post"].includes(key))) {
      await expect(page.getByRole("heading", { name: `${method.toUpperCase()} ${path}`, exact: true })).toBeVisible();
    }
  }
  await audit(page);
  await picture(page, "api-reference");
  const execute = page.getByRole("article", { name: "POST /execute", exact: true });
  await execute.locator("summary").first().click();
  await expect(execute).toContainText("$OBSERVATORY_TOKEN");
  await expect(execute.getByRole("link", { name: "PACK_WARMING" })).toHaveAttribute("href", "/problems/pack-warming");
  await audit(page);
  await picture(page, "api-reference-execute");
  await page.goto("/problems");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Problems");
  await audit(page);
  await picture(page, "problems");
});

test("an administrator sees the breakers of the process that answers", async ({ admin, viewer }) => {
  await admin.goto("/admin/breakers");
  await expect(admin.getByRole("heading", { level: 1 })).toHaveText("Breakers");
  await expect(admin.getByRole("main")).toContainText("every breaker is closed");
  await expect(admin.getByRole("table")).toContainText("0 of 32");
  await audit(admin);
  await picture(admin, "breakers");
  mayBeRefused(viewer);
  expect((await viewer.goto("/admin/breakers"))?.status()).toBe(403);
});
