// Shows that the OpenID provider does what tests of others rely on, with a client and a person that need no browser.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from "jose";
import { discover } from "./client.mjs";
import { Person, signIn } from "./person.mjs";
import { startProvider } from "./start.mjs";

const redirect = "http://localhost:9/callback"; // nobody has to answer there
const flags = ["--client", "app", "--secret", "hush", "--redirect", redirect, "--post-logout", "http://localhost:9/bye"];
let provider;
let app;

before(async () => {
  provider = await startProvider(flags);
  app = await discover(provider.issuer, { id: "app", secret: "hush", redirect });
});
after(() => provider.stop());
beforeEach(() => provider.control("settings", { idTokenClaims: false, refreshTokens: "always", accessTokenTTL: 3600, tokenDelay: 0 }));

async function tokensOf(login, { client = app, person, more, how } = {}) {
  const { url, verifier } = client.request(more);
  const callback = await signIn({ authorizeURL: url, login, person });
  const { status, body } = await client.exchange(callback, verifier, how);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
const parametersOf = (url) => Object.fromEntries(new URL(url).searchParams);

test("discovery says what the provider can", () => {
  const { metadata } = app;
  assert.equal(metadata.issuer, provider.issuer);
  assert.equal(metadata.authorization_response_iss_parameter_supported, true);
  assert.equal(metadata.backchannel_logout_supported, true);
  assert.deepEqual(metadata.code_challenge_methods_supported, ["S256"]);
  assert.deepEqual(metadata.token_endpoint_auth_methods_supported, ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]);
  for (const name of ["pushed_authorization_request_endpoint", "end_session_endpoint", "revocation_endpoint", "userinfo_endpoint", "jwks_uri"]) {
    assert.equal(new URL(metadata[name]).origin, provider.issuer, name);
  }
});

test("a person signs in and allows it, and the application learns who it is", async () => {
  const { url, parameters, verifier } = app.request();
  const callback = await signIn({ authorizeURL: url, login: "ada" });
  const { code, state, iss } = parametersOf(callback);
  assert.ok(callback.startsWith(`${redirect}?`) && code);
  assert.equal(state, parameters.state);
  assert.equal(iss, provider.issuer, "RFC 9207");

  const { body: tokens } = await app.exchange(callback, verifier);
  const claims = await app.verify(tokens.id_token);
  assert.equal(claims.sub, "subject-of-ada");
  assert.equal(claims.nonce, parameters.nonce);
  assert.equal(claims.email, undefined, "only the user info has it");
  const { body: info } = await app.userInfo(tokens.access_token);
  assert.deepEqual(info, {
    sub: "subject-of-ada", email: "ada@example.com", email_verified: true, name: "Ada", picture: "https://example.com/pictures/ada.png",
  });
});

test("a setting puts the claims into the id token as well", async () => {
  await provider.control("settings", { idTokenClaims: true });
  const claims = await app.verify((await tokensOf("bob")).id_token);
  assert.equal(claims.email, "bob@example.com");
  assert.equal(claims.email_verified, true);
  assert.equal(claims.name, "Bob");
});

test("claims are what a test says of an account", async () => {
  await provider.control("accounts", { login: "eve", sub: "another", email: "Eve@Example.com", email_verified: "false", name: "Eve E.", picture: null });
  const { body } = await app.userInfo((await tokensOf("eve")).access_token);
  assert.deepEqual(body, { sub: "another", email: "Eve@Example.com", email_verified: "false", name: "Eve E." });
  await provider.control("accounts", { login: "eve", email: null, email_verified: null });
  assert.deepEqual((await app.userInfo((await tokensOf("eve")).access_token)).body, { sub: "another", name: "Eve E." });

  const { access_token: orphan } = await tokensOf("eve");
  await provider.control("remove-account", { login: "eve" });
  assert.equal((await app.userInfo(orphan)).status, 401);
});

test("a person denies it", async () => {
  const { url, parameters } = app.request();
  const answer = parametersOf(await signIn({ authorizeURL: url, login: "ada", consent: false }));
  assert.equal(answer.error, "access_denied");
  assert.equal(answer.state, parameters.state);
  assert.equal(answer.iss, provider.issuer);
});

