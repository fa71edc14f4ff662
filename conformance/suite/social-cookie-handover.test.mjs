// One database and two servers that offer the same OpenID provider: each reads the account that the other put into a cookie, and ends the popup that the
// other began.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startProvider } from "../oidc/start.mjs";
import { signIn } from "../oidc/person.mjs";
import { engines } from "../reference/start.mjs";
import { buildGoServer, startGo, startReference } from "./sites.mjs";
import { World } from "./world.mjs";

// Where all clients say they are, and where the provider sends browsers back, as behind one address.
const origin = "http://localhost:3000";
const callback = `${origin}/api/auth/callback/oidc`;
const cookie = "better-auth.account_data";
const selected = { useAccountCookie: true };

let go, provider;
before(async () => {
  [go, provider] = await Promise.all([buildGoServer(), startProvider()]);
  await provider.control("clients", { client_id: "app", client_secret: "hush", redirect_uris: [callback] });
});
after(() => Promise.all([go?.remove(), provider?.stop()]));

// The worlds of both servers on one database, each of them first in a test of its own.
async function eachFirst(t, engine, features, run) {
  const database = await engines[engine](t);
  if (!database) return;
  const offered = ["--oidc", provider.issuer, "--oidc-client", "app", "--oidc-secret", "hush", "--oidc-redirect", callback];
  const flags = ["--database", database, "--origin", origin, "--with", `insecure-cheap-passwords,${features}`, "--cookie-cache", "compact", ...offered];
  const servers = [];
  t.after(() => Promise.all(servers.map((server) => server.stop())));
  for (const start of [() => startReference(flags), () => startGo(go.program, flags)]) servers.push(await start());
  const [reference, ours] = servers;
  for (const [name, one, two] of [["the TypeScript server", reference, ours], ["the Go server", ours, reference]]) {
    await t.test(`${name} first`, () => run(new World(one), new World(two), `${engine}-${one.name}`.toLowerCase()));
  }
}

const open = (world, visitor, url) => visitor.at(world.server).follow(url.replace(origin, world.server.url));

