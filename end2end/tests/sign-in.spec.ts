import { accounts, audit, expect, password, picture, test } from "../fixtures";
import { SignInPage } from "../pages/sign-in";

test("a visitor's first page is the sign-in", async ({ page }) => {
  await page.goto("/");
  await new SignInPage(page).expectToBeShown();
  await audit(page);
  await picture(page, "sign-in");
});

test("a subscriber signs in", async ({ page }) => {
  const signIn = new SignInPage(page);
  await signIn.open();
  await signIn.signIn(accounts.subscriber, password());
  await signIn.expectToBeLeft();
});

test("a wrong password and an unknown address get the same answer", async ({ page }) => {
  const signIn = new SignInPage(page);
  const answers = [];
  for (const email of [accounts.viewer, "nobody@example.com"]) {
    await signIn.open();
    await signIn.signIn(email, "not the password");
    await signIn.expectToBeShown();
    const alert = page.getByRole("alert");
    await expect(alert).toBeVisible();
    answers.push(await alert.innerText());
  }
  expect(answers[0]).toBe(answers[1]);
});

test("who has signed in stays signed in on the next page", async ({ subscriber }) => {
  await subscriber.goto("/");
  await expect(subscriber).not.toHaveURL(/\/sign-in/);
  await audit(subscriber);
});
