// Shows that the reference server starts as its flags say and refuses to start where a comparison with it would mislead.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openDatabase } from "./database.mjs";
import { engines, sqliteDatabase, startReference } from "./start.mjs";

const schemaFile = fileURLToPath(new URL("./schema.mjs", import.meta.url));
const schemaOf = (database) => JSON.parse(execFileSync(process.execPath, [schemaFile, database], { encoding: "utf8", timeout: 120_000 }));

async function execute(database, sql) {
  const opened = await openDatabase(database);
  try {
    await (opened.dialect === "sqlite" ? opened.handle.exec(sql) : opened.query(sql));
  } finally {
    await opened.close();
  }
}

// Node's fetch adds Sec-Fetch-Mode, and a sign-in that has it needs an Origin.
const post = (url, body, origin = new URL(url).origin) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json", origin }, body: JSON.stringify(body) });
const ada = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };

for (const [engine, open] of Object.entries(engines)) {
  test(`${engine}: the tables are created once and read back`, async (t) => {
    const database = await open(t);
    if (!database) return;
    await assert.rejects(startReference(["--database", database]), /does not fit.*table user/s);

    const server = await startReference(["--database", database, "--migrate"]);
    t.after(server.stop);
    assert.deepEqual(await (await fetch(`${server.url}/__health`)).json(), { ok: true });
    const made = schemaOf(database);
    assert.deepEqual(made.tables.map(({ name }) => name), ["account", "apikey", "passkey", "session", "twoFactor", "user", "verification"]);

    const passkey = made.tables.find(({ name }) => name === "passkey");
    assert.deepEqual(passkey.foreignKeys, [{ columns: ["userId"], references: ["user.id"], onDelete: "cascade", onUpdate: "no action" }]);
    assert.deepEqual(
      passkey.indexes.map(({ origin, name, unique, columns }) => [origin, name, unique, ...columns]),
      [
        ["create", "passkey_credentialID_idx", false, "credentialID"],
        ["create", "passkey_userId_idx", false, "userId"],
        ["primary", null, true, "id"],
      ],
    );
    const user = made.tables.find(({ name }) => name === "user");
    assert.deepEqual(user.indexes.map(({ origin, columns }) => [origin, ...columns]), [["primary", "id"], ["unique", "email"], ["unique", "username"]]);
    assert.equal(user.columns.find(({ name }) => name === "image").nullable, true);
    assert.equal(user.columns.find(({ name }) => name === "email").nullable, false);

    const again = await startReference(["--database", database, "--migrate"]);
    t.after(again.stop);
    assert.deepEqual(schemaOf(database), made, "a second start changes nothing");

    await execute(database, `create table extra (id text primary key, "userId" text references "user" (id)); create index extra_idx on extra ("userId", id)`);
    await execute(database, `alter table "user" add column nickname text`);
    const changed = schemaOf(database);
    assert.deepEqual(changed.tables.find(({ name }) => name === "extra").indexes[0].columns, ["userId", "id"]);
    assert.ok(changed.tables.find(({ name }) => name === "user").columns.some(({ name }) => name === "nickname"));
  });

  test(`${engine}: every plugin of --plugins starts, with its tables`, async (t) => {
    const database = await open(t);
    if (!database) return;
    const all =
      "admin,anonymous,api-key,bearer,device-authorization,email-otp,jwt,last-login-method,magic-link,multi-session,one-time-token,open-api,organization,passkey,phone-number,two-factor,username";
    const server = await startReference(["--database", database, "--migrate", "--plugins", all]);
    t.after(server.stop);
    const answer = await post(`${server.url}/api/auth/sign-up/email`, ada);
    assert.equal(answer.status, 200);
    assert.ok(answer.headers.get("set-auth-token"), "bearer answers the signed token");
    assert.equal((await post(`${server.url}/api/auth/sign-in/magic-link`, { email: ada.email })).status, 200);
    const [mail] = await (await fetch(`${server.url}/__outbox`)).json();
    assert.equal(mail.plugin, "magic-link");
    assert.equal(mail.email, ada.email);
    assert.ok(schemaOf(database).tables.length > 10);
  });
}

test("a PostgreSQL URL may name its schema as Go's driver takes it", async (t) => {
  const database = await engines.PostgreSQL(t);
  if (!database) return;
  const inGo = database.replace("options=-csearch_path%3D", "search_path=");
  await execute(inGo, "create table here (id text primary key)");
  assert.deepEqual(schemaOf(database).tables.map(({ name }) => name), ["here"]);
});

test("a database that lacks a column is not served without --migrate", async (t) => {
  const database = await sqliteDatabase(t);
  const server = await startReference(["--database", database, "--migrate"]);
  await server.stop();
  await execute(database, "alter table passkey drop column aaguid");
  await assert.rejects(startReference(["--database", database]), /does not fit.*column passkey\.aaguid/);
});

test("origins are checked whatever the environment says", async (t) => {
  process.env.NODE_ENV = "test";
  t.after(() => delete process.env.NODE_ENV);
  const server = await startReference(["--database", await sqliteDatabase(t), "--migrate", "--origin", "http://localhost:3000", "--origin", "http://localhost:4000"]);
  t.after(server.stop);
  const signUp = (origin, email) => post(`${server.url}/api/auth/sign-up/email`, { ...ada, email }, origin);
  assert.equal((await signUp("http://localhost:3000", "a@example.com")).status, 200);
  assert.equal((await signUp("http://localhost:4000", "b@example.com")).status, 200);
  const refused = await signUp("http://evil.example", "c@example.com");
  assert.equal(refused.status, 403);
  assert.equal((await refused.json()).code, "INVALID_ORIGIN");
});

test("the base path and the cookie cache are as asked for", async (t) => {
  const flags = ["--database", await sqliteDatabase(t), "--migrate", "--base-path", "/auth"];
  const plain = await startReference(flags);
  t.after(plain.stop);
  const cached = await startReference([...flags, "--cookie-cache", "jwt"]);
  t.after(cached.stop);
  assert.equal((await fetch(`${plain.url}/api/auth/ok`)).status, 404);
  const names = async (server, email) =>
    (await post(`${server.url}/auth/sign-up/email`, { ...ada, email })).headers.getSetCookie().map((line) => line.slice(0, line.indexOf("=")));
  assert.deepEqual(await names(plain, "a@example.com"), ["better-auth.session_token"]);
  assert.deepEqual(await names(cached, "b@example.com"), ["better-auth.session_token", "better-auth.session_data"]);
});

test("flags that make no sense end the server with a reason", async (t) => {
  const database = ["--database", await sqliteDatabase(t), "--migrate"];
  const cases = [
    [["--database", "mysql://localhost/x"], /give sqlite:PATH or postgres:/],
    [["--database", "postgres://postgres@localhost:1/x"], /ECONNREFUSED/],
    [[...database, "--plugins", "passkey,unknown"], /no plugin unknown; there are admin/],
    [[...database, "--with", "fields,surprise"], /no feature surprise; there are .*fields/],
    [[...database, "--cookie-cache", "plain"], /compact, jwt or jwe/],
    [[...database, "--secret", ""], /BETTER_AUTH_SECRET/],
    [[...database, "--surprise"], /surprise/],
  ];
  for (const [flags, reason] of cases) await assert.rejects(startReference(flags), reason, flags.join(" "));
});

test("a server ends when the process that started it is gone", async (t) => {
  const server = await startReference(["--database", await sqliteDatabase(t), "--migrate"]);
  await server.closeInput();
  await assert.rejects(fetch(`${server.url}/__health`));
});
