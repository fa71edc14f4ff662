// Shows what the report sees of a change, and that chance is none.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { mentioned } from "./mentions.mjs";
import { reference } from "./pins.mjs";
import { renewed, report, transcripts } from "./report.mjs";

const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(32));
const signature = `${"s".repeat(43)}%3D`;

function exchange({ status = 200, headers = {}, setCookie = [], body = "{}" } = {}) {
  return { core: { config: "x", steps: [{ label: "sign in", request: {}, response: { status, headers, setCookie, body } }] } };
}

test("an exchange differs by status, header, cookie or body, to the byte", () => {
  const differs = (one, other) => transcripts(exchange(one), exchange(other)).map((line) => line.split(":")[0]);
  assert.deepEqual(differs({ status: 400 }, { status: 422 }), ["core / sign in / status"]);
  assert.deepEqual(differs({ headers: { "content-type": "text/plain" } }, { headers: { "content-type": "application/json" } }), ["core / sign in / headers"]);
  assert.deepEqual(differs({ setCookie: ["x=1; Max-Age=7"] }, { setCookie: ["x=1; Max-Age=8"] }), ["core / sign in / cookies"]);
  assert.deepEqual(differs({ setCookie: ["x=1", "x=1"] }, { setCookie: ["x=1"] }), ["core / sign in / cookies"]);
  assert.deepEqual(differs({ body: '{"a":1,"b":2}' }, { body: '{"b":2,"a":1}' }), ["core / sign in / body"]);
  assert.deepEqual(differs({ body: `["${a}","${a}"]` }, { body: `["${a}","${b}"]` }), ["core / sign in / body"]);
});

test("ids, signatures and dates are chance", () => {
  const at = (id, day, sign) => ({
    body: `{"id":"${id}","expiresAt":"2026-11-${day}T10:00:00.123Z"}`,
    setCookie: [`s=${id}.${sign}; Path=/`, `c=${Buffer.from(`{"session":{"id":"${id}"},"signature":"${"x".repeat(43)}"}`).toString("base64url")}; Path=/`],
  });
  assert.deepEqual(transcripts(exchange(at(a, "10", signature)), exchange(at(b, "12", signature.replaceAll("s", "t")))), []);
});

test("what did not change stays as it was recorded", () => {
  const [was, same, other] = [exchange({ body: `"${a}"` }), exchange({ body: `"${b}"` }), exchange({ body: `["${b}"]` })];
  assert.deepEqual(renewed(was, same), was);
  assert.deepEqual(renewed(was, other), other);
  assert.deepEqual(renewed({}, other), other);
});

const state = (change = {}) => ({
  manifest: { dependencies: { "better-auth": "1.0.0" } },
  surface: { operations: { signOut: ["POST /sign-out", "body a: string"] }, tables: { user: ["column id"] }, errorCodes: { BAD: ["Bad"] } },
  transcripts: exchange(),
  scenarios: { leaving: { steps: [{ label: "signOut()", fields: { result: "1" } }] } },
  problems: [],
  ...change,
});

test("two equal states have nothing to report", () => {
  const lines = report(state(), state());
  assert.equal(lines.filter((line) => line === "  nothing").length, 8);
  assert.deepEqual(lines.filter((line) => line.startsWith("  ") && line !== "  nothing"), []);
});

test("every kind of change is reported", () => {
  const after = state({
    manifest: { dependencies: { "better-auth": "1.0.1" }, overrides: { x: "$x" } },
    surface: { operations: { signOut: ["POST /sign-out", "body b: string"], more: ["GET /more"] }, tables: { user: ["column id", "column new"] }, errorCodes: { WORSE: ["Worse"] } },
    transcripts: exchange({ status: 500 }),
    scenarios: { leaving: { steps: [{ label: "signOut()", fields: { result: "2" } }], error: "no" } },
    problems: ["differences.json: old-one does not happen (any more) at * / POST /x / body", "leaving / signOut() / result\n  reference 2\n       here 1"],
  });
  const text = report(state(), after).join("\n");
  for (const part of [
    "better-auth 1.0.0 → 1.0.1", "override of x: none → $x",
    "changed: signOut\n    - body a: string\n    + body b: string", "added: more\n    + GET /more", "changed: user\n    + column new",
    "removed: BAD", "added: WORSE\n    + Worse",
    "core / sign in / status:\n    was 200\n    is  500",
    "leaving: does not go as written: no", "leaving / signOut() / result:\n    was 1\n    is  2",
    "do not happen any more\n  differences.json: old-one", "a scenario is\n  leaving / signOut() / result\n    reference 2",
  ]) assert.ok(text.includes(part), `${part}\n\nis not in\n${text}`);
});

test("a step that is gone ends the comparison of its scenario, long texts are cut", () => {
  const long = state({ scenarios: { leaving: { steps: [{ label: "signOut()", fields: { result: "x".repeat(5000) } }] } } });
  assert.ok(report(state(), long).join("\n").includes("(5000 characters)"));
  const gone = report(state(), state({ scenarios: { leaving: { steps: [] } } })).join("\n");
  assert.ok(gone.includes("leaving / step 1:\n    was signOut()\n    is  nothing"), gone);
});

test("the pages name the release that is pinned", async () => {
  const { dependencies } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  assert.deepEqual([...new Set(await mentioned())], [dependencies[reference]]);
});
