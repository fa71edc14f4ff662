// Shows that the comparison sees what it has to see, and lets pass what only chance makes different.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { explain, readDifferences } from "./differences.mjs";
import { Normalizer } from "./normalize.mjs";
import { errorOf, operationOf } from "./operations.mjs";
import { differences, transcript } from "./record.mjs";
import { Recording } from "./recording.mjs";

const url = "http://localhost:3000";
const [a, b] = ["a".repeat(32), "b".repeat(32)];
const signature = `${"s".repeat(43)}%3D`;

test("ids, dates, tokens and addresses are normalized, and nothing else", () => {
  const claims = Buffer.from(JSON.stringify({ email: "a@b.com", iat: 100, exp: 3700 })).toString("base64url");
  const cases = {
    [`["abcde-${"f".repeat(5)}","abcde-${"f".repeat(37)}"]`]: '["<code 1>","<id 2>"]',
    [`{"id":"${a}","userId":"${b}","again":"${a}"}`]: '{"id":"<id 1>","userId":"<id 2>","again":"<id 1>"}',
    '"2026-11-23T09:24:04.737Z" "2026-11-30T09:24:04.732Z"': '"<+0s>" "<+604800s>"',
    "1795425848396 1795426148396": "<+0s> <+300s>",
    [`${url}/x?to=${encodeURIComponent(url)}`]: "<server>/x?to=<server>",
    [`/verify?token=eyJhbGciOiJIUzI1NiJ9.${claims}.${"s".repeat(43)}&x`]: '/verify?token=<token {"email":"a@b.com"} for 3600 s>&x',
    [`"challenge":"${"c".repeat(43)}"`]: '"challenge":"<challenge 1>"',
    [`["abcde-fghij",{"id":"abcde-${"k".repeat(16)}"}]`]: '["<code 1>",{"id":"<id 2>"}]',
    [`/reset-password/${"t".repeat(24)}?x`]: "/reset-password/<id 1>?x",
    [`["eyJh.eyJp.${"s-".repeat(50)}","${"0a".repeat(60)}"]`]: '["<id token>","<sealed>"]',
    [`aaaa 12345 2026-11-23 ${a}${b}${a} PASSWORD_TOO_SHORT`]: `aaaa 12345 2026-11-23 ${a}${b}${a} PASSWORD_TOO_SHORT`,
  };
  for (const [text, want] of Object.entries(cases)) assert.equal(new Normalizer(url).text(text), want);
});

test("cookies keep their attributes and show what was signed or cached", () => {
  const cached = Buffer.from('{"b":1,"a":2}').toString("base64url");
  const cases = {
    [`x=${a}.${signature}; Max-Age=7; Path=/`]: "x=<id 1>.<signature>; Max-Age=7; Path=/",
    [`x=true.${signature}; Path=/`]: "x=true.<signature>; Path=/",
    "x=; Max-Age=0": "x=; Max-Age=0",
    [`x=${cached}; Path=/`]: 'x={"a":2,"b":1}; Path=/',
  };
  for (const [line, want] of Object.entries(cases)) assert.equal(new Normalizer(url).cookie(line), want);
});

function wire({ status = 200, body = "{}", cookies = [], headers = {} } = {}) {
  const all = new Headers({ "content-type": "application/json", ...headers });
  for (const line of cookies) all.append("set-cookie", line);
  return { kind: "wire", method: "POST", url: "/api/auth/sign-out", status, headers: all, body };
}

const compare = (one, other) => differences(transcript([one], url), transcript([other], "http://localhost:4000")).map(({ where }) => where.split(" / ")[1]);

test("what a client can see is compared", () => {
  assert.deepEqual(compare(wire(), wire()), []);
  assert.deepEqual(compare(wire(), wire({ status: 201 })), ["status"]);
  assert.deepEqual(compare(wire(), wire({ body: '{"a":1}' })), ["body"]);
  assert.deepEqual(compare(wire({ body: '{"a":null}' }), wire({ body: "{}" })), ["body"]);
  assert.deepEqual(compare(wire({ body: `["${a}","${a}"]` }), wire({ body: `["${a}","${b}"]` })), ["body"]);
  assert.deepEqual(compare(wire({ cookies: ["x=1; Max-Age=7"] }), wire({ cookies: ["x=1; Max-Age=8"] })), ["cookies"]);
  assert.deepEqual(compare(wire({ cookies: ["x=1; HttpOnly"] }), wire({ cookies: ["x=1"] })), ["cookies"]);
  assert.deepEqual(compare(wire(), wire({ cookies: ["x=1"] })), ["cookies"]);
  assert.deepEqual(compare(wire(), wire({ headers: { "content-type": "text/plain" } })), ["headers"]);
  assert.deepEqual(compare(wire(), wire({ headers: { location: "/x" } })), ["headers"]);
  assert.deepEqual(compare(wire({ headers: { location: "/a%20b" } }), wire({ headers: { location: "/a b" } })), ["headers"]);
  assert.deepEqual(compare(wire({ headers: { "x-retry-after": "10" } }), wire({ headers: { "x-retry-after": "60" } })), ["headers"]);
  assert.deepEqual(compare({ kind: "result", call: "x", value: { data: 1 } }, { kind: "result", call: "x", value: { data: 2 } }), ["result"]);
  assert.equal(differences(transcript([wire(), wire()], url), transcript([wire()], url)).length, 1);
});

