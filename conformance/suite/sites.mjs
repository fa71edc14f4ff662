// The configurations that scenarios run on, each served by the reference and by the Go server.
import { compileGo } from "../compile.mjs";
import { startServer } from "../program.mjs";
import { bundleReference } from "../reference/bundle.mjs";
import { secret } from "../reference/start.mjs";

const environment = { BETTER_AUTH_SECRET: secret };

// What a site's servers are told beside where they are. Hashing is cheap: it is not what scenarios compare.
const cheap = "insecure-cheap-passwords";
export const sites = {
  plain: ["--with", cheap],
  cached: ["--with", cheap, "--cookie-cache", "compact"],
  fields: ["--with", `fields,${cheap}`, "--cookie-cache", "jwt"],
  limited: ["--with", `rate-limit,${cheap}`],
  strict: ["--with", `required-verification,delete-mail,revoke-on-reset,${cheap}`],
  lenient: ["--with", `deferred-refresh,unverified-change,no-auto-sign-in,${cheap}`],
  bare: ["--with", `no-mail,no-sign-up,no-changes,${cheap}`],
  silent: ["--with", `no-mail,${cheap}`],
  stateless: ["--with", `stateless,${cheap}`],
  open: ["--with", cheap, "--origin", "https://app.example.com", "--origin", "https://*.wild.example", "--origin", "myapp://"],
  named: ["--with", `strict-usernames,${cheap}`],
  mixed: ["--with", `mixed-usernames,${cheap}`],
  pwned: ["--with", `pwned,${cheap}`],
  passkeyFirst: ["--with", `passkey-first,${cheap}`],
  passkeyUnresolved: ["--with", `passkey-unresolved,${cheap}`],
  coded: ["--with", `codes,${cheap}`],
  overridden: ["--with", `codes-replace-links,required-verification,${cheap}`],
  roles: ["--with", `custom-roles,${cheap}`],
  keyed: ["--with", `key-sessions,${cheap}`],
  keystrict: ["--with", `strict-keys,${cheap}`],
  keykinds: ["--with", `several-keys,${cheap}`],
  fixed: ["--with", `no-changes,${cheap}`],
  second: ["--with", `second-step,${cheap}`],
  codeless: ["--with", `no-codes,no-mail,${cheap}`],
};

/** Compiles the Go server; resolves to {program, remove()}. */
export const buildGoServer = () => compileGo("conformance/server");

/** Starts a server and resolves to {name, url, said(), stop()} when it is ready; rejects with what it printed when it ends first. */
export const startReference = async (flags) => startServer("reference", process.execPath, [await bundleReference(), "--migrate", ...flags], environment);
export const startGo = (program, flags) => startServer("Go", program, flags, environment);
