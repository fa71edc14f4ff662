// The documented client samples of the passkey plugin, as documented, and its tables of endpoints and errors, row by row.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { authenticate, register } from "../interop/authenticator.mjs";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";

let browser, program, server, origin;
before(async () => {
  [browser, program] = await Promise.all([launchVisitors(), buildGo("conformance/browser/testserver")]);
  server = await program.start();
  origin = server.url;
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await program?.remove();
});

/*
 * The samples. What they fetch is relative to the server's origin, and credential.toJSON() is called by JSON.stringify;
 * only the conversion of the options is added, which the documentation leaves to the reader.
 * They run in the browser, and in Node with `fetch` and `navigator` given.
 */
async function registrationSample(sessionToken) {
  // 1. Get registration options from the server
  const optionsRes = await fetch("/auth/passkey/generate-register-options", {
    headers: { "Authorization": `Bearer ${sessionToken}` },
  });
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await optionsRes.json());

  // 2. Create credential using the browser API
  const credential = await navigator.credentials.create({ publicKey: options });

  // 3. Send the response back to the server
  const verifyRes = await fetch("/auth/passkey/verify-registration", {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${sessionToken}`,
      "Content-Type": "application/json",
    },
    body: JSON.stringify({
      response: credential,
      name: "My Device",
    }),
  });
  return { status: verifyRes.status, body: await verifyRes.json() };
}

async function authenticationSample() {
  // 1. Get authentication options
  const optionsRes = await fetch("/auth/passkey/generate-authenticate-options", {
    method: "POST",
  });
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await optionsRes.json());

  // 2. Get assertion using the browser API
  const assertion = await navigator.credentials.get({ publicKey: options });

  // 3. Verify with the server
  const verifyRes = await fetch("/auth/passkey/verify-authentication", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ response: assertion }),
  });
  const { session, user } = await verifyRes.json();
  return { status: verifyRes.status, session, user };
}

/** The two functions of docs/passkeys.md, by the name that the page gives them. */
async function documented(name) {
  const page = await readFile(new URL("../../docs/passkeys.md", import.meta.url), "utf8");
  const [, code] = new RegExp(`<!-- sample ${name} -->\\n\`\`\`js\\n([^]*?)\`\`\``).exec(page);
  return code;
}

let people = 0;

/** Signs up over HTTP, without cookies; resolves to {token, user}. */
async function signUp(at = origin) {
  const { status, body } = await send("POST", "/sign-up/email", { body: { name: "Ada", email: `ada-${++people}@example.com`, password: "correct horse battery" }, at });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** One request without cookies; `token` goes into the Authorization header. */
async function send(method, path, { body, token, at = origin } = {}) {
  const answer = await fetch(`${at}/auth${path}`, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body !== undefined && { "content-type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : null };
}

describe("the samples in a browser", () => {
  for (const kind of ["ctap2", "u2f"]) {
    test(`${kind}: register, then sign in`, async (t) => {
      const tab = await browser.visit(origin);
      t.after(tab.close);
      await tab.addAuthenticator(kind);
      const { token, user } = await tab.page.evaluate(async (email) => {
        const answer = await fetch("/auth/sign-up/email", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ name: "Ada", email, password: "correct horse battery" }),
        });
        return answer.json();
      }, `${kind}@example.com`);

      const registered = await tab.page.evaluate(registrationSample, token);
      assert.equal(registered.status, 200, JSON.stringify(registered.body));
      assert.equal(registered.body.name, "My Device");
      assert.equal(registered.body.userId, user.id);

      // Somebody signed out is found by a discoverable credential; an old security key has none and is found by whom the cookie says.
      if (kind === "ctap2") {
        await tab.context.clearCookies();
      }
      const signedIn = await tab.page.evaluate(authenticationSample);
      assert.equal(signedIn.status, 200);
      assert.equal(signedIn.user.id, user.id);
      assert.equal(signedIn.session.userId, user.id);
      assert.notEqual(signedIn.session.token, token);
      assert.deepEqual(tab.errors, []);
    });
  }
});

// What a newcomer starts, with the base path of the samples; the token is what signing up answers.
describe("the samples against the quickstart", () => {
  let quickstart, server;
  before(async () => {
    quickstart = await buildGo("examples/quickstart");
    server = await quickstart.start(["-base-path", "/auth"]);
  });
  after(async () => {
    await server?.stop();
    await quickstart?.remove();
  });
  for (const pair of ["samples", "docs/passkeys.md"]) {
    test(pair, async (t) => {
      const tab = await browser.visit(server.url);
      t.after(tab.close);
      await tab.addAuthenticator("ctap2");
      const { token, user } = await signUp(server.url);
      assert.deepEqual(await tab.context.cookies(), [], "the token alone says who it is");
      let registered, signedIn;
      if (pair === "samples") {
        registered = await tab.page.evaluate(registrationSample, token);
        signedIn = await tab.page.evaluate(authenticationSample);
      } else {
        const play = async (code, argument) =>
          tab.page.evaluate(`(${code})(${JSON.stringify(argument ?? null)}).then(async (answer) => ({ status: answer.status, body: await answer.json() }))`);
        registered = await play(await documented("register"), token);
        const { status, body } = await play(await documented("signIn"));
        signedIn = { status, ...body };
      }
      assert.equal(registered.status, 200, JSON.stringify(registered.body));
      assert.equal(registered.body.name, "My Device");
      assert.equal(signedIn.status, 200);
      assert.equal(signedIn.user.id, user.id);
      assert.equal((await send("GET", "/get-session", { token: signedIn.session.token, at: server.url })).body.user.id, user.id);
    });
  }
});

