// The page of the quickstart with identity providers, by clicking, against an OpenID provider: signing up and in, declining, linking, unlinking, signing out there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { atProvider, serveWithProvider } from "./at-provider.mjs";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { looks } from "./looks.mjs";
import { everyLook, frame } from "./quickstart-tour.mjs";
import { ada, assertErrors, change, serve, visit } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

const accounts = (tab) => tab.page.locator("#accounts .row");

/** A visitor of a quickstart that offers the provider. */
async function open(t, options) {
  const { server, provider } = await serveWithProvider(t, quickstart, options);
  const tab = await visit(t, browser, server);
  return { ...tab, server, provider, there: atProvider(tab.page) };
}

test("somebody declines, signs up, signs out at the provider too, and signs in again after its keys rotated", async (t) => {
  const { page, button, says, there, provider, server, errors } = await open(t);
  await button("Continue with Acme").click();
  await there.signIn("ada");
  await there.deny();
  await says("You did not allow it at the provider");
  assert.equal(page.url(), `${server.url}/`, "the address says nothing any more");

  await button("Create an account").click();
  await button("Continue with Acme").click();
  await there.allow(); // the provider still knows who it is
  await says("Welcome. You now sign in with Acme.");
  await page.getByRole("heading", { name: "Ada", exact: true }).waitFor();
  assert.ok(await page.getByText("ada@example.com").isVisible());
  assert.ok(await page.getByText("Confirmed", { exact: true }).isVisible(), "the provider has verified the address");
  await page.getByText("Linked just now").waitFor();

  await button("Sign out").click();
  await there.signOut();
  await page.waitForURL(`${server.url}/`);
  await button("Continue with Acme").waitFor();
  assert.equal((await provider.control("counts")).end_session_confirm, 1);

  await provider.control("rotate-keys", {});
  await button("Continue with Acme").click();
  await there.signIn("ada"); // the provider has ended its own session
  await there.allow();
  await says("Welcome back. Signed in with Acme.");
  assert.equal(await accounts({ page }).count(), 1);
  assert.deepEqual(errors, []);
});

