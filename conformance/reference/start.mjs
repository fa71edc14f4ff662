// Starts the reference server for a test of this folder, and gives each such test a database of its own.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startServer } from "../program.mjs";
import { bundleReference } from "./bundle.mjs";

/** The secret the tests' servers share. */
export const secret = "conformance-secret-of-forty-characters!!";

/**
 * Starts a server on a free port and resolves to {url, stop(), closeInput()} when it is ready; rejects with what it printed when it ends first.
 * Both functions end it: stop with a signal, closeInput as the end of the calling process would.
 */
export async function startReference(flags) {
  const server = await startServer("reference", process.execPath, [await bundleReference(), ...flags], { BETTER_AUTH_SECRET: secret });
  return { url: server.url, stop: server.terminate, closeInput: server.stop };
}

/** A new SQLite file, removed after the test. */
export async function sqliteDatabase(t) {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  t.after(() => rm(folder, { recursive: true }));
  return `sqlite:${join(folder, "auth.db")}`;
}

/**
 * A new PostgreSQL database, dropped after the test; undefined, with the test marked as skipped, when there is no server to use.
 * A schema would not do: the reference looks at all schemas of its database when it plans its tables, and fails when another test drops one meanwhile.
 */
export async function postgresDatabase(t) {
  const server = process.env.BETTERAUTH_TEST_POSTGRES;
  if (!server) {
    t.skip("set BETTERAUTH_TEST_POSTGRES to a PostgreSQL DSN");
    return undefined;
  }
  const name = `conformance_${randomBytes(6).toString("hex")}`;
  const run = async (sql) => {
    const client = new pg.Client(server);
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`create database ${name}`);
  t.after(() => run(`drop database ${name} with (force)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Both engines, for a test that runs on each: the name of the engine and how to make a database of it. */
export const engines = { SQLite: sqliteDatabase, PostgreSQL: postgresDatabase };