describe("the samples in a client that keeps no cookies", () => {
  for (const algorithm of ["ES256", "EdDSA", "RS256"]) {
    test(`${algorithm}: register, then sign in`, async () => {
      const { token, user } = await signUp();
      const device = softwareBrowser(algorithm);

      const registered = await device.run(registrationSample, token);
      assert.equal(registered.status, 200, JSON.stringify(registered.body));
      assert.equal(registered.body.name, "My Device");

      const signedIn = await device.run(authenticationSample);
      assert.equal(signedIn.status, 200);
      assert.equal(signedIn.user.id, user.id);
      assert.equal((await send("GET", "/get-session", { token: signedIn.session.token })).body.user.id, user.id, "the session's token is a bearer token");
    });
  }
});

/** The globals of the samples without a browser: fetch without cookies, a software authenticator for navigator.credentials. */
function softwareBrowser(algorithm) {
  let credential;
  const keep = (made) => {
    credential = made.credential;
    return made.response;
  };
  const globals = {
    fetch: (path, init) => fetch(origin + path, init),
    PublicKeyCredential: { parseCreationOptionsFromJSON: (options) => options, parseRequestOptionsFromJSON: (options) => options },
    navigator: {
      credentials: {
        create: async ({ publicKey }) => keep(register(publicKey, { origin, algorithm })),
        get: async ({ publicKey }) => keep(authenticate(publicKey, { origin, credential })),
      },
    },
  };
  return { run: (sample, ...args) => new Function(...Object.keys(globals), `return ${sample}`)(...Object.values(globals))(...args) };
}

/** A registration up to where the response is sent. */
async function prepared(token, at = origin, algorithm = "ES256") {
  const options = (await send("GET", "/passkey/generate-register-options", { token, at })).body;
  return register(options, { origin: at, algorithm });
}

/** A passkey, registered; resolves to {credential, row}. */
async function registered(token, at = origin) {
  const { credential, response } = await prepared(token, at);
  const { status, body } = await send("POST", "/passkey/verify-registration", { token, body: { response }, at });
  assert.equal(status, 200, JSON.stringify(body));
  return { credential, row: body };
}

/** A sign-in up to where the response is sent. */
async function asserted(credential, at = origin) {
  const options = (await send("POST", "/passkey/generate-authenticate-options", { at })).body;
  return authenticate(options, { origin: at, credential }).response;
}

describe("the table of endpoints", () => {
  const rows = {
    "/passkey/generate-register-options": ["GET", (body) => assert.ok(body.challenge && body.user.id)],
    "/passkey/verify-registration": ["POST", (body) => assert.equal(body.name, "Key")],
    "/passkey/generate-authenticate-options": ["POST", (body) => assert.ok(body.challenge && body.rpId)],
    "/passkey/verify-authentication": ["POST", (body) => assert.ok(body.session.token && body.user.id)],
    "/passkey/list-user-passkeys": ["GET", (body) => assert.equal(body.length, 2)],
    "/passkey/delete-passkey": ["POST", (body) => assert.deepEqual(body, { status: true })],
    "/passkey/update-passkey": ["POST", (body) => assert.equal(body.passkey.name, "New name")],
  };
  for (const [path, [method, check]] of Object.entries(rows)) {
    test(`${method} ${path}`, async () => {
      const { token } = await signUp();
      const { credential, row } = await registered(token);
      const bodies = {
        "/passkey/verify-registration": async () => ({ response: (await prepared(token)).response, name: "Key" }),
        "/passkey/verify-authentication": async () => ({ response: await asserted(credential) }),
        "/passkey/delete-passkey": () => ({ id: row.id }),
        "/passkey/update-passkey": () => ({ id: row.id, name: "New name" }),
      };
      if (path === "/passkey/list-user-passkeys") await registered(token);
      const answer = await send(method, path, { token, body: await bodies[path]?.() });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      check(answer.body);

      // The documented method and no other; GET for the options of a sign-in is what the reference's own client uses.
      const wrong = await send(method === "GET" ? "POST" : "GET", path, { token });
      assert.equal(wrong.status, path === "/passkey/generate-authenticate-options" ? 200 : 404);
    });
  }
});

