// Requests for authorization that the Go server pushes to a provider (RFC 9126), which accepts no others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Person, signIn } from "../oidc/person.mjs";
import { startProvider } from "../oidc/start.mjs";
import { openDatabase } from "../reference/database.mjs";
import { sqliteDatabase } from "../reference/start.mjs";
import { buildGoServer, startGo } from "./sites.mjs";
import { World } from "./world.mjs";

let go;
before(async () => (go = await buildGoServer()));
after(() => go?.remove());

// Who demands it: the provider of every client, as its document says; or the provider of this one client, which no document says.
const demands = {
  "the provider demands of everybody": { settings: { requirePushed: true }, client: {}, flags: () => [] },
  "the provider demands of this client": {
    settings: {}, client: { require_pushed_authorization_requests: true }, flags: ({ issuer }) => ["--oidc-push", `${issuer}/request`],
  },
};

/** A server and its provider: {world, provider, tell(changes), rows()}. `tell` changes what the provider knows of the application, or puts it right; `rows` counts. */
async function start(t, { settings, client, flags }) {
  const provider = await startProvider();
  t.after(provider.stop);
  await provider.control("settings", settings);
  const database = await sqliteDatabase(t);
  const server = await startGo(go.program, ["--database", database, "--with", "insecure-cheap-passwords", "--oidc", provider.issuer, "--oidc-client", "app", "--oidc-secret", "hush", ...flags(provider)]);
  t.after(server.stop);
  const known = { client_id: "app", client_secret: "hush", redirect_uris: [`${server.url}/api/auth/callback/oidc`], ...client };
  const tell = (changes = {}) => provider.control("clients", { ...known, ...changes });
  await tell();
  await provider.control("reset-counts", {});
  const rows = async () => {
    const { query, close } = await openDatabase(database);
    const tables = ["user", "account", "session", "verification"];
    const counted = await Promise.all(tables.map((table) => query(`select count(*) as n from "${table}"`)));
    await close();
    return Object.fromEntries(tables.map((table, at) => [table, counted[at][0].n]));
  };
  return { world: new World(server), provider, tell, rows };
}

const begin = (visitor, more) => visitor.client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops", ...more });

// Demands that a URL tells the browser nothing but whose request it is, and which.
function isReference(url, { issuer }) {
  const { origin, pathname, searchParams, hash } = new URL(url);
  assert.equal(origin + pathname + hash, `${issuer}/auth`);
  assert.deepEqual([...searchParams.keys()].sort(), ["client_id", "request_uri"]);
  assert.equal(searchParams.get("client_id"), "app");
  assert.match(searchParams.get("request_uri"), /^urn:ietf:params:oauth:request_uri:[\w-]{20,}$/);
}

for (const [who, demand] of Object.entries(demands)) {
  test(`pushed requests that ${who} sign up, sign in and link`, async (t) => {
    const { world, provider } = await start(t, demand);
    const plain = { client_id: "app", response_type: "code", redirect_uri: `${world.server.url}/api/auth/callback/oidc`, scope: "openid", state: "x" };
    const refused = await signIn({ authorizeURL: `${provider.issuer}/auth?${new URLSearchParams(plain)}`, login: "ada" });
    assert.match(new URL(refused).searchParams.get("error_description"), /Pushed Authorization Request must be used/);

    for (const place of [/\/welcome$/, /\/home$/]) {
      await provider.control("reset-counts", {});
      const visitor = world.visitor();
      const { url } = await world.ok(begin(visitor, { loginHint: "ada", scopes: ["offline_access"] }));
      isReference(url, provider);
      const callback = await signIn({ authorizeURL: url, login: "ada" });
      await world.leads(visitor.follow(callback), place);
      assert.equal((await world.ok(visitor.client.getSession())).user.email, "ada@example.com");
      const counts = await provider.control("counts");
      assert.deepEqual([counts.pushed_authorization_request, counts["token.authorization_code"], counts["token.refused"], counts["auth.client_secret_post"]], [1, 1, 0, 2]);
    }

    const visitor = await world.signedUp({ name: "Bob", email: "bob@example.com", password: "correct horse battery" });
    const { url } = await world.ok(visitor.client.linkSocial({ provider: "oidc", callbackURL: "/accounts", errorCallbackURL: "/oops" }));
    isReference(url, provider);
    await world.leads(visitor.follow(await signIn({ authorizeURL: url, login: "bob" })), /\/accounts$/);
    assert.equal((await world.ok(visitor.client.listAccounts())).length, 2);
  });
}