async function enter(world, visitor, login) {
  const { url } = await world.ok(visitor.at(world.server).client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops" }));
  await world.leads(open(world, visitor, await signIn({ authorizeURL: url, login })), /\/(home|welcome)$/);
}

async function arrived(world, login) {
  const visitor = world.visitor({ origin });
  await enter(world, visitor, login);
  return visitor;
}

const call = (world, visitor, path, body = selected) => visitor.at(world.server).client.$fetch(path, { method: "POST", body });
const ask = (world, visitor, path, body) => world.ok(call(world, visitor, path, body));
const refused = (world, visitor, path = "/get-access-token") => world.refused(call(world, visitor, path), 400, "ACCOUNT_NOT_FOUND");
const names = ({ jar }) => [...jar.keys()].filter((name) => name.startsWith(cookie)).sort();

async function withSettings(changes, work) {
  const before = await provider.control("settings");
  await provider.control("settings", changes);
  try {
    await work();
  } finally {
    await provider.control("settings", Object.fromEntries(Object.keys(changes).map((name) => [name, before[name]])));
  }
}

for (const [engine, features] of Object.entries({ SQLite: "account-cookie", PostgreSQL: "account-cookie,encrypted-tokens" })) {
  test(`${engine}, ${features}: a server reads the account that the other put into a cookie`, (t) =>
    eachFirst(t, engine, features, async (one, two, login) => {
      const visitor = await arrived(one, login);
      assert.deepEqual(names(visitor), [cookie]);
      const { id: accountId } = (await one.ok(visitor.client.listAccounts())).find(({ providerId }) => providerId === "oidc");

      // What both say of it, by the cookie and by its row.
      const token = await ask(two, visitor, "/get-access-token");
      for (const world of [one, two]) {
        assert.deepEqual(await ask(world, visitor, "/get-access-token"), token);
        assert.deepEqual(await ask(world, visitor, "/get-access-token", { accountId }), token);
        const { user, account } = await world.ok(visitor.at(world.server).client.$fetch("/account-info", { query: { accountId } }));
        assert.deepEqual([user.email, account.id], [`${login}@example.com`, accountId]);
      }

      // Each refresh spends the refresh token that the cookie of the last one had.
      const seen = new Set([token.accessToken]);
      for (const world of [two, one, two, one]) {
        const before = visitor.jar.get(cookie);
        const { accessToken } = await ask(world, visitor, "/refresh-token");
        assert.ok(!seen.has(accessToken));
        seen.add(accessToken);
        assert.notEqual(visitor.jar.get(cookie), before, "the cookie is made anew");
        for (const reader of [one, two]) assert.equal((await ask(reader, visitor, "/get-access-token")).accessToken, accessToken);
      }
      // The Go server does so as well if the account is named by its row; the TypeScript server's cookie keeps a spent token then.
      const ours = one.server.name === "Go" ? one : two;
      const byRow = await ask(ours, visitor, "/refresh-token", { accountId });
      seen.add(byRow.accessToken);
      for (const reader of [one, two]) assert.equal((await ask(reader, visitor, "/get-access-token")).accessToken, byRow.accessToken);
      await withSettings({ accessTokenTTL: 4 }, async () => {
        await ask(one, visitor, "/refresh-token");
        for (const world of [two, one, two]) {
          const { accessToken } = await ask(world, visitor, "/get-access-token");
          assert.ok(!seen.has(accessToken), "it was about to expire");
          seen.add(accessToken);
        }
      });
      await ask(two, visitor, "/refresh-token");

      // The cookie lives as long as the copy of the session, and is made anew with it by either.
      for (const world of [two, one]) {
        const before = visitor.jar.get(cookie);
        await world.ok(visitor.at(world.server).client.getSession({ query: { disableCookieCache: true } }));
        assert.notEqual(visitor.jar.get(cookie), before);
        for (const reader of [one, two]) await ask(reader, visitor, "/get-access-token");
      }

      // A cookie of somebody else, or what is left of one, is nobody's.
      const other = await arrived(two, `other-${login}`);
      const own = other.jar.get(cookie);
      for (const [world, value] of [one, two].flatMap((each) => [[each, visitor.jar.get(cookie)], [each, own.slice(1)], [each, `${own}x`]])) {
        other.jar.set(cookie, value);
        await refused(world, other);
        await refused(world, other, "/refresh-token");
      }
      other.jar.set(cookie, own);
      await ask(one, other, "/get-access-token");

      // Signing out at either takes the cookie of the other away.
      await two.ok(visitor.at(two.server).client.signOut());
      await one.ok(other.at(one.server).client.signOut());
      assert.deepEqual([...names(visitor), ...names(other)], []);
    }));
}

test("a server reads the account that the other put into several cookies", (t) =>
  eachFirst(t, "SQLite", "account-cookie", (one, two, login) =>
    withSettings({ idTokenClaims: true }, async () => {
      await provider.control("accounts", { login, picture: `https://example.com/${"p".repeat(1500)}` });
      const visitor = await arrived(one, login);
      assert.deepEqual(names(visitor), [`${cookie}.0`, `${cookie}.1`]);
      const { accessToken } = await ask(two, visitor, "/get-access-token");
      assert.equal((await ask(one, visitor, "/get-access-token")).accessToken, accessToken);
      await ask(two, visitor, "/refresh-token");
      await ask(one, visitor, "/refresh-token");
      await two.ok(visitor.at(two.server).client.signOut());
      assert.deepEqual(names(visitor), []);
    }),
  ));

// The Go server's own rule: the row of an account counts, whoever wrote the cookie.
test("the account of a cookie is gone when it is unlinked at either server", (t) =>
  eachFirst(t, "SQLite", "account-cookie,unlink-all", async (one, two, login) => {
    for (const unlinks of [one, two]) {
      const visitor = await arrived(one, login);
      const kept = visitor.jar.get(cookie);
      const { id: accountId } = (await one.ok(visitor.client.listAccounts())).find(({ providerId }) => providerId === "oidc");
      await unlinks.ok(visitor.at(unlinks.server).client.unlinkAccount({ accountId }));
      visitor.jar.set(cookie, kept);
      await refused(one.server.name === "Go" ? one : two, visitor);
      await one.control("reset-state", {});
    }
  }));

test("a popup that begins at one server ends at the other", (t) =>
  eachFirst(t, "SQLite", "popup", async (one, two, login) => {
    const nonce = "00112233445566778899aabbccddeeff";
    const query = new URLSearchParams({ provider: "oidc", popupOrigin: origin, popupNonce: nonce, callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops" });
    const headers = { referer: `${origin}/page`, "sec-fetch-mode": "navigate" };
    for (const [consent, place] of [[false], [true, "/welcome"], [true, "/home"]]) {
      const visitor = one.visitor({ origin });
      const authorizeURL = await one.leads(visitor.raw("GET", `/oauth-popup/start?${query}`, { headers }), /\/auth\?/);
      const page = await two.answers(open(two, visitor, await signIn({ authorizeURL, login, consent })), 200);
      const said = JSON.parse(/id="better-auth-oauth-popup"[^>]*>(.*?)<\/script>/s.exec(page)[1]);
      assert.deepEqual([said.type, said.targetOrigin, said.nonce], ["better-auth:oauth-popup", origin, nonce]);
      assert.deepEqual([said.error?.code, said.redirectTo], consent ? [undefined, place] : ["access_denied", undefined]);
      assert.ok(!visitor.jar.has("better-auth.oauth_popup"), "the popup's cookie is gone");
      assert.equal((await one.ok(visitor.client.getSession()))?.user.email, consent ? `${login}@example.com` : undefined);
      if (!consent) continue;
      const embedded = one.visitor({ origin });
      const authorization = `Bearer ${decodeURIComponent(said.token)}`;
      assert.equal((await one.ok(embedded.client.getSession({ fetchOptions: { headers: { authorization } } }))).user.email, `${login}@example.com`);
    }
  }));
