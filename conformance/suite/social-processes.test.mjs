// Two processes of the Go server on one PostgreSQL database, behind one address: a flow that begins at one ends at the other, and counts once for both.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { signIn } from "../oidc/person.mjs";
import { startProvider } from "../oidc/start.mjs";
import { postgresDatabase } from "../reference/start.mjs";
import { buildGoServer, startGo } from "./sites.mjs";
import { World } from "./world.mjs";

// Where the browser and the provider believe the servers to be.
const origin = "http://localhost:3000";
const callback = `${origin}/api/auth/callback/oidc`;
const password = "correct horse battery";

let go, provider;
before(async () => {
  [go, provider] = await Promise.all([buildGoServer(), startProvider()]);
  await provider.control("clients", { client_id: "app", client_secret: "hush", redirect_uris: [callback] });
});
after(() => Promise.all([go?.remove(), provider?.stop()]));

// Two processes and their database: {one, two, rows(sql, …values)}; undefined without a database.
async function start(t, more = "") {
  const database = await postgresDatabase(t);
  if (!database) return undefined;
  const offered = ["--oidc", provider.issuer, "--oidc-client", "app", "--oidc-secret", "hush", "--oidc-redirect", callback];
  const flags = ["--database", database, "--origin", origin, "--with", `insecure-cheap-passwords${more}`, ...offered];
  const servers = [];
  t.after(() => Promise.all(servers.map((server) => server.stop())));
  for (let i = 0; i < 2; i++) servers.push(await startGo(go.program, flags));
  const [one, two] = servers.map((server) => new World(server));
  const rows = async (sql, ...values) => {
    const client = new pg.Client(database);
    await client.connect();
    return (await client.query(sql, values).finally(() => client.end())).rows;
  };
  return { one, two, rows };
}

// The callback, as the address in front of both leads it to one of them.
const open = (world, visitor, url) => visitor.at(world.server).follow(url.replace(origin, world.server.url));
const back = (world, visitor, url, pattern) => world.leads(open(world, visitor, url), pattern);

// Goes to the provider and resolves to the callback, which nobody has opened.
async function away(world, visitor, login) {
  const { url } = await world.ok(visitor.at(world.server).client.signIn.social({ provider: "oidc", callbackURL: "/home", newUserCallbackURL: "/welcome", errorCallbackURL: "/oops" }));
  return signIn({ authorizeURL: url, login });
}

async function awayToLink(world, visitor, login) {
  const { url } = await world.ok(visitor.at(world.server).client.linkSocial({ provider: "oidc", callbackURL: "/accounts", errorCallbackURL: "/oops" }));
  return signIn({ authorizeURL: url, login });
}

async function signedUp(world, login) {
  const visitor = world.visitor({ origin });
  await world.ok(visitor.client.signUp.email({ name: "Ada", email: `${login}@example.com`, password }));
  return visitor;
}

const providersOf = async (world, visitor) => (await world.ok(visitor.at(world.server).client.listAccounts())).map(({ providerId }) => providerId).sort();
const identifier = (url) => `auth-state:${new URL(url).searchParams.get("state")}`;
const waiting = ({ rows }, url) => rows("select identifier from verification where identifier = $1", identifier(url));

// Lets codes take their time at the provider meanwhile, so that requests overlap.
async function slowly(milliseconds, work) {
  await provider.control("settings", { tokenDelay: milliseconds });
  try {
    return await work();
  } finally {
    await provider.control("settings", { tokenDelay: 0 });
  }
}

test("a sign-in that begins at one process ends at the other", async (t) => {
  const site = await start(t);
  if (!site) return;
  for (const [begins, ends, login] of [[site.one, site.two, "ada"], [site.two, site.one, "bea"]]) {
    const visitor = begins.visitor({ origin });
    const url = await away(begins, visitor, login);
    assert.equal((await waiting(site, url)).length, 1, "the flow is a row");
    await back(ends, ends.visitor({ origin }), url, /\/oops\?error=state_mismatch$/);
    await back(ends, visitor, url, /\/welcome$/);
    assert.equal((await waiting(site, url)).length, 0, "the row is gone");
    for (const world of [begins, ends]) assert.equal((await world.ok(visitor.at(world.server).client.getSession())).user.email, `${login}@example.com`);
    await back(begins, visitor, url, /\/oops\?error=state_mismatch$|\/error\?error=state_mismatch$/);
  }
});

test("a code that both processes get at once signs in at exactly one", async (t) => {
  const site = await start(t);
  if (!site) return;
  const { one, two, rows } = site;
  await provider.control("reset-counts", {});
  let sessions = 0;
  for (let round = 0; round < 8; round++) {
    const begins = round % 2 ? two : one;
    const visitor = begins.visitor({ origin });
    const url = await away(begins, visitor, "cleo");
    // Each process gets it twice, as from a browser that sends it again.
    const answers = await slowly(200, () => Promise.all([one, two, two, one].map((world) => open(world, visitor, url))));
    const places = answers.map(({ headers }) => headers.get("location")).sort();
    assert.deepEqual(answers.map(({ status }) => status), [302, 302, 302, 302]);
    assert.equal(places.filter((place) => /\/(home|welcome)$/.test(place)).length, 1, places.join());
    assert.equal(places.filter((place) => /error=state_mismatch$/.test(place)).length, 3, places.join());
    assert.equal(answers.filter(({ headers }) => headers.getSetCookie().some((line) => /^better-auth\.session_token=[^;]/.test(line))).length, 1);
    sessions++;
    assert.equal((await rows('select id from "session"')).length, sessions, "sessions of all rounds");
    for (const world of [one, two]) assert.equal((await world.ok(visitor.at(world.server).client.getSession())).user.email, "cleo@example.com");
  }
  const counts = await provider.control("counts");
  assert.deepEqual([counts["token.authorization_code"], counts["token.refused"]], [sessions, 0], "the provider saw each code once");
});

