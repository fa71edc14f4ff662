// The configurations that scenarios run on, each served by the reference and by the Go server.
import { compileGo } from "../compile.mjs";
import { startServer } from "../program.mjs";
import { bundleReference } from "../reference/bundle.mjs";
import { secret } from "../reference/start.mjs";
import { offered } from "./provider.mjs";

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
  remembered: ["--with", `last-login,${cheap}`],
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
  // Built-in providers, of which only authorization URLs are asked.
  social: ["--with", `providers,${cheap}`],
  socialConfigured: ["--with", `configured-providers,cookie-state,${cheap}`],
  socialAnywhere: ["--with", `providers,any-browser,${cheap}`],
  // A provider that is there.
  oidc: ["--with", `providers,${cheap}`, ...offered],
  oidcTrusted: ["--with", `encrypted-tokens,different-addresses,update-on-link,unlink-all,${cheap}`, ...offered, "--oidc-trusted"],
  oidcCookie: ["--with", `cookie-state,unverified-users,${cheap}`, ...offered],
  oidcUnlinked: ["--with", `no-linking,no-provider-sign-up,${cheap}`, ...offered],
  oidcExplicit: ["--with", `no-implicit-linking,sign-up-on-request,kept-tokens,${cheap}`, ...offered],
  oidcStrict: ["--with", `verified-at-providers,override-profile,${cheap}`, ...offered],
  oidcAccountCookie: ["--with", `account-cookie,${cheap}`, "--cookie-cache", "compact", ...offered],
  oidcPopup: ["--with", `popup,${cheap}`, ...offered],
  oidcForm: ["--with", `provider-parameters,${cheap}`, ...offered],
};

/** Compiles the Go server; resolves to {program, remove()}. */
export const buildGoServer = () => compileGo("conformance/server");

/** Starts a server and resolves to {name, url, said(), stop()} when it is ready; rejects with what it printed when it ends first. */
export const startReference = async (flags) => startServer("reference", process.execPath, [await bundleReference(), "--migrate", ...flags], environment);
export const startGo = (program, flags) => startServer("Go", program, flags, environment);
