// The command line of the OpenID provider.
import { parseArgs } from "node:util";
import { checkSettings } from "./operator.mjs";

// What follows --client belongs to that client.
const ofClient = {
  secret: (client, value) => (client.client_secret = value),
  redirect: (client, value) => client.redirect_uris.push(value),
  "post-logout": (client, value) => (client.post_logout_redirect_uris ??= []).push(value),
  "backchannel-logout": (client, value) => (client.backchannel_logout_uri = value),
  "auth-method": (client, value) => (client.token_endpoint_auth_method = value),
};
const text = { type: "string" };

/** Reads a command line into {port, host, clients, settings, exitWithStdin}. Throws an Error that says what is wrong. */
export function readFlags(args) {
  const { values, tokens } = parseArgs({
    args,
    tokens: true,
    options: {
      port: text,
      host: { type: "string", default: "localhost" },
      client: { type: "string", multiple: true },
      ...Object.fromEntries(Object.keys(ofClient).map((name) => [name, { type: "string", multiple: true }])),
      "access-token-ttl": text,
      "refresh-tokens": text,
      "id-token-claims": { type: "boolean" },
      "exit-with-stdin": { type: "boolean", default: false },
    },
  });
  if (!/^\d+$/.test(values.port ?? "")) throw new Error("--port N is required (0 takes a free one)");
  if (!["localhost", "127.0.0.1"].includes(values.host)) throw new Error("--host: localhost or 127.0.0.1");

  const clients = [];
  for (const { name, value } of tokens) {
    if (name === "client") clients.push({ client_id: value, redirect_uris: [] });
    else if (Object.hasOwn(ofClient, name)) {
      if (clients.length === 0) throw new Error(`--${name} comes after the --client that it is about`);
      ofClient[name](clients.at(-1), value);
    }
  }
  const settings = {
    accessTokenTTL: values["access-token-ttl"] === undefined ? undefined : Number(values["access-token-ttl"]),
    refreshTokens: values["refresh-tokens"],
    idTokenClaims: values["id-token-claims"],
  };
  return { port: Number(values.port), host: values.host, clients, settings: checkSettings(settings), exitWithStdin: values["exit-with-stdin"] };
}
