// Proves the interop commands against two runs of the reference server on one database, and that a check fails where it must.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { engines, sqliteDatabase, startReference } from "../reference/start.mjs";

const script = fileURLToPath(new URL("./reference.mjs", import.meta.url));
const origin = "http://localhost:3000";

// Resolves to {code, output, errors}; output is the JSON the command printed.
function interop(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { timeout: 120_000 }, (error, stdout, errors) => {
      resolve({ code: error ? error.code : 0, output: stdout === "" ? undefined : JSON.parse(stdout), errors });
    });
  });
}

async function serve(t, database, ...flags) {
  const server = await startReference(["--database", database, "--origin", origin, ...flags]);
  t.after(server.stop);
  return server;
}

async function stateFile(t) {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "state.json");
  return { file, write: (state) => writeFile(file, JSON.stringify(state)) };
}

// One kind of cookie an engine: the Go tests hand users over with each of them on each engine, and check them at the reference as well.
for (const [engine, strategy] of Object.entries({ SQLite: undefined, PostgreSQL: "compact" })) {
  test(`${engine}, cookie cache ${strategy ?? "off"}: what one server stored, another understands`, async (t) => {
    const database = await engines[engine](t);
    if (!database) return;
    const cache = strategy ? ["--cookie-cache", strategy] : [];
    const { file, write } = await stateFile(t);

    const first = await serve(t, database, "--migrate", ...cache);
    const seeded = await interop("seed", "--url", first.url, "--origin", origin);
    assert.equal(seeded.code, 0, seeded.errors);
    assert.deepEqual(seeded.output.credentials.map(({ algorithm }) => algorithm), ["ES256", "EdDSA", "RS256"]);
    await first.stop();
    await write(seeded.output);

    const second = await serve(t, database, ...cache);
    const args = ["check", "--url", second.url, "--origin", origin, "--state", file, ...(strategy ? ["--cookie-cache"] : [])];
    const checked = await interop(...args);
    assert.equal(checked.code, 0, JSON.stringify(checked.output?.results, null, 2) + checked.errors);
    assert.deepEqual(checked.output.state.credentials.map(({ counter }) => counter), [2, 2, 2]);
    assert.equal(checked.output.results.length, strategy ? 17 : 16);

    // Also with the state as it was before: the counters go on from what the server has stored.
    const again = await interop(...args);
    assert.equal(again.code, 0, JSON.stringify(again.output?.results, null, 2));
    assert.deepEqual(again.output.state.credentials.map(({ counter }) => counter), [3, 3, 3]);
  });
}

test("a check names what is wrong and exits with 1", async (t) => {
  const database = await sqliteDatabase(t);
  const server = await serve(t, database, "--migrate");
  const { output: state } = await interop("seed", "--url", server.url, "--origin", origin);
  const { file, write } = await stateFile(t);
  const stranger = (await interop("seed", "--url", server.url, "--origin", origin)).output;

  const faults = {
    "password sign-in": (s) => (s.password = "not the password"),
    "session cookie": (s) => (s.sessionCookie = stranger.sessionCookie),
    "passkey ES256": (s) => (s.credentials[0].privateKey = stranger.credentials[0].privateKey),
    "passkey EdDSA": (s) => (s.credentials[1].counter = 1000),
    "passkey RS256": (s) => (s.credentials[2].row.transports = "usb"),
    "session_data cookie": () => {},
  };
  for (const [name, spoil] of Object.entries(faults)) {
    await t.test(name, async () => {
      const spoiled = structuredClone(state);
      spoil(spoiled);
      await write(spoiled);
      const { code, output } = await interop("check", "--url", server.url, "--origin", origin, "--state", file, "--cookie-cache");
      assert.equal(code, 1);
      assert.ok(output.results.some((result) => result.name === name && !result.ok && result.error), JSON.stringify(output.results, null, 2));
    });
  }
});

test("a server with another secret does not know the session", async (t) => {
  const database = await sqliteDatabase(t);
  const first = await serve(t, database, "--migrate");
  const { output: state } = await interop("seed", "--url", first.url, "--origin", origin);
  const { file, write } = await stateFile(t);
  await write(state);
  const second = await serve(t, database, "--secret", "another-secret-of-more-than-32-characters");
  const { code, output } = await interop("check", "--url", second.url, "--origin", origin, "--state", file);
  assert.equal(code, 1);
  const wrong = output.results.filter(({ ok }) => !ok).map(({ name }) => name);
  assert.ok(wrong.includes("session cookie"));
  assert.ok(!wrong.includes("password sign-in"), "passwords do not depend on the secret");
});

test("a command that cannot run says why and exits with 2", async () => {
  assert.match((await interop()).errors, /seed or check/);
  assert.match((await interop("seed")).errors, /--url/);
  const listener = createServer().listen(0, "localhost");
  await once(listener, "listening");
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  const { code, errors } = await interop("seed", "--url", `http://localhost:${port}`);
  assert.equal(code, 2);
  assert.match(errors, /ECONNREFUSED/);
});
