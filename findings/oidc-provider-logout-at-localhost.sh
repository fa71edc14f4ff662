#!/usr/bin/env bash
# oidc-provider: back-channel logout never reaches an application on this machine or in a private network, and the sign-out succeeds all the same.
#
# The provider posts a logout token to each application that registered a backchannel_logout_uri (OpenID Connect Back-Channel Logout 1.0, section 2.5). It registers
# any URL, http://127.0.0.1 too, but gives its requests a dispatcher that ends each connection to a loopback, private or otherwise special address once it is
# made. One expects the registration to be refused, or the person who signs out to see an error. Instead the page says "Sign-out Success", the log is
# empty, and only a listener for the event backchannel.error hears "fetch failed", with the reason in its cause. By the source, a client's jwks_uri is read through
# the same dispatcher (lib/helpers/fetch_request.js; that is read, not run here).
#
# So a test of back-channel logout on one machine shows nothing, until the option "fetch" leaves out the dispatcher:
#
#   fetch: (url, { dispatcher, ...options }) => fetch(url, options)
#
# Seen with oidc-provider 9.13.3 from npm, Node 20.20. The package contains no documentation of the option; of its specification, section 2.5 says what the provider sends,
# and section 2.8 that an application answers 200, but not what the person is told when it does not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund oidc-provider@9.13.3

cat >run.mjs <<'JS'
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { Provider } from "oidc-provider";

console.info = console.warn = () => {}; // what a first start says of keys and pages
const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
};
const key = { ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), use: "sig" };

// Signs somebody in and out again. Resolves to what the sign-out answered, what the application heard, and the provider's events.
async function signOut(more) {
  const heard = [];
  const events = [];
  const application = http.createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end();
  });
  const server = http.createServer();
  const [told, issuer] = [await listen(application), await listen(server)];
  const redirect_uri = "https://app.example/callback";
  const provider = new Provider(issuer, {
    clients: [{ client_id: "app", client_secret: "s", redirect_uris: [redirect_uri], backchannel_logout_uri: `${told}/logout` }],
    features: { backchannelLogout: { enabled: true } },
    cookies: { keys: ["k"] },
    jwks: { keys: [key] },
    ...more,
  });
  provider.on("backchannel.success", () => events.push("success"));
  provider.on("backchannel.error", (_ctx, error) => events.push(`error: ${error.cause?.message ?? error.message}`));
  server.on("request", provider.callback());

  const cookies = new Map();
  const ask = async (url, form) => {
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(url, { method: form ? "POST" : "GET", body: form && new URLSearchParams(form), headers: { cookie }, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) cookies.set(line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1, line.indexOf(";")));
    return answer;
  };
  let url = `${issuer}/auth?${new URLSearchParams({ client_id: "app", response_type: "code", scope: "openid", redirect_uri })}`;
  while (!url.startsWith(redirect_uri)) {
    let answer = await ask(url);
    if (answer.status === 200) {
      const [, prompt] = /name="prompt" value="(\w+)"/.exec(await answer.text());
      answer = await ask(url, { prompt, login: "ada", password: "any" });
    }
    url = new URL(answer.headers.get("location"), url).href;
  }
  const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(await (await ask(`${issuer}/session/end`)).text());
  const answer = await ask(`${issuer}/session/end/confirm`, { xsrf, logout: "yes" });
  const page = new URL(answer.headers.get("location")).pathname;
  for (const one of [server, application]) one.close().closeAllConnections();
  return [`${answer.status} to ${page}`, `application heard: ${heard.join() || "nothing"}`, `event: ${events.join()}`].join("; ");
}

const expected = [
  ["as it is", {}, "303 to /session/end/success; application heard: nothing; event: error: hostname resolves to a special-use IP address"],
  [
    "without the dispatcher", { fetch: (url, { dispatcher: _, ...options }) => fetch(url, options) },
    "303 to /session/end/success; application heard: POST /logout; event: success",
  ],
];
let changed = 0;
for (const [name, more, want] of expected) {
  const got = await signOut(more);
  console.log(got === want ? "as expected" : `CHANGED, expected ${want}`, "|", name, "|", got);
  if (got !== want) changed++;
}
process.exit(changed === 0 ? 0 : 1);
JS
node run.mjs
