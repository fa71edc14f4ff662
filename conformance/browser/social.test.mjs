// The official client, unmodified, in a browser with an OpenID provider against the Go server: signing in, linking, tokens, and signing out there.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { withProvider, offered } from "../suite/provider.mjs";
import { buildGoServer, startGo } from "../suite/sites.mjs";
import { atProvider, serveWithProvider } from "./at-provider.mjs";
import { launchBrowser, launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";

let browser, go;
before(async () => ([browser, go] = await Promise.all([launchBrowser(), buildGoServer()])));
after(() => Promise.all([browser?.close(), go?.remove()]));

/** A page with the official client at a server that offers the provider. */
async function open(t) {
  const server = await withProvider((flags) => startGo(go.program, flags), ["--database", "sqlite::memory:", ...offered]);
  t.after(server.stop);
  const tab = await browser.open(server.url);
  t.after(tab.close);
  const { page } = tab;
  await page.context().clearCookies(); // cookies are the host's, whatever the port
  const home = `${server.url}/__client/`;
  const call = (method, args) =>
    page.evaluate(
      async ([url, path, given]) => {
        window.client ??= window.createOfficialClient(url);
        const { data, error } = await path.split(".").reduce((at, name) => at[name], window.client)(...given);
        return { data: data ?? null, error: error ?? null };
      },
      [server.url, method, args],
    );
  return {
    ...tab,
    home,
    provider: server.provider,
    there: atProvider(page),
    ok: async (method, ...args) => {
      const { data, error } = await call(method, args);
      assert.equal(error, null, `${method}: ${JSON.stringify(error)}`);
      return data;
    },
    refused: async (method, ...args) => (await call(method, args)).error,
    // The client itself leads the browser away, in the middle of what the page is asked.
    leaves: async (method, body, until = (url) => url.origin !== server.url) => {
      const away = page.waitForURL(until);
      await page.evaluate(
        ([url, path, given]) => void path.split(".").reduce((at, name) => at[name], (window.client ??= window.createOfficialClient(url)))(given),
        [server.url, method, body],
      );
      await away;
    },
    // What the address says at the end of the way back. The driver's page is not there for redirects, so it is opened again.
    back: async () => {
      await page.waitForURL((url) => url.href.startsWith(home));
      const { searchParams } = new URL(page.url());
      await page.goto(home);
      await page.waitForFunction(() => typeof window.createOfficialClient === "function");
      return searchParams;
    },
    unexpected: () => tab.errors.filter((error) => !/404.*(__client|localhost:\d+\/\))/.test(error)),
    go: { provider: "oidc", callbackURL: "/__client/", newUserCallbackURL: "/__client/?new", errorCallbackURL: "/__client/?failed" },
  };
}

test("a person declines, signs up, signs out at the provider, and signs in again after its keys rotated", async (t) => {
  const { page, home, ok, leaves, back, there, provider, go, unexpected } = await open(t);
  await leaves("signIn.social", go);
  await there.signIn("ada");
  await there.deny();
  assert.equal((await back()).get("error"), "access_denied");
  assert.equal(await ok("getSession"), null);

  await leaves("signIn.social", go);
  await there.allow(); // the provider still knows who it is
  assert.ok((await back()).has("new"), "new users land where they were to");
  const { user } = await ok("getSession");
  assert.deepEqual([user.email, user.emailVerified, user.name], ["ada@example.com", true, "Ada"]);
  const [account, ...others] = await ok("listAccounts");
  assert.deepEqual([account.providerId, account.accountId, others.length], ["oidc", "subject-of-ada", 0]);
  const { accessToken } = await ok("getAccessToken", { accountId: account.id });
  const userInfo = await fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } });
  assert.equal((await userInfo.json()).sub, "subject-of-ada", "the token is good at the provider");

  await leaves("signOut", { callbackURL: "/" });
  await there.signOut();
  await page.waitForURL((url) => url.pathname === "/");
  assert.equal((await provider.control("counts")).end_session_confirm, 1);

  await provider.control("rotate-keys", {});
  await page.goto(home);
  assert.equal(await ok("getSession"), null);
  await leaves("signIn.social", go);
  await there.signIn("ada"); // the provider has ended its own session
  await there.allow();
  assert.ok(!(await back()).has("new"));
  assert.equal((await ok("getSession")).user.id, user.id);
  assert.deepEqual(unexpected(), []);
});

test("a user links an account, signs in with it, and unlinks it", async (t) => {
  const { page, home, ok, refused, leaves, back, there, go, unexpected } = await open(t);
  const { user } = await ok("signUp.email", { name: "Grace", email: "grace@example.com", password: `correct horse ${randomBytes(3).toString("hex")}` });
  assert.equal((await refused("unlinkAccount", { accountId: (await ok("listAccounts"))[0].id })).code, "FAILED_TO_UNLINK_LAST_ACCOUNT");
  // Whose address only the provider has proven loses the password with the first sign-in there: it may be somebody else's.
  await ok("sendVerificationEmail", { email: user.email, callbackURL: "/__client/?verified" });
  const mail = await fetch(`${new URL(home).origin}/__test/verification-email?email=${user.email}`);
  await page.goto((await mail.json()).url);
  await back();
  assert.equal((await ok("getSession")).user.emailVerified, true);
  const link = { provider: "oidc", callbackURL: "/__client/?linked", errorCallbackURL: "/__client/?failed" };
  await leaves("linkSocial", link);
  await there.signIn("grace");
  await there.deny();
  assert.equal((await back()).get("error"), "access_denied");
  assert.equal((await ok("listAccounts")).length, 1);
  await leaves("linkSocial", link);
  await there.allow();
  const linked = await back();
  assert.deepEqual([linked.has("linked"), linked.get("error")], [true, null]);
  assert.deepEqual((await ok("listAccounts")).map(({ providerId }) => providerId), ["credential", "oidc"]);

  // Still signed in there: no page asks anything.
  await leaves("signIn.social", { ...go, callbackURL: "/__client/?again" }, (url) => url.searchParams.has("again"));
  await back();
  assert.equal((await ok("getSession")).user.id, user.id);
  const account = (await ok("listAccounts")).find(({ providerId }) => providerId === "oidc");
  await ok("unlinkAccount", { accountId: account.id });
  assert.deepEqual((await ok("listAccounts")).map(({ providerId }) => providerId), ["credential"]);
  assert.equal((await refused("getAccessToken", { accountId: account.id })).code, "ACCOUNT_NOT_FOUND");
  assert.deepEqual(unexpected().filter((error) => !/400.*(unlink-account|get-access-token)/.test(error)), []);
});

test("examples/social: a person declines, signs in, and signs out here and there", async (t) => {
  const example = await buildGo("examples/social");
  t.after(example.remove);
  const { server } = await serveWithProvider(t, example, { env: { BETTER_AUTH_SECRET: randomBytes(32).toString("hex") } });
  const visitors = await launchVisitors();
  t.after(visitors.close);
  const { page, errors } = await visitors.visit(server.url);
  const there = atProvider(page);
  const signIn = () => page.getByRole("button", { name: "Sign in with OpenID Connect" }).click();
  await signIn();
  await there.signIn("ada");
  await there.deny();
  await page.getByRole("alert").getByText("That did not work.").waitFor();
  await signIn();
  await there.allow();
  await page.getByRole("heading", { name: "Signed in as Ada" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await there.signOut();
  await page.goto(server.url);
  await page.getByRole("heading", { name: "Not signed in" }).waitFor();
  assert.deepEqual(errors, []);
});
