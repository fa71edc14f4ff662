// check: shows that a server understands what seed left in the database, and refuses what it must refuse.
import assert from "node:assert/strict";
import { authenticate } from "./authenticator.mjs";
import { Visitor } from "./visitor.mjs";

/**
 * Resolves to {ok, results: [{name, ok, error?}], state}; it goes on after a failure, so that all of them are seen at once.
 * `state` has the new counters. The seeded session and rows stay: a state can be checked again, here or elsewhere.
 * `cookieCache` also demands that the session_data cookie of the state is accepted without asking the database; it lives five minutes.
 */
export async function check(state, { base, origin, cookieCache = false }) {
  const results = [];
  const step = async (name, run) => {
    try {
      await run();
      results.push({ name, ok: true });
    } catch (error) {
      results.push({ name, ok: false, error: error.message });
    }
  };
  const visitor = (cookies) => new Visitor({ base, origin, cookies });
  const [sessionName, sessionValue] = split(state.sessionCookie);
  const seeded = () => visitor({ [sessionName]: sessionValue });
  const { email } = state.user;

  await step("password sign-in", async () => {
    const guest = visitor();
    const { body } = await guest.expect("POST", "/sign-in/email", { email, password: state.password });
    assert.equal(body.user.id, state.user.id);
    const current = (await guest.expect("GET", "/get-session")).body;
    assert.equal(current.session.token, body.token);
    assert.deepEqual(current.user, state.user);
    await guest.expect("POST", "/sign-out", {});
    assert.equal((await guest.expect("GET", "/get-session")).body, null);
  });

  await step("wrong password is refused", async () => {
    const { status, body } = await visitor().send("POST", "/sign-in/email", { email, password: `${state.password}!` });
    assert.equal(status, 401);
    assert.equal(body.code, "INVALID_EMAIL_OR_PASSWORD");
  });

  await step("session cookie", async () => {
    const { body } = await seeded().expect("GET", "/get-session");
    assert.deepEqual(body, { session: state.session, user: state.user });
  });

  await step("session cookie with another signature is refused", async () => {
    const forged = sessionValue.replace(/(?<=\.)./, (first) => (first === "A" ? "B" : "A"));
    const { body } = await visitor({ [sessionName]: forged }).expect("GET", "/get-session");
    assert.equal(body, null);
  });

  if (cookieCache) {
    await step("session_data cookie", async () => {
      const cache = Object.keys(state.cookies).filter((name) => name.includes("session_data"));
      assert.ok(cache.length > 0, "the state has no session_data cookie: the seeding server had no cookie cache");
      const { body, set } = await visitor(state.cookies).expect("GET", "/get-session");
      assert.deepEqual(body, { session: state.session, user: state.user });
      // A server that cannot read the cookie clears it, or asks the database and sets a new one.
      assert.deepEqual(set, [], "the session_data cookie was not accepted");
    });
  }

  const credentials = [];
  for (const credential of state.credentials) {
    let used = credential;
    await step(`passkey ${credential.algorithm}`, async () => {
      const row = await storedRow(seeded(), credential);
      assert.ok(row.counter >= credential.counter, `the stored counter went back from ${credential.counter} to ${row.counter}`);
      assert.deepEqual({ ...row, counter: 0 }, { ...credential.row, counter: 0 });

      const guest = visitor();
      const options = await requestOptions(guest);
      const signed = authenticate(options, { origin, credential, counter: row.counter + 1 });
      const { body } = await guest.expect("POST", "/passkey/verify-authentication", { response: signed.response });
      used = { ...signed.credential, row: { ...row, counter: signed.credential.counter } };
      assert.equal(body.user.id, state.user.id);
      const current = (await guest.expect("GET", "/get-session")).body;
      assert.equal(current.session.id, body.session.id);
      assert.equal((await storedRow(seeded(), credential)).counter, signed.credential.counter, "the new counter is stored");

      const again = await guest.send("POST", "/passkey/verify-authentication", { response: signed.response });
      assert.ok(again.status >= 400 && again.status < 500, `an assertion sent twice: ${again.status}`);
    });
    const another = state.credentials.find((other) => other !== credential);
    const refused = {
      "counter that stands still": { counter: used.counter },
      "foreign origin": { origin: "http://localhost:1" },
      "signature of another key": { signer: another },
    };
    for (const [what, { counter = used.counter + 1, origin: signedFor = origin, signer }] of Object.entries(refused)) {
      await step(`passkey ${credential.algorithm}: ${what} is refused`, async () => {
        const guest = visitor();
        const options = await requestOptions(guest);
        const { response } = authenticate(options, { origin: signedFor, credential: used, counter });
        if (signer) response.response.signature = authenticate(options, { origin: signedFor, credential: signer, counter }).response.response.signature;
        const { status } = await guest.send("POST", "/passkey/verify-authentication", { response });
        assert.ok(status === 400 || status === 401, `status ${status}`);
        assert.equal((await guest.expect("GET", "/get-session")).body, null);
        assert.equal((await storedRow(seeded(), credential)).counter, used.counter, "a refused assertion leaves the counter");
      });
    }
    credentials.push(used);
  }
  return { ok: results.every(({ ok }) => ok), results, state: { ...state, credentials } };
}

async function storedRow(visitor, { credentialID }) {
  const rows = (await visitor.expect("GET", "/passkey/list-user-passkeys")).body;
  const row = rows.find((candidate) => candidate.credentialID === credentialID);
  assert.ok(row, `passkey ${credentialID} is not listed`);
  return row;
}

async function requestOptions(visitor) {
  return (await visitor.expect("GET", "/passkey/generate-authenticate-options")).body;
}

function split(cookie) {
  const at = cookie.indexOf("=");
  return [cookie.slice(0, at), cookie.slice(at + 1)];
}