test("who has a session is not asked again, unless the application wants that", async () => {
  const person = new Person();
  await tokensOf("ada", { person });
  const again = (more) => signIn({ authorizeURL: app.request(more).url, person });
  assert.ok(parametersOf(await again()).code);
  assert.ok(parametersOf(await again({ prompt: "consent" })).code);
  assert.ok(parametersOf(await again({ prompt: "none" })).code);
  for (const prompt of ["login", "select_account"]) await assert.rejects(again({ prompt }), /asks who signs in/, prompt);
  assert.equal(parametersOf(await signIn({ authorizeURL: app.request({ prompt: "none" }).url })).error, "login_required");
});

test("a step-up asks for more, and the id token says when and how", async () => {
  const person = new Person();
  await tokensOf("ada", { person });
  const claims = app.decode((await tokensOf("ada", { person, more: { prompt: "login", max_age: "60", acr_values: "2" } })).id_token);
  assert.equal(claims.acr, "2");
  assert.ok(Math.abs(claims.auth_time - Date.now() / 1000) < 30);
  assert.equal(app.decode((await tokensOf("bob", { more: { acr_values: "1" } })).id_token).acr, "1");
});

test("a callback can be a form", async () => {
  const { url, parameters } = app.request({ response_mode: "form_post" });
  const sent = await new Person().visit(url, { login: "ada" });
  assert.equal(sent.method, "POST");
  assert.equal(sent.url, redirect);
  assert.equal(sent.form.get("state"), parameters.state);
  assert.ok(sent.form.get("code"));
});

test("a code is for one use, and its second ends what the first got", async () => {
  const { url, verifier } = app.request();
  const callback = await signIn({ authorizeURL: url, login: "ada" });
  assert.equal((await app.exchange(callback, "another-verifier-that-is-as-long-as-it-should-be")).body.error, "invalid_grant");
  const { body: tokens } = await app.exchange(callback, verifier);
  assert.equal((await app.userInfo(tokens.access_token)).status, 200);
  assert.equal((await app.exchange(callback, verifier)).body.error, "invalid_grant");
  assert.equal((await app.userInfo(tokens.access_token)).status, 401);
});

