// What --with changes about identity providers.

const linking = (options, changes) => {
  options.account = { ...options.account, accountLinking: { ...options.account?.accountLinking, ...changes } };
};
const account = (options, changes) => (options.account = { ...options.account, ...changes });
// Of the provider that --oidc offers: see oidc.mjs.
const oidc = (options, changes) => (options.oidcProvider = { ...options.oidcProvider, ...changes });

/** Features by name; each changes the options of a server. */
export const socialFeatures = {
  providers: (options) => (options.socialProviders = builtins()),
  // Options that the authorization URL shows; a prompt for some providers.
  "configured-providers": (options) =>
    (options.socialProviders = builtins({ scope: ["one", "two"], redirectURI: "https://app.example.com/back" })),
  "encrypted-tokens": (options) => account(options, { encryptOAuthTokens: true }),
  "kept-tokens": (options) => account(options, { updateAccountOnSignIn: false }),
  "account-cookie": (options) => account(options, { storeAccountCookie: true }),
  "cookie-state": (options) => account(options, { storeStateStrategy: "cookie" }),
  "any-browser": (options) => account(options, { skipStateCookieCheck: true }),
  "no-linking": (options) => linking(options, { enabled: false }),
  "no-implicit-linking": (options) => linking(options, { disableImplicitLinking: true }),
  "different-addresses": (options) => linking(options, { allowDifferentEmails: true }),
  "unverified-users": (options) => linking(options, { requireLocalEmailVerified: false }),
  "update-on-link": (options) => linking(options, { updateUserInfoOnLink: true }),
  "unlink-all": (options) => linking(options, { allowUnlinkingAll: true }),
  "no-provider-sign-up": (options) => oidc(options, { disableSignUp: true }),
  "sign-up-on-request": (options) => oidc(options, { disableImplicitSignUp: true }),
  "override-profile": (options) => oidc(options, { overrideUserInfo: true }),
  "verified-at-providers": (options) => oidc(options, { requireEmailVerification: true }),
  "provider-parameters": (options) => oidc(options, { prompt: "consent", responseMode: "form_post", authorizationUrlParams: { ui_locales: "de" } }),
};

const names = [
  "apple", "atlassian", "cloudflare", "cognito", "discord", "dropbox", "facebook", "figma", "github", "gitlab", "google", "huggingface", "kakao", "kick", "line", "linear",
  "linkedin", "microsoft", "naver", "notion", "paybin", "paypal", "polar", "railway", "reddit", "roblox", "salesforce", "slack", "spotify", "tiktok", "twitch", "twitter",
  "vercel", "vk", "wechat", "zoom",
];

// All built-in providers, for clients that exist nowhere.
function builtins(more = {}) {
  const client = { clientId: "the-client", clientSecret: "the secret", ...more };
  const special = {
    cognito: { domain: "acme.auth.eu-west-1.amazoncognito.com", region: "eu-west-1", userPoolId: "eu-west-1_AbCdEf123" },
    tiktok: { clientKey: "the-client" },
  };
  const asks = more.scope ? ["discord", "github", "google", "microsoft", "roblox"] : [];
  const prompt = (name) => (asks.includes(name) ? { prompt: "consent" } : {});
  return Object.fromEntries(names.map((name) => [name, { ...client, ...prompt(name), ...special[name] }]));
}
