// How oidc-provider is configured: what it would not do by itself, and what its defaults would load or print.
import { interactionPolicy } from "oidc-provider";
import { pages } from "./pages.mjs";

const day = 24 * 60 * 60;

/** The configuration for an operator, with the private keys to publish and the keys that sign its cookies. */
export function configurationOf({ issuer, accounts, settings, store }, { keys, cookieKeys }) {
  const { port } = new URL(issuer);
  return {
    adapter: (name) => store.model(name),
    jwks: { keys },
    findAccount: accounts.find,
    scopes: ["openid", "offline_access", "email", "profile"],
    claims: {
      acr: null, amr: null, auth_time: null, iss: null, sid: null,
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "given_name", "family_name", "nickname", "preferred_username", "picture", "locale", "updated_at"],
    },
    acrValues: ["1", "2"],
    conformIdTokenClaims: !settings.idTokenClaims,
    rotateRefreshToken: settings.rotateRefreshTokens,
    issueRefreshToken: async (_ctx, client, code) => client.grantTypeAllowed("refresh_token") && (settings.refreshTokens === "always" || code.scopes.has("offline_access")),
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: settings.requirePushed },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: pages.signOut, postLogoutSuccessSource: pages.signedOut },
    },
    renderError: pages.error,
    interactions: { policy: policy(), url: (_ctx, { uid }) => `/interaction/${uid}` },
    clientBasedCORS: () => false,
    // A browser sends the cookies of localhost to each of its ports, and a test may have two providers.
    cookies: { keys: cookieKeys, names: { session: `_session_${port}`, interaction: `_interaction_${port}`, resume: `_resume_${port}` } },
    // The library's dispatcher ends every connection to this machine, where the clients of tests are.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    ttl: {
      AccessToken: () => settings.accessTokenTTL,
      IdToken: 3600, AuthorizationCode: 60, Interaction: 3600, RefreshToken: 14 * day, Session: 14 * day, Grant: 14 * day,
    },
  };
}

// Applications ask for it, and the library has no such prompt of its own.
function policy() {
  const prompts = interactionPolicy.base();
  prompts.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  return prompts;
}