test("what means nothing to a client is not", () => {
  assert.deepEqual(compare(wire({ body: '{"a":1,"b":2}' }), wire({ body: '{"b":2,"a":1}' })), []);
  assert.deepEqual(compare(wire({ cookies: ["x=0", "y=1", "x=1"] }), wire({ cookies: ["x=1", "y=1"] })), []);
  assert.deepEqual(compare(wire({ headers: { "x-retry-after": "10" } }), wire({ headers: { "x-retry-after": "9" } })), []);
  assert.deepEqual(compare(wire({ body: `"${a}"` }), wire({ body: `"${b}"` })), []);
  assert.deepEqual(compare(wire({ headers: { location: `${url}/x` } }), wire({ headers: { location: "http://localhost:4000/x" } })), []);
});

test("a difference is allowed where it is listed, as it is listed", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "differences.json");
  const read = async (...allows) => {
    await writeFile(file, JSON.stringify([{ id: "x", reason: "y", allows }]));
    return readDifferences(file);
  };
  const entries = await read({ where: ["* / GET /a* / cookies"], adds: ["c=*"] }, { where: ["s / GET /a / cookies"], replaces: [["1", "2"]] });
  const explains = (where, reference, here) => explain(entries, where, reference, here)?.length;
  assert.equal(explains("s / GET /b / cookies", "", "c=1"), undefined);
  assert.equal(explains("s / GET /a / cookies", "", "d=1"), undefined);
  assert.equal(explains("s / GET /a / cookies", "b=1", "c=1"), undefined);
  assert.deepEqual(entries[0].places.map(({ used }) => used), [false, false]);
  assert.equal(explains("s / GET /a / cookies", "b=1", "b=1\nc=1"), 1);
  assert.deepEqual(entries[0].places.map(({ used }) => used), [true, false]);
  assert.equal(explains("s / GET /a / cookies", "b=1", "c=1\nb=2"), 2);
  await assert.rejects(read({ where: ["x"], says: "y" }), /does not say/);
  await assert.rejects(read(), /lacks something/);
});

test("operations and errors are read from the wire", () => {
  const event = (method, path) => ({ kind: "wire", method, url: `/api/auth${path}` });
  assert.equal(operationOf(event("GET", "/reset-password/abc?callbackURL=x")), "requestPasswordResetCallback");
  assert.equal(operationOf(event("POST", "/reset-password?token=x")), "resetPassword");
  assert.equal(operationOf(event("GET", "/nothing")), undefined);
  assert.equal(errorOf(wire()), undefined);
  assert.equal(errorOf(wire({ status: 404, body: "" })), "404");
  assert.equal(errorOf(wire({ status: 400, body: '{"message":"m"}' })), "m");
  assert.equal(errorOf(wire({ status: 302, headers: { location: "/x?a=b&error=INVALID_TOKEN#top" } })), "INVALID_TOKEN");
});

// What a world has sent that signed up, and then sent what `next` makes of the answer.
function world(url, token, next) {
  const event = wire({ body: JSON.stringify({ token }), cookies: [`t=${token}.${signature}; Path=/`] });
  const jar = new Map();
  const first = { method: "POST", url: "/sign-up", headers: new Headers({ origin: url }), body: '{"name":"Ada"}', jar, before: new Map(), after: new Map([["t", `${token}.${signature}`]]) };
  return {
    server: { url },
    sent: [{ ...first, answerHeaders: event.headers, answerBody: event.body, event }, { method: "GET", headers: new Headers(), jar, before: first.after, after: first.after, url: "/x", ...next(token) }],
  };
}

function recorded(next) {
  const [reference, here] = [world(url, a, next), world("http://localhost:4000", b, next)];
  const recording = new Recording();
  recording.add("s", "plain", [], reference, here, transcript([reference.sent[0].event], url));
  const { scenarios, left } = JSON.parse(recording.text());
  return left.s ?? scenarios.s.steps;
}

test("a recording names what earlier answers said", () => {
  const [first, second] = recorded((token) => ({ url: `/verify?token=${token}`, headers: new Headers({ authorization: `Bearer ${token}` }) }));
  assert.equal(first.request, "POST /sign-up");
  assert.deepEqual(first.body, { name: "Ada" });
  assert.equal(first.headers.origin, undefined);
  assert.deepEqual(first.answer, { label: "POST /api/auth/sign-out", status: "200", headers: ["content-type: application/json"], cookies: ["t=<id 1>.<signature>; Path=/"], body: { token: "<id 1>" } });
  assert.equal(second.request, "GET /verify?token=<1 /token>");
  assert.equal(second.headers.authorization, "Bearer <1 /token>");
  assert.deepEqual([second.jar, second.cookies, second.answer], [1, undefined, undefined]);
  const [, other] = recorded((token) => ({ jar: new Map(), before: new Map([["t", `${token}.${signature}`]]), url: "/x" }));
  assert.deepEqual([other.jar, other.cookies], [2, { t: "<1 cookie t>" }]);
  const [, gone] = recorded(() => ({ before: new Map() }));
  assert.deepEqual(gone.cookies, { t: null });
});

test("what is new each time is left to Node", () => {
  assert.match(recorded((token) => ({ body: JSON.stringify({ token: token.slice(1) }) })), /step 2, GET \/x, sends something/);
});