test("what the application asks for is in the pushed request", async (t) => {
  const { world, provider, rows } = await start(t, demands["the provider demands of everybody"]);
  const visitor = world.visitor();
  const { url } = await world.ok(begin(visitor, { additionalParams: { prompt: "none" } }));
  isReference(url, provider);
  // Without a prompt, who has no session there cannot sign in.
  await world.leads(visitor.follow(await signIn({ authorizeURL: url })), /\/oops\?error=login_required/);
  assert.deepEqual(await rows(), { user: 0, account: 0, session: 0, verification: 0 });
});

test("a pushed request is for one use", async (t) => {
  const { world, provider, rows } = await start(t, demands["the provider demands of everybody"]);
  const visitor = world.visitor();
  const person = new Person();
  const { url } = await world.ok(begin(visitor));
  await world.leads(visitor.follow(await signIn({ authorizeURL: url, login: "ada", person })), /\/welcome$/);
  const once = await rows();
  assert.deepEqual(once, { user: 1, account: 1, session: 1, verification: 0 });

  // Who is signed in there, and somebody else who got hold of the URL.
  for (const who of [person, new Person()]) {
    const again = await signIn({ authorizeURL: url, login: "eve", person: who });
    assert.equal(new URL(again).searchParams.get("error"), "invalid_request_uri");
    assert.equal(new URL(again).searchParams.get("code"), null);
    for (const browser of [visitor, world.visitor()]) {
      await world.leads(browser.follow(again), /\/error\?error=state_not_found$/);
    }
  }
  const { url: never } = await world.ok(begin(world.visitor()));
  const unknown = new URL(never);
  unknown.searchParams.set("request_uri", `${unknown.searchParams.get("request_uri")}x`);
  assert.equal(new URL(await signIn({ authorizeURL: unknown.href, login: "eve" })).searchParams.get("error"), "invalid_request_uri");
  assert.deepEqual(await rows(), { ...once, verification: 1 }, "but for the flow that was begun last");
});

test("a provider that refuses the pushed request leaves nothing behind", async (t) => {
  const { world, provider, tell, rows } = await start(t, demands["the provider demands of everybody"]);
  const known = await world.signedUp({ name: "Bob", email: "bob@example.com", password: "correct horse battery" });
  const reasons = [
    ["another secret is registered", () => tell({ client_secret: "another" }), () => tell(), "invalid_client"],
    ["the callback is not registered", () => tell({ redirect_uris: ["http://localhost:9/elsewhere"] }), () => tell(), "invalid_request"],
    ["it is down", () => provider.control("settings", { down: true }), () => provider.control("settings", { down: false }), "503"],
  ];
  for (const [why, breaks, mends, said] of reasons) {
    await breaks();
    const before = await rows();
    const visitor = world.visitor();
    const heard = world.server.said().length;
    await world.refused(begin(visitor), 503, "PROVIDER_UNAVAILABLE");
    await world.refused(known.client.linkSocial({ provider: "oidc", callbackURL: "/accounts" }), 503, "PROVIDER_UNAVAILABLE");
    assert.deepEqual([...visitor.jar], [], `${why}: the browser keeps nothing`);
    assert.deepEqual(await rows(), before, why);
    const log = world.server.said().slice(heard);
    assert.match(log, new RegExp(said), `${why}: the log says so`);
    assert.ok(!log.includes("hush"), "the log has no secret");
    await mends();
    const { url } = await world.ok(begin(visitor));
    isReference(url, provider);
  }
  const counts = await provider.control("counts");
  assert.deepEqual([counts.token, counts.authorization], [0, 0], "nobody was led there");
});