describe("the table of errors", () => {
  const invalid = {
    "no body": undefined,
    "no response": {},
    "null": { response: null },
    "a string": { response: "credential" },
    "an empty object": { response: {} },
    "members of other types": { response: { id: 1, rawId: [], type: true, response: "x" } },
    "bytes that are no attestation": { response: { id: "AAAA", rawId: "AAAA", type: "public-key", clientExtensionResults: {}, response: { clientDataJSON: "AAAA", attestationObject: "AAAA", authenticatorData: "AAAA", signature: "AAAA" } } },
  };
  for (const [what, body] of Object.entries(invalid)) {
    test(`400 Invalid or missing WebAuthn response data: ${what}`, async () => {
      const { token } = await signUp();
      for (const path of ["/passkey/verify-registration", "/passkey/verify-authentication"]) {
        const { status, body: answer } = await send("POST", path, { token, body });
        assert.equal(status, 400, `${path}: ${JSON.stringify(answer)}`);
        assert.ok(answer.message);
      }
    });
  }

  test("400 Invalid or expired challenge: one the server never gave", async () => {
    const { token } = await signUp();
    const { credential } = await registered(token);
    const options = (await send("GET", "/passkey/generate-register-options", { token })).body;
    const own = { ...options, challenge: Buffer.alloc(32, 7).toString("base64url"), rpId: "localhost" };
    await refusedChallenge("/passkey/verify-registration", { token, body: { response: register(own, { origin, algorithm: "ES256" }).response } });
    await refusedChallenge("/passkey/verify-authentication", { body: { response: authenticate(own, { origin, credential }).response } });
  });

  test("400 Invalid or expired challenge: one that was used", async () => {
    const { token } = await signUp();
    const { credential, response } = await prepared(token);
    assert.equal((await send("POST", "/passkey/verify-registration", { token, body: { response } })).status, 200);
    await refusedChallenge("/passkey/verify-registration", { token, body: { response } });
    const assertion = await asserted(credential);
    assert.equal((await send("POST", "/passkey/verify-authentication", { body: { response: assertion } })).status, 200);
    await refusedChallenge("/passkey/verify-authentication", { body: { response: assertion } });
  });

  test("400 Invalid or expired challenge: one that has expired", async (t) => {
    const hasty = await program.start(["-challenge-ttl", "300ms"]);
    t.after(hasty.stop);
    const at = hasty.url;
    const { token } = await signUp(at);
    const { credential } = await registered(token, at);
    const { response } = await prepared(token, at);
    const assertion = await asserted(credential, at);
    await sleep(400);
    await refusedChallenge("/passkey/verify-registration", { token, body: { response }, at });
    await refusedChallenge("/passkey/verify-authentication", { body: { response: assertion }, at });
  });

  async function refusedChallenge(path, request) {
    const { status, body } = await send("POST", path, request);
    assert.equal(status, 400, `${path}: ${JSON.stringify(body)}`);
    assert.equal(body.code, "CHALLENGE_NOT_FOUND");
  }

  const guarded = {
    "GET /passkey/generate-register-options": undefined,
    "POST /passkey/verify-registration": { response: {} },
    "GET /passkey/list-user-passkeys": undefined,
    "POST /passkey/delete-passkey": { id: "any" },
    "POST /passkey/update-passkey": { id: "any", name: "any" },
  };
  for (const [endpoint, body] of Object.entries(guarded)) {
    test(`401 Not authenticated: ${endpoint}`, async () => {
      for (const token of [undefined, "notasessiontoken"]) {
        const answer = await send(...endpoint.split(" "), { body, token });
        assert.equal(answer.status, 401, JSON.stringify(answer.body));
        assert.equal(answer.body.code, "UNAUTHORIZED");
      }
    });
  }

  for (const [path, change] of Object.entries({ "/passkey/update-passkey": { name: "Mine now" }, "/passkey/delete-passkey": {} })) {
    test(`404 Passkey not found: POST ${path}`, async () => {
      const [owner, other] = [await signUp(), await signUp()];
      const { row } = await registered(owner.token);
      for (const id of ["none", row.id]) {
        const { status, body } = await send("POST", path, { token: other.token, body: { id, ...change } });
        assert.equal(status, 404, `${id}: ${JSON.stringify(body)}`);
        assert.equal(body.code, "PASSKEY_NOT_FOUND");
      }
      const [kept] = (await send("GET", "/passkey/list-user-passkeys", { token: owner.token })).body;
      assert.deepEqual(kept, row, "the owner's passkey is untouched");
    });
  }

  test("501 Full WebAuthn verification not enabled", async (t) => {
    const unverifying = await program.start(["-disable-verification"]);
    t.after(unverifying.stop);
    const at = unverifying.url;
    const { token } = await signUp(at);
    const { credential, response } = await prepared(token, at);
    const attempts = { "/passkey/verify-registration": response, "/passkey/verify-authentication": await asserted(credential, at) };
    for (const [path, response] of Object.entries(attempts)) {
      const { status, body } = await send("POST", path, { token, body: { response }, at });
      assert.equal(status, 501, `${path}: ${JSON.stringify(body)}`);
      assert.equal(body.code, "VERIFICATION_NOT_ENABLED");
    }
    assert.deepEqual((await send("GET", "/passkey/list-user-passkeys", { token, at })).body, [], "nothing was stored");
  });
});
