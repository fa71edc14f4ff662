// Shows which versions a release of the reference brings, with what npm said of them when it was asked.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { NoNetwork, Npm } from "./npm.mjs";
import { NoRelease, pinsFor } from "./pins.mjs";

// What `npm view` printed, by its arguments. Of long lists only what matters here.
const recorded = JSON.parse(await readFile(new URL("testdata/npm.json", import.meta.url), "utf8"));
const npm = () =>
  new Npm(async (question) => {
    const answer = recorded[question.join(" ")];
    assert.ok(answer, `npm view ${question.join(" ")} was not recorded`);
    return JSON.stringify(answer);
  });

const present = {
  name: "x",
  dependencies: {
    "@better-auth/api-key": "1.7.5",
    "@better-auth/core": "1.7.5",
    "@better-auth/passkey": "1.7.5",
    "@better-auth/utils": "0.4.2",
    "@better-fetch/fetch": "1.3.2",
    "@simplewebauthn/browser": "13.3.0",
    "better-auth": "1.7.5",
    "better-call": "1.4.0",
    "better-sqlite3": "12.11.1",
    esbuild: "0.28.2",
    kysely: "0.28.17",
    pg: "8.23.1",
  },
  devDependencies: { react: "19.3.1" },
};
const latest = {
  ...present,
  dependencies: {
    ...present.dependencies,
    "@better-auth/core": "1.7.25",
    "@better-auth/passkey": "1.7.6",
    "@better-auth/utils": "0.5.1",
    "@better-fetch/fetch": "1.3.3",
    "better-auth": "1.7.25",
    "better-call": "1.4.5",
  },
  overrides: { "@better-auth/utils": "$@better-auth/utils", "@better-fetch/fetch": "$@better-fetch/fetch", "better-call": "$better-call" },
};
const resolved = async (version, manifest, node = "20.20.2") => (await pinsFor(version, manifest, npm(), node)).manifest;

test("1.7.25: one copy of what the reference shares with its sisters, which ask for older ones", async () => {
  const { manifest, shared } = await pinsFor("1.7.25", present, npm(), "20.20.2");
  assert.deepEqual(manifest, latest);
  for (const name of ["better-auth", "@better-auth/api-key", "@better-auth/passkey", "@better-auth/core", "@better-auth/utils", "better-call", "@better-fetch/fetch", "zod", "kysely"]) assert.ok(shared.includes(name), name);
});

test("the release that is pinned changes nothing, to the byte", async () => {
  for (const manifest of [present, latest]) {
    assert.equal(JSON.stringify(await resolved(manifest.dependencies["better-auth"], manifest)), JSON.stringify(manifest));
  }
});

test("and back: nothing is newer than the reference, and overrides end with their reason", async () => {
  assert.deepEqual(await resolved("1.7.5", latest), present);
});

test("sisters that were not released again stay behind it", async () => {
  const { dependencies, overrides } = await resolved("1.7.7", present);
  assert.equal(dependencies["@better-auth/passkey"], "1.7.6");
  assert.equal(dependencies["@better-auth/api-key"], "1.7.5");
  assert.equal(overrides, undefined);
});

test("of another line of releases its own sisters", async () => {
  const { dependencies } = await resolved("1.6.34", latest);
  assert.equal(dependencies["@better-auth/passkey"], "1.6.33");
  assert.equal(dependencies["@better-auth/api-key"], "1.6.33");
  assert.equal(dependencies["@better-fetch/fetch"], "1.3.1");
});

test("what is in the reference's range stays, what is not goes to the newest that is", async () => {
  const old = { ...present, dependencies: { ...present.dependencies, kysely: "0.28.16" } };
  assert.equal((await resolved("1.7.5", old)).dependencies.kysely, "0.29.9");
});

test("the database driver is one for the running Node", async () => {
  assert.equal((await resolved("1.7.5", present, "24.1.0")).dependencies["better-sqlite3"], "12.11.1");
  assert.equal((await resolved("1.7.5", present, "27.1.0")).dependencies["better-sqlite3"], "13.2.0");
  await assert.rejects(resolved("1.7.5", present, "18.1.0"), /no release of better-sqlite3 runs on Node 18/);
});

test("overrides that are about something else stay", async () => {
  const with_ = { ...present, overrides: { tar: "7.0.0" } };
  assert.deepEqual((await resolved("1.7.25", with_)).overrides, { tar: "7.0.0", ...latest.overrides });
  assert.deepEqual((await resolved("1.7.5", with_)).overrides, { tar: "7.0.0" });
});

test("a release that does not exist is refused, with the newest that does", async () => {
  for (const version of ["1.7.19", "1.7.26"]) await assert.rejects(resolved(version, present), (error) => error instanceof NoRelease && /the newest is 1\.7\.25$/.test(error.message));
  for (const version of ["latest", "1.7", "^1.7.5", "v1.7.5", ""]) await assert.rejects(resolved(version, present), /is no version/);
});

test("without a network it is said so", async () => {
  const answering = (answer) => new Npm(async () => answer);
  await assert.rejects(pinsFor("1.7.5", present, answering(JSON.stringify(recorded.unreachable))), (error) => error instanceof NoNetwork && /ECONNREFUSED/.test(error.message));
  await assert.rejects(pinsFor("1.7.5", present, answering("")), NoNetwork);
  await assert.rejects(pinsFor("1.7.5", present, answering(JSON.stringify(recorded.unknown))), /E404 No match found/);
});
