// The operations this suite is about, with every error a client can provoke: the code, or the message of an error without a code. "404" is an empty
// answer of that status. A redirect counts for the error its target carries. Each plugin has a file in operations/.
import admin from "./operations/admin.mjs";
import apikey from "./operations/apikey.mjs";
import core from "./operations/core.mjs";
import emailotp from "./operations/emailotp.mjs";
import magiclink from "./operations/magiclink.mjs";
import haveibeenpwned from "./operations/haveibeenpwned.mjs";
import passkey from "./operations/passkey.mjs";
import oauthpopup from "./operations/oauthpopup.mjs";
import social from "./operations/social.mjs";
import twofactor from "./operations/twofactor.mjs";
import username from "./operations/username.mjs";

/** By id, in the order of the table: the route and its errors. A plugin adds the errors it brings to another's operation under the same id. */
export const operations = {};
for (const plugin of [core, passkey, username, haveibeenpwned, magiclink, emailotp, twofactor, admin, apikey, social, oauthpopup]) {
  for (const [id, [route, errors]] of Object.entries(plugin)) operations[id] = [route, [...(operations[id]?.[1] ?? []), ...errors]];
}

const byRoute = new Map(Object.entries(operations).map(([id, [route]]) => [route, id]));

/** The id of the operation a wire event asked for, undefined when it is none of these. */
export function operationOf({ kind, method, url }) {
  if (kind !== "wire") return undefined;
  const path = url.split("?")[0].replace("/api/auth", "").replace(/^\/reset-password\/.+/, "/reset-password/:token").replace(/^\/callback\/[^/]+$/, "/callback/:id");
  return byRoute.get(`${method} ${path}`);
}

/** The error that a wire event answered with, as operations name it; undefined when it is none. */
export function errorOf({ status, headers, body }) {
  if (status === 302) return /[?&]error=([\w-]+)/.exec(headers.get("location"))?.[1];
  if (status < 400) return undefined;
  if (body === "") return String(status);
  const { code, message } = JSON.parse(body);
  return code ?? message;
}
