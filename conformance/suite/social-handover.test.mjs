// One database and two servers that offer the same OpenID provider: a flow that begins at one ends at the other, and tokens that one stored are read and
// refreshed at the other.
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
const password = "correct horse battery";

let go, provider;
before(async () => {
  [go, provider] = await Promise.all([buildGoServer(), startProvider()]);
  await provider.control("clients", { client_id: "app", client_secret: "hush", redirect_uris: [callback] });
});
after(() => Promise.all([go.remove(), provider.stop()]));

for (const [engine, create] of Object.entries(engines)) {
  for (const [kind, features] of Object.entries({ "plain tokens, state in the database": "", "encrypted tokens, state in a cookie": ",encrypted-tokens,cookie-state" })) {
    test(`${engine}, ${kind}: what one server begins, the other ends`, async (t) => {
      const database = await create(t);
      if (!database) return;
      const offered = ["--oidc", provider.issuer, "--oidc-client", "app", "--oidc-secret", "hush", "--oidc-redirect", callback];
      const flags = ["--database", database, "--origin", origin, "--with", `insecure-cheap-passwords${features}`, ...offered];
      const servers = [];
      t.after(() => Promise.all(servers.map((server) => server.stop())));
      for (const start of [() => startReference(flags), () => startGo(go.program, flags)]) servers.push(await start());
      const [reference, ours] = servers;
      for (const [name, one, two] of [["the TypeScript server", reference, ours], ["the Go server", ours, reference]]) {
        const login = `${engine}-${one.name}-${features.length}`.toLowerCase();
        await t.test(`a sign-in that begins at ${name}`, () => signingIn(new World(one), new World(two), login));
        await t.test(`a link that begins at ${name}`, () => linking(new World(one), new World(two), `linked-${login}`));
        await t.test(`tokens that ${name} stored`, () => tokens(new World(one), new World(two), `tokens-${login}`));
      }
    });
  }
}

// Opens the callback at a server, wherever the provider was told that it is.
const back = (world, visitor, url, pattern) => world.leads(visitor.at(world.server).follow(url.replace(origin, world.server.url)), pattern);

async function begin(world, visitor, login) {
  const { url } = await world.ok(visitor.at(world.server).client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops" }));
  return signIn({ authorizeURL: url, login });
}

async function signingIn(one, two, login) {
  const visitor = one.visitor({ origin });
  await back(two, visitor, await begin(one, visitor, login), /\/welcome$/);
  for (const world of [one, two]) assert.equal((await world.ok(visitor.at(world.server).client.getSession())).user.email, `${login}@example.com`);
  const again = one.visitor({ origin });
  await back(two, again, await begin(one, again, login), /\/home$/);
  assert.equal((await one.ok(again.client.listAccounts())).length, 1);

  // Another browser, and the same one again.
  const url = await begin(one, again, login);
  await back(two, two.visitor({ origin }), url, /error=state_mismatch/);
  await back(two, again, url, /\/home$/);
  await back(one, again, url, /error=state_mismatch/);
}

async function linking(one, two, login) {
  const visitor = one.visitor({ origin });
  await one.ok(visitor.client.signUp.email({ name: "Ada", email: `${login}@example.com`, password }));
  const begun = async () => {
    const { url } = await one.ok(visitor.client.linkSocial({ provider: "oidc", callbackURL: "/accounts", errorCallbackURL: "/oops" }));
    return signIn({ authorizeURL: url, login });
  };
  await back(two, visitor, await begun(), /\/accounts$/);
  assert.deepEqual((await two.ok(visitor.at(two.server).client.listAccounts())).map(({ providerId }) => providerId).sort(), ["credential", "oidc"]);

  const late = await begun();
  const elsewhere = one.visitor({ origin });
  await one.ok(elsewhere.client.signIn.email({ email: `${login}@example.com`, password }));
  await one.ok(elsewhere.client.$fetch("/revoke-sessions", { method: "POST" }));
  await back(two, visitor, late, /\/oops\?error=unable_to_link_account$/);
}

// Access tokens end within the five seconds in which they are refreshed before they are served. The provider takes a refresh token once.
async function tokens(one, two, login) {
  const visitor = one.visitor({ origin });
  await back(one, visitor, await begin(one, visitor, login), /\/welcome$/);
  const { id: accountId } = (await one.ok(visitor.client.listAccounts())).find(({ providerId }) => providerId === "oidc");
  const ask = (world, path) => world.ok(visitor.at(world.server).client.$fetch(path, { method: "POST", body: { accountId } }));
  const stored = await ask(one, "/get-access-token");
  assert.equal((await ask(two, "/get-access-token")).accessToken, stored.accessToken);
  assert.equal((await two.ok(visitor.at(two.server).client.$fetch("/account-info", { query: { accountId } }))).user.email, `${login}@example.com`);

  await provider.control("settings", { accessTokenTTL: 4 });
  try {
    const seen = new Set([stored.accessToken]);
    for (const world of [two, one, two, one]) {
      const { accessToken, refreshToken } = await ask(world, "/refresh-token");
      assert.ok(accessToken && refreshToken && !seen.has(accessToken));
      seen.add(accessToken);
    }
    for (const world of [two, one]) {
      const { accessToken } = await ask(world, "/get-access-token");
      assert.ok(!seen.has(accessToken), "it was about to expire");
      seen.add(accessToken);
    }
    await provider.control("settings", { accessTokenTTL: 3600 });
    const fresh = await ask(two, "/refresh-token");
    assert.equal((await ask(one, "/get-access-token")).accessToken, fresh.accessToken);
  } finally {
    await provider.control("settings", { accessTokenTTL: 3600 });
  }
}