test("an account is linked, signs in, and is unlinked after a question", async (t) => {
  const tab = await open(t);
  const { page, button, says, there, server } = tab;
  await tab.signUp(ada);
  await says("Welcome");
  await page.getByText("No account linked yet.").waitFor();
  await button("Link Acme").click();
  await there.signIn("somebody"); // another address, which the owner of the session may link
  await there.deny();
  await says("You did not allow it at the provider");
  await button("Link Acme").click();
  await there.allow();
  await says("Acme is linked. You can now sign in with it.");
  await accounts(tab).getByText("Acme").waitFor();
  assert.ok(await button("Link Acme").isHidden());
  assert.ok(await page.getByRole("heading", { name: ada.name }).isVisible(), "the name stays");

  // A second person cannot have the same account, and stays signed in as before.
  const other = await visit(t, browser, server);
  await other.signUp({ ...ada, name: "Eve", email: "eve@example.com" });
  await other.says("Welcome");
  await other.button("Link Acme").click();
  await atProvider(other.page).signIn("somebody");
  await atProvider(other.page).allow();
  await other.says("That account belongs to somebody else here.");
  await other.page.getByRole("heading", { name: "Eve" }).waitFor();
  await other.page.getByText("No account linked yet.").waitFor();

  const unlink = page.getByRole("button", { name: "Unlink Acme" });
  await unlink.click();
  await page.getByRole("dialog").getByText("Acme").waitFor();
  await page.keyboard.press("Enter"); // it keeps
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.equal(await accounts(tab).count(), 1);
  change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  await unlink.click();
  await page.getByRole("dialog").getByRole("button", { name: "Unlink" }).click();
  const confirm = page.getByRole("dialog", { name: "Confirm that it is you" });
  await confirm.getByLabel("Password").fill(ada.password);
  await confirm.getByRole("button", { name: "Confirm" }).click();
  await says("Acme is no longer linked.");
  await page.getByText("No account linked yet.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "accounts-title");
  await button("Link Acme").waitFor();
  assertErrors(tab, [/403.*unlink-account/]);
});

test("an address that somebody has already is explained, and so is a provider that is down", async (t) => {
  const tab = await open(t);
  await tab.signUp(ada); // with an address that nobody has confirmed
  await tab.says("Welcome");
  await tab.button("Sign out").click();
  await tab.says("You are signed out.");
  await tab.button("Continue with Acme").click();
  await tab.there.signIn("ada");
  await tab.there.allow();
  await tab.says("An account with your e-mail address already exists.");
  assert.ok(await tab.button("Sign in").isVisible());

  await tab.provider.stop();
  await tab.button("Continue with Acme").click();
  await tab.page.waitForURL(/^chrome-error:|\/auth\?/).catch(() => {}); // its description is known, so the browser is led there
  assert.ok(!tab.page.url().startsWith(`${tab.server.url}/?`));
});

test("whoever has only a provider confirms there, cannot unlink it, and deletes the account without a password", async (t) => {
  const tab = await open(t);
  const { page, button, says, there, server } = tab;
  await button("Continue with Acme").click();
  await there.signIn("grace");
  await there.allow();
  await says("Welcome.");
  await page.getByRole("button", { name: "Unlink Acme" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Unlink" }).click();
  await says("You have no other account to sign in with.");
  await page.keyboard.press("Escape");

  change(server, "update session set createdAt = '2020-01-01T00:00:00.000Z'");
  const remove = async () => {
    await button("Delete account").click();
    assert.ok(await page.getByRole("dialog").getByLabel("Password").isHidden());
    await page.getByRole("dialog").getByRole("button", { name: "Delete account" }).click();
  };
  await remove();
  const confirm = page.getByRole("dialog", { name: "Confirm that it is you" });
  assert.ok(await confirm.getByLabel("Password").isHidden());
  await confirm.getByRole("button", { name: "Continue with Acme" }).click(); // where they are still signed in
  await says("You confirmed that it is you.");
  await remove();
  await says("Your account is deleted.");
  assertErrors(tab, [/400.*unlink-account/, /400.*delete-user/]);
});

test("the page with providers fits every screen, and a stranger's address says nothing", async (t) => {
  const tab = await open(t, { name: "The Incorporated Society of Wolfeschlegelsteinhausenbergerdorff", env: { GITHUB_CLIENT_ID: "id", GITHUB_CLIENT_SECRET: "secret" } });
  const { page, there, server, says } = tab;
  const wrong = [];
  const look = (state) =>
    everyLook(page, async (width, scheme) => {
      await frame(page);
      wrong.push(...(await looks(page)).map((sentence) => `${state}, ${width} pixels, ${scheme}: ${sentence}`));
    });
  for (const address of ["", "#/sign-up", "#/sign-up/password"]) {
    await page.goto(`${server.url}/${address}`);
    await page.getByRole("button", { name: "Continue with GitHub" }).waitFor();
    await look(`signed out ${address}`);
  }
  await page.goto(`${server.url}/?link=signed-in&provider=oidc`);
  await page.getByRole("button", { name: "Continue with GitHub" }).waitFor();
  assert.equal(await page.locator("#notice").textContent(), "", "nobody is signed in by an address");
  await page.goto(`${server.url}/?link=signed-in&provider=oidc&error=%3Cb%3E`);
  await says("The provider did not sign you in, and nothing was changed.");
  await page.getByRole("button", { name: /Wolfeschlegelsteinhausenbergerdorff/ }).click();
  await there.signIn("ada");
  await there.allow();
  await says("Welcome.");
  await page.getByText("Linked just now").waitFor();
  await look("signed in");
  await page.getByRole("button", { name: /^Unlink/ }).click();
  await page.getByRole("dialog").waitFor();
  await look("unlink");
  assert.ok(wrong.length === 0, `\n${wrong.join("\n")}`);
  assert.deepEqual(tab.errors, []);
});

test("without a provider in the environment the page shows nothing of them", async (t) => {
  const server = await serve(t, quickstart);
  const tab = await visit(t, browser, server);
  assert.equal(await tab.page.getByText("Continue with").count(), 0);
  await tab.signUp(ada);
  await tab.says("Welcome");
  await tab.page.getByText("No passkey yet").waitFor();
  assert.ok(await tab.page.locator("#accounts-card").isHidden());
  assert.equal((await fetch(`${server.url}/api/auth/sign-in/social`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"provider":"oidc"}' })).status, 404);
  assert.doesNotMatch(server.printed, /redirect URI/);
  assert.deepEqual(tab.errors, []);
});
