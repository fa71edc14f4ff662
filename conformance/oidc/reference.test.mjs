// Shows that the TypeScript server, started with --oidc, signs people up, in and links them through the OpenID provider.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engines, sqliteDatabase, startReference } from "../reference/start.mjs";
import { Application } from "./application.mjs";
import { startProvider } from "./start.mjs";

let provider;
before(async () => (provider = await startProvider()));
after(() => provider.stop());

// Starts a server that offers the provider. Its port is known only then, so the provider hears of its callback by allow.
async function start(t, { database, more = [] }) {
  const flags = ["--migrate", "--oidc", provider.issuer, "--oidc-client", "app", "--oidc-secret", "hush", ...more];
  const server = await startReference(["--database", database, ...flags]);
  t.after(server.stop);
  return server.url;
}
const callbackOf = (base) => `${base}/api/auth/callback/oidc`;
const allow = (...bases) => provider.control("clients", { client_id: "app", client_secret: "hush", redirect_uris: bases.map(callbackOf) });

test("a person signs up, and signs in again after the provider's keys rotated", async (t) => {
  const database = await sqliteDatabase(t);
  const base = await start(t, { database });
  await allow(base);
  const app = new Application(base);
  await provider.control("reset-counts", {});
  assert.equal(await app.signIn({ login: "ada" }), `${base}/welcome`);
  const { user } = await app.session();
  assert.deepEqual([user.email, user.emailVerified, user.name], ["ada@example.com", true, "Ada"]);
  assert.equal(user.image, "https://example.com/pictures/ada.png");
  const counts = await provider.control("counts");
  assert.equal(counts["auth.client_secret_post"], 1);
  assert.equal(counts["token.authorization_code"], 1);
  assert.equal(counts.userinfo, 1, "the id token has no address");

  assert.deepEqual((await app.accounts()).map(({ providerId, accountId }) => [providerId, accountId]), [["oidc", "subject-of-ada"]]);
  // A process that has just read the keys does not read them again for half a minute, so the sign-in is at another one.
  await provider.control("rotate-keys", {});
  const later = await start(t, { database });
  await allow(base, later);
  const again = new Application(later);
  assert.equal(await again.signIn({ login: "ada" }), `${later}/welcome`);
  assert.equal((await again.session()).user.id, user.id);
});

test("who denies it has no account", async (t) => {
  const base = await start(t, { database: await sqliteDatabase(t) });
  await allow(base);
  const app = new Application(base);
  const end = new URL(await app.signIn({ login: "eve", consent: false }));
  assert.equal(end.searchParams.get("error"), "access_denied");
  assert.equal(await app.session(), null);
});

test("one refresh at the provider keeps a session's token fresh", async (t) => {
  const base = await start(t, { database: await sqliteDatabase(t) });
  await allow(base);
  await provider.control("settings", { accessTokenTTL: 4 });
  t.after(() => provider.control("settings", { accessTokenTTL: 3600 }));
  const app = new Application(base);
  await app.signIn({ login: "ada" });
  await provider.control("reset-counts", {});
  const [first, second] = [await app.token(), await app.token()];
  assert.notEqual(first.accessToken, second.accessToken);
  assert.equal((await provider.control("counts"))["token.refresh_token"], 2);
  assert.equal((await provider.control("counts"))["token.refused"], 0);
});

test("an address that the provider has not verified leads to its account only where the provider is trusted", async (t) => {
  const grace = { name: "Grace", email: "grace@example.com", password: "correct horse battery" };
  await provider.control("accounts", { login: "grace", email_verified: false });
  for (const [more, linked] of [[[], false], [["--oidc-trusted"], true]]) {
    const base = await start(t, { database: await sqliteDatabase(t), more });
    await allow(base);
    const owner = new Application(base);
    await owner.post("/sign-up/email", grace);
    await owner.post("/send-verification-email", { email: grace.email, callbackURL: "/" });
    const mail = await (await fetch(`${base}/__test/verification-email?email=${grace.email}`)).json();
    await owner.open(mail.url);
    const app = new Application(base);
    const end = new URL(await app.signIn({ login: "grace" }));
    assert.equal(end.searchParams.get("error"), linked ? null : "account_not_linked");
    assert.equal((await app.session())?.user.email, linked ? grace.email : undefined);
  }
});

test("two servers on one PostgreSQL database serve one flow together", async (t) => {
  const database = await engines.PostgreSQL(t);
  if (!database) return;
  // Whoever redeems a code names the callback that it was sent to, so both have the same one, as behind one address.
  const more = ["--oidc-redirect", callbackOf("http://localhost:9")];
  const [one, other] = [await start(t, { database, more }), await start(t, { database, more })];
  await allow("http://localhost:9");
  for (const [first, second] of [[one, other], [other, one]]) {
    const app = new Application(first);
    const { pathname, search } = new URL(await app.callback({ login: "ada" }));
    assert.equal(await app.at(second).open(`${second}${pathname}${search}`), `${first}/welcome`);
    for (const base of [one, other]) assert.equal((await app.at(base).session()).user.email, "ada@example.com");
  }
});

test("flags that do not go together end the server with a reason", async (t) => {
  const database = await sqliteDatabase(t);
  const cases = [[["--oidc", provider.issuer], /needs --oidc-client ID/], [["--oidc-trusted"], /need --oidc ISSUER/], [["--oidc-client", "x"], /need --oidc ISSUER/]];
  for (const [flags, reason] of cases) await assert.rejects(startReference(["--database", database, "--migrate", ...flags]), reason);
});