test("each refresh makes a new token, and an old one ends them all", async () => {
  const first = await tokensOf("ada");
  const { body: second } = await app.refresh(first.refresh_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  const { body: third } = await app.refresh(second.refresh_token);
  assert.equal((await app.userInfo(third.access_token)).status, 200);
  assert.equal((await app.refresh(first.refresh_token)).body.error, "invalid_grant");
  assert.equal((await app.refresh(third.refresh_token)).body.error, "invalid_grant");
  assert.equal((await app.userInfo(third.access_token)).status, 401);
});

test("an application revokes a token", async () => {
  const { access_token, refresh_token } = await tokensOf("ada");
  assert.equal((await app.post(app.metadata.revocation_endpoint, { token: refresh_token })).status, 200);
  assert.equal((await app.refresh(refresh_token)).body.error, "invalid_grant");
  assert.equal((await app.userInfo(access_token)).status, 401);
});

test("of refreshes at the same moment one wins at most, and they are counted", async () => {
  await provider.control("reset-counts", {});
  const { refresh_token: token } = await tokensOf("ada");
  const answers = await Promise.all(Array.from({ length: 8 }, () => app.refresh(token)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  const counts = await provider.control("counts");
  assert.equal(counts.token, 9);
  assert.equal(counts["token.authorization_code"], 1);
  assert.equal(counts["token.refresh_token"], 8);
  assert.equal(counts["token.refused"], 7);
  assert.equal((await provider.control("reset-counts", {})).token, 0);
});

test("a refresh token comes always, or to who asks for it", async () => {
  assert.ok((await tokensOf("ada")).refresh_token);
  await provider.control("settings", { refreshTokens: "asked" });
  assert.equal((await tokensOf("ada")).refresh_token, undefined);
  const scope = "openid email offline_access";
  assert.equal((await tokensOf("ada", { more: { scope } })).refresh_token, undefined, "the scope alone is dropped");
  assert.ok((await tokensOf("ada", { more: { scope, prompt: "consent" } })).refresh_token);
});

test("an access token lives as long as was set", async () => {
  await provider.control("settings", { accessTokenTTL: 1 });
  const tokens = await tokensOf("ada");
  assert.equal(tokens.expires_in, 1);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  assert.equal((await app.userInfo(tokens.access_token)).status, 401);
  assert.equal((await app.refresh(tokens.refresh_token)).status, 200);
});

test("keys rotate, with the old ones published or gone, also within a flow", async () => {
  const { id_token: old } = await tokensOf("ada");
  const { kids } = await provider.control("rotate-keys", { keep: true });
  assert.equal(kids.length, 6);
  await app.verify(old);
  const person = new Person();
  const { url, verifier } = app.request();
  const callback = await signIn({ authorizeURL: url, login: "ada", person });
  await provider.control("rotate-keys", {});
  const { body } = await app.exchange(callback, verifier);
  assert.equal((await app.verify(body.id_token)).sub, "subject-of-ada");
  assert.ok(!kids.includes(decodeProtectedHeader(body.id_token).kid));
  await assert.rejects(app.verify(old), /no applicable key/);
  assert.ok(parametersOf(await signIn({ authorizeURL: app.request().url, person })).code, "the session stays");
});

test("a pushed request is redeemed once", async () => {
  const { parameters, verifier } = app.request();
  const { status, body } = await app.post(app.metadata.pushed_authorization_request_endpoint, parameters);
  assert.equal(status, 201);
  const url = `${app.metadata.authorization_endpoint}?${new URLSearchParams({ client_id: "app", request_uri: body.request_uri })}`;
  const callback = await signIn({ authorizeURL: url, login: "ada" });
  assert.equal(parametersOf(callback).state, parameters.state);
  assert.equal((await app.exchange(callback, verifier)).status, 200);
  assert.equal(parametersOf(await signIn({ authorizeURL: url, login: "ada" })).error, "invalid_request_uri");
});

test("clients of every kind of authentication can be added, and be changed", async (t) => {
  const add = (client) => provider.control("clients", { redirect_uris: [redirect], ...client });
  await add({ client_id: "basic", client_secret: "hush", token_endpoint_auth_method: "client_secret_basic", id_token_signed_response_alg: "ES256" });
  const basic = await discover(provider.issuer, { id: "basic", secret: "hush", redirect });
  const tokens = await tokensOf("ada", { client: basic, how: { basic: true } });
  assert.equal(decodeProtectedHeader(tokens.id_token).alg, "ES256");
  await provider.control("reset-counts", {});
  assert.equal((await basic.refresh(tokens.refresh_token)).status, 200, "the library takes either kind of secret");
  const counts = await provider.control("counts");
  assert.deepEqual([counts["auth.client_secret_basic"], counts["auth.client_secret_post"]], [0, 1], "so the counts tell them apart");

  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "1" }];
  const { url: jwks_uri } = await listener(t, { keys });
  await add({ client_id: "keyed", jwks_uri, id_token_signed_response_alg: "EdDSA" });
  const keyed = await discover(provider.issuer, { id: "keyed", redirect });
  const assertion = () =>
    new SignJWT({}).setProtectedHeader({ alg: "ES256", kid: "1" }).setIssuer("keyed").setSubject("keyed").setAudience(provider.issuer).setJti(crypto.randomUUID())
      .setIssuedAt().setExpirationTime("1m").sign(privateKey);
  const signed = { assertion: await assertion() };
  const { refresh_token, id_token } = await tokensOf("ada", { client: keyed, how: signed });
  assert.equal((await keyed.verify(id_token)).sub, "subject-of-ada");
  assert.equal(decodeProtectedHeader(id_token).alg, "EdDSA");
  assert.equal((await keyed.refresh(refresh_token, signed)).body.error, "invalid_client", "an assertion is for one use");
  await provider.control("clients", { client_id: "keyed", jwks_uri: null, jwks: { keys } });
  assert.equal((await keyed.refresh(refresh_token, { assertion: await assertion() })).status, 200);

  const changed = await provider.control("clients", { client_id: "basic", redirect_uris: ["http://localhost:9/elsewhere"] });
  assert.equal(changed.token_endpoint_auth_method, "client_secret_basic");
  await assert.rejects(signIn({ authorizeURL: basic.request().url, login: "ada" }), /invalid_redirect_uri/);
  await assert.rejects(add({ client_id: "odd", client_secret: "x", redirect_uris: ["nowhere"] }), /redirect_uris/);
});

// A server that answers 200, with JSON if it is given some, and remembers what was posted to it.
async function listener(t, answer = {}) {
  const heard = [];
  const server = http.createServer(async (request, response) => {
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    heard.push(new URLSearchParams(text));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  t.after(() => server.close());
  return { url: `http://localhost:${server.address().port}/`, heard };
}

test("signing out at the provider ends the session and tells the applications", async (t) => {
  const { url, heard } = await listener(t);
  await provider.control("clients", { client_id: "app", backchannel_logout_uri: url, backchannel_logout_session_required: true });
  const person = new Person();
  const tokens = await tokensOf("ada", { person });
  const end = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: "http://localhost:9/bye", state: "s" });
  assert.equal((await person.visit(`${app.metadata.end_session_endpoint}?${end}`)).url, "http://localhost:9/bye?state=s");
  await assert.rejects(signIn({ authorizeURL: app.request().url, person }), /asks who signs in/);
  assert.equal((await app.refresh(tokens.refresh_token)).body.error, "invalid_grant");

  assert.equal(heard.length, 1);
  const token = heard[0].get("logout_token");
  assert.equal(decodeProtectedHeader(token).typ, "logout+jwt");
  const claims = await app.verify(token);
  assert.equal(claims.sub, "subject-of-ada");
  assert.equal(claims.sid, app.decode(tokens.id_token).sid);
  assert.deepEqual(claims.events, { "http://schemas.openid.net/event/backchannel-logout": {} });
  assert.equal(claims.nonce, undefined);
});

test("an administrator ends all sessions of a person, and hears who was told", async (t) => {
  const { url, heard } = await listener(t);
  await provider.control("clients", { client_id: "app", backchannel_logout_uri: url });
  const [one, other] = [new Person(), new Person()];
  const tokens = await tokensOf("grace", { person: one });
  const offline = await tokensOf("grace", { person: other, more: { scope: "openid offline_access", prompt: "consent" } });
  assert.deepEqual(await provider.control("end-sessions", { login: "grace" }), { ended: 2, told: Array(2).fill({ client_id: "app", ok: true }) });
  assert.equal(heard.length, 2);
  assert.equal((await app.userInfo(tokens.access_token)).status, 401);
  assert.equal((await app.refresh(tokens.refresh_token)).body.error, "invalid_grant");
  assert.equal((await app.refresh(offline.refresh_token)).status, 200);
  await assert.rejects(signIn({ authorizeURL: app.request().url, person: one }), /asks who signs in/);
  assert.deepEqual(await provider.control("end-sessions", { login: "grace" }), { ended: 0, told: [] });
});

test("a provider can be slow, or down, and says what it does not know", async () => {
  await provider.control("settings", { tokenDelay: 300 });
  const began = Date.now();
  await app.refresh("unknown");
  assert.ok(Date.now() - began >= 290);
  await provider.control("settings", { down: true });
  assert.equal((await fetch(app.metadata.jwks_uri)).status, 503);
  await provider.control("settings", { down: false });
  await assert.rejects(provider.control("settings", { surprise: 1 }), /no setting surprise; there are accessTokenTTL/);
  await assert.rejects(provider.control("settings", { accessTokenTTL: 0 }), /above 0/);
  await assert.rejects(provider.control("accounts", {}), /give login/);
  await assert.rejects(provider.control("surprise"), /no control GET/);
});

test("the pages take what a person types as text, and ask again for what is missing", async () => {
  const { url } = app.request({ login_hint: `"><script>alert(1)</script>` });
  const start = await fetch(url, { redirect: "manual" });
  const cookie = start.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  const page = new URL(start.headers.get("location"), url);
  const login = await (await fetch(page, { headers: { cookie } })).text();
  assert.ok(!login.includes("<script>"));
  const empty = await fetch(page, { method: "POST", headers: { cookie }, body: new URLSearchParams({ decision: "allow", login: "ada" }) });
  assert.match(await empty.text(), /Fill in everything/);
  assert.equal((await fetch(page)).status, 400, "without the browser's cookie");
});

test("it starts and ends as its flags say", async (t) => {
  await assert.rejects(startProvider(["--secret", "x"]), /comes after the --client/);
  await assert.rejects(startProvider(["--refresh-tokens", "never"]), /always or asked/);
  await assert.rejects(startProvider(["--client", "x", "--secret", "y", "--redirect", "nowhere"]), /redirect_uris/);
  await assert.rejects(startProvider(["--host", "0.0.0.0"]), /localhost or 127/);
  const other = await startProvider(["--host", "127.0.0.1", "--access-token-ttl", "5", "--id-token-claims"]);
  t.after(other.stop);
  assert.match(other.issuer, /^http:\/\/127\.0\.0\.1:\d+$/);
  const { accessTokenTTL, idTokenClaims } = await other.control("settings");
  assert.deepEqual([accessTokenTTL, idTokenClaims], [5, true]);
  await other.terminate();
  await assert.rejects(fetch(other.issuer));
});
