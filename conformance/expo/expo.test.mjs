// The official Expo client at both servers: what an app on a phone does, and what no other app or page may do with it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildGoServer, startGo, startReference } from "../suite/sites.mjs";
import { App, browse, bundle } from "./phone.mjs";

const flags = ["--database", "sqlite::memory:", "--with", "expo,insecure-cheap-passwords"];
const ada = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };

let app, go;
before(async () => ([app, go] = await Promise.all([bundle(), buildGoServer()])));
after(() => Promise.all([app?.remove(), go?.remove()]));

const servers = { reference: () => startReference(flags), Go: () => startGo(go.program, flags) };

async function ok(call) {
  const { data, error } = await call;
  assert.equal(error, null, `refused: ${JSON.stringify(error)}`);
  return data;
}

for (const [name, start] of Object.entries(servers)) {
  /** A server of its own, and what is asked of it directly. */
  const serve = async (t) => {
    const server = await start();
    t.after(server.stop);
    const base = `${server.url}/api/auth`;
    const mail = async (kind) => (await fetch(`${server.url}/__test/${kind}?email=${ada.email}`)).json();
    const post = (path, headers, body = {}) =>
      fetch(base + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
    return { base, mail, post, phone: (options) => new App(app.client, base, options) };
  };

  test(`${name}: an app signs up, changes things and signs out`, async (t) => {
    const { base, phone, post } = await serve(t);
    const { client, sent } = phone();
    await ok(client.signUp.email(ada));
    assert.equal((await ok(client.getSession())).user.email, ada.email);
    assert.match(await client.getCookie(), /better-auth\.session_token=/);
    await ok(client.updateUser({ name: "Countess" }));
    await ok(client.changePassword({ currentPassword: ada.password, newPassword: "staple horse battery", revokeOtherSessions: true }));
    assert.equal((await ok(client.getSession())).user.name, "Countess");
    const asked = sent.find(({ path }) => path.endsWith("/update-user"));
    assert.equal(asked.headers.get("expo-origin"), "myapp://");
    assert.equal(asked.headers.get("origin"), null, "the client sends no Origin");

    const cookie = await client.getCookie();
    for (const [headers, code] of [
      [{}, "MISSING_OR_NULL_ORIGIN"],
      [{ "expo-origin": "evilapp://" }, "INVALID_ORIGIN"],
      [{ "expo-origin": "myapp://", origin: "https://evil.example" }, "INVALID_ORIGIN"],
    ]) {
      const refused = await post("/sign-out", { cookie, ...headers });
      assert.deepEqual([refused.status, (await refused.json()).code], [403, code], JSON.stringify(headers));
    }
    await ok(client.signOut());
    assert.equal(await ok(client.getSession()), null);
    const gone = await fetch(`${base}/get-session`, { headers: { cookie } });
    assert.equal(await gone.json(), null, "the session ended at the server");
    await ok(client.signIn.email({ email: ada.email, password: "staple horse battery" }));
    assert.equal((await ok(client.getSession())).user.name, "Countess");
  });

  test(`${name}: another app is refused`, async (t) => {
    const { phone } = await serve(t);
    await ok(phone().client.signUp.email(ada));
    const { error } = await phone({ scheme: "evilapp" }).client.signIn.email({ email: ada.email, password: ada.password });
    assert.deepEqual([error?.status, error?.code], [403, "INVALID_ORIGIN"]);
  });

  test(`${name}: a magic link that a browser follows signs the app in`, async (t) => {
    const { mail, phone } = await serve(t);
    const device = phone();
    await ok(device.client.signIn.magicLink({ email: ada.email, callbackURL: "/home" }));
    const { url } = await mail("magic-link");
    const { link } = await browse(url);
    assert.match(link, /^myapp:\/\/\/home\?cookie=/);
    device.open(link);
    assert.equal((await ok(device.client.getSession())).user.email, ada.email);
    await ok(device.client.updateUser({ name: "Ada" }));
    await ok(device.client.signOut());

    const again = await browse(url);
    assert.match(again.link, /^myapp:\/\/\/home\?error=/, "a used link says so");
    assert.equal(new URL(again.link).searchParams.get("cookie"), null);
  });

  test(`${name}: a link to a page hands nothing over`, async (t) => {
    const { base, mail, post } = await serve(t);
    await post("/sign-in/magic-link", { "expo-origin": "myapp://" }, { email: ada.email, callbackURL: `${base}/ok` });
    const response = await fetch((await mail("magic-link")).url, { redirect: "manual" });
    assert.equal(response.headers.get("location"), `${base}/ok`);
    const refused = await post("/sign-in/magic-link", { "expo-origin": "myapp://" }, { email: ada.email, callbackURL: "evilapp://home" });
    assert.deepEqual([refused.status, (await refused.json()).code], [403, "INVALID_CALLBACK_URL"]);
  });

  test(`${name}: a mailed code signs the app in`, async (t) => {
    const { mail, phone } = await serve(t);
    const { client } = phone();
    await ok(client.emailOtp.sendVerificationOtp({ email: ada.email, type: "sign-in" }));
    await ok(client.signIn.emailOtp({ email: ada.email, otp: (await mail("sign-in-otp")).otp }));
    assert.equal((await ok(client.getSession())).user.email, ada.email);
  });

  test(`${name}: the authorization proxy leads to a provider with the state in a cookie`, async (t) => {
    const { base } = await serve(t);
    const ask = (query) => fetch(`${base}/expo-authorization-proxy?${new URLSearchParams(query)}`, { redirect: "manual" });
    const to = "https://accounts.example.org/authorize?client_id=a&state=abcdef";
    // Only the Go server remembers that the browser came from an app.
    const mark = "better-auth.expo_authorized=1; Max-Age=600; Path=/; HttpOnly; SameSite=Lax";
    const state = (answer) => {
      const cookies = answer.headers.getSetCookie();
      assert.equal(cookies.includes(mark), name === "Go");
      return cookies.filter((cookie) => cookie !== mark).join("\n");
    };
    const signed = await ask({ authorizationURL: to });
    assert.deepEqual([signed.status, signed.headers.get("location")], [302, to]);
    assert.match(state(signed), /^better-auth\.state=abcdef\.[^;]+; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/);
    const sealed = await ask({ authorizationURL: to, oauthState: "a+b/c=" });
    assert.deepEqual([sealed.status, sealed.headers.get("location")], [302, to]);
    assert.match(state(sealed), /^better-auth\.oauth_state=a%2Bb%2Fc%3D; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    for (const [query, message] of [
      [{ authorizationURL: "http://accounts.example.org/?state=a" }, "Invalid authorizationURL"],
      [{ authorizationURL: `${to}#x` }, "Invalid authorizationURL"],
      [{ authorizationURL: `${base}/callback/x?state=a` }, "Invalid authorizationURL"],
      [{ authorizationURL: "x" }, "Invalid authorizationURL"],
      [{ authorizationURL: "https://accounts.example.org/" }, "Unexpected error"],
      [{}, "[query.authorizationURL] Invalid input: expected string, received undefined"],
    ]) {
      const refused = await ask(query);
      assert.deepEqual([refused.status, (await refused.json()).message], [400, message]);
      assert.equal(refused.headers.getSetCookie().length, 0);
    }
  });
}
