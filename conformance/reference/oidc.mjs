// Sign-in with an OpenID provider: what --oidc and its sisters change. The issuer is found by discovery and is the generic provider "oidc".
import { genericOAuth } from "better-auth/plugins";

/**
 * Offers an issuer to a server's options as the provider "oidc". Its callback is BASE/callback/oidc, or `redirect`. Only `trusted` makes it a provider whose word is
 * enough to link an account to a user who is there. What features change of it is in `options.oidcProvider`. Without an issuer nothing changes. Throws for flags that do not go together.
 */
export function offerIssuer(options, { issuer, client, secret, redirect, trusted }) {
  if (!issuer) {
    if (client || secret || redirect || trusted) throw new Error("--oidc-client, --oidc-secret, --oidc-redirect and --oidc-trusted need --oidc ISSUER");
    return;
  }
  if (!client || !secret) throw new Error("--oidc ISSUER needs --oidc-client ID and --oidc-secret SECRET");
  const discoveryUrl = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const scopes = ["openid", "email", "profile"];
  const provider = { providerId: "oidc", discoveryUrl, clientId: client, clientSecret: secret, redirectURI: redirect, scopes, pkce: true, ...options.oidcProvider };
  options.plugins.push(genericOAuth({ config: [provider] }));
  if (!trusted) return;
  const { accountLinking } = (options.account ??= {});
  options.account.accountLinking = { ...accountLinking, trustedProviders: [...(accountLinking?.trustedProviders ?? []), "oidc"] };
}