test("a new person who arrives at both processes at once becomes one user", async (t) => {
  const site = await start(t);
  if (!site) return;
  const { one, two, rows } = site;
  for (let round = 0; round < 5; round++) {
    const login = `dora${round}`;
    const browsers = [];
    for (const world of [one, two, one, two]) {
      const visitor = world.visitor({ origin });
      browsers.push([world, visitor, await away(world, visitor, login)]);
    }
    const places = await slowly(100, () => Promise.all(browsers.map(([world, visitor, url]) => back(world === one ? two : one, visitor, url, /\/(home|welcome)$/))));
    assert.equal(places.filter((place) => place.endsWith("/welcome")).length, 1, places.join());
    const found = await rows('select "userId" from account where "accountId" = $1 and "providerId" = $2', `subject-of-${login}`, "oidc");
    assert.equal(found.length, 1);
    for (const [world, visitor] of browsers) assert.equal((await world.ok(visitor.client.getSession())).user.id, found[0].userId);
  }
});

test("a link that begins at one process ends at the other", async (t) => {
  const site = await start(t);
  if (!site) return;
  for (const [begins, ends, login] of [[site.one, site.two, "erin"], [site.two, site.one, "fred"]]) {
    const visitor = await signedUp(begins, login);
    const { user } = await begins.ok(visitor.client.getSession());
    const url = await awayToLink(begins, visitor, login);
    assert.equal((await waiting(site, url)).length, 1, "the flow is a row");
    const answers = await slowly(200, () => Promise.all([ends, begins].map((world) => open(world, visitor, url))));
    const places = answers.map(({ headers }) => headers.get("location")).sort();
    assert.equal(places[0], "/accounts", places.join());
    assert.match(places[1], /error=state_mismatch$/);
    for (const world of [begins, ends]) assert.deepEqual(await providersOf(world, visitor), ["credential", "oidc"]);

    const later = begins.visitor({ origin });
    await back(begins, later, await away(ends, later, login), /\/home$/);
    assert.equal((await begins.ok(later.client.getSession())).user.id, user.id);
  }
});

test("an account that two users link at once, each at a process, becomes one user's", async (t) => {
  const site = await start(t, ",different-addresses");
  if (!site) return;
  const { one, two, rows } = site;
  for (let round = 0; round < 5; round++) {
    const login = `ivy${round}`;
    const links = [];
    for (const [begins, ends, name] of [[one, two, "jane"], [two, one, "kim"]]) {
      const visitor = await signedUp(begins, `${name}${round}`);
      links.push([ends, visitor, await awayToLink(begins, visitor, login)]);
    }
    const answers = await slowly(100, () => Promise.all(links.map(([ends, visitor, url]) => open(ends, visitor, url))));
    const places = answers.map(({ headers }) => headers.get("location")).sort();
    assert.deepEqual(places, ["/accounts", "/oops?error=account_already_linked_to_different_user"]);
    assert.equal((await rows('select "userId" from account where "accountId" = $1', `subject-of-${login}`)).length, 1);
  }
});

test("a session that is signed out at one process links nothing at the other", async (t) => {
  const site = await start(t);
  if (!site) return;
  const refused = /\/oops\?error=unable_to_link_account$/;
  for (const [begins, ends, name] of [[site.one, site.two, "gina"], [site.two, site.one, "hugo"]]) {
    // A browser whose session's cookie stays, as it does when another tab signed out or a copy of the cookie was kept.
    const kept = async (visitor, work) => {
      const before = new Map(visitor.jar);
      await work();
      for (const [cookie, value] of before) visitor.jar.set(cookie, value);
    };
    const nothing = async (login) => {
      const again = begins.visitor({ origin });
      await begins.ok(again.client.signIn.email({ email: `${login}@example.com`, password }));
      for (const world of [begins, ends]) assert.deepEqual(await providersOf(world, again), ["credential"]);
      assert.equal((await site.rows('select id from account where "accountId" = $1', `subject-of-${login}`)).length, 0);
    };

    // Signed out at the process that does not end the flow, before the browser comes back.
    const early = `${name}-early`;
    const first = await signedUp(ends, early);
    const url = await awayToLink(begins, first, early);
    await kept(first, () => begins.ok(first.at(begins.server).client.signOut()));
    await back(ends, first, url, refused);
    await nothing(early);

    // Signed out while the other process waits for the provider: it has taken the flow, and not yet linked.
    const late = `${name}-late`;
    const second = await signedUp(ends, late);
    const running = await awayToLink(begins, second, late);
    await slowly(2000, async () => {
      const returning = back(ends, second, running, refused);
      returning.catch(() => {}); // looked at below
      while ((await waiting(site, running)).length > 0) await sleep(50);
      const other = begins.visitor({ origin });
      for (const [cookie, value] of second.jar) other.jar.set(cookie, value);
      await begins.ok(other.client.signOut());
      await returning;
    });
    await nothing(late);
  }
});
