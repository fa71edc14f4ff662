// What a server can be asked to do differently: the names --with takes. The Go server has the same ones.
import { randomBytes, createHash, timingSafeEqual } from "node:crypto";
import { apiKey } from "@better-auth/api-key";
import { expo } from "@better-auth/expo";
import { admin, haveIBeenPwned, lastLoginMethod, oauthPopup, twoFactor, username } from "better-auth/plugins";
import { createAccessControl } from "better-auth/plugins/access";
import { adminAc, defaultStatements, userAc } from "better-auth/plugins/admin/access";
import { z } from "zod";
import { admitVisitors } from "./passkey-first.mjs";
import { socialFeatures } from "./social.mjs";
import { sendTwoFactorOTP } from "./plugins.mjs";

// Each changes the options of a server as the README describes it.
const features = {
  ...socialFeatures,
  // One column of each kind: required, read-only with a default, checked, never returned; and two on the session.
  fields: (options) => {
    options.user.additionalFields = {
      birthYear: { type: "number", required: true },
      plan: { type: "string", required: false, defaultValue: "free", input: false },
      nickname: { type: "string", required: false, validator: { input: z.string().min(2, "needs two characters at least") } },
      note: { type: "string", required: false, returned: false },
    };
    options.session.additionalFields = {
      theme: { type: "string", required: false },
      channel: { type: "string", required: false, defaultValue: "web", input: false },
    };
  },
  "rate-limit": (options) => {
    options.rateLimit = {
      enabled: true,
      customRules: { "/list-sessions": { window: 10, max: 2 }, "/passkey/*": { window: 20, max: 1 }, "/sign-out": false },
    };
  },
  "required-verification": (options) => {
    options.emailAndPassword.requireEmailVerification = true;
    Object.assign(options.emailVerification, { sendOnSignUp: true, sendOnSignIn: true, autoSignInAfterVerification: true });
  },
  "delete-mail": (options, { mails }) => {
    options.user.deleteUser.sendDeleteAccountVerification = async ({ user, url, token }) => void mails.push({ kind: "delete-user", email: user.email, url, token });
  },
  // Apps with the scheme myapp.
  expo: (options) => {
    options.trustedOrigins.push("myapp://");
    options.plugins.push(expo());
  },
  "last-login": (options) => void options.plugins.push(lastLoginMethod({ storeInDatabase: true })),
  popup: (options) => void options.plugins.push(oauthPopup()),
  // Sessions in cookies alone; the server knows by itself, since it is given no database.
  stateless: () => {},
  "custom-roles": (options) => {
    const all = { ...defaultStatements, project: ["create", "share"] };
    const ac = createAccessControl(all);
    const roles = {
      // Whoever manages users may do what those may.
      admin: ac.newRole({ ...adminAc.statements, project: all.project }),
      user: userAc,
      editor: ac.newRole({ user: ["create", "update"], project: ["create"] }),
      sharer: ac.newRole({ project: ["share"] }),
      actor: ac.newRole(all),
    };
    const plugin = admin({
      ac, roles, defaultRole: "editor", adminRoles: ["admin", "actor"], defaultBanReason: "Spam", defaultBanExpiresIn: 3600,
      bannedUserMessage: "Come back later.", impersonationSessionDuration: 600,
    });
    options.plugins = options.plugins.map((other) => (other.id === plugin.id ? plugin : other));
  },
  "revoke-on-reset": (options) => (options.emailAndPassword.revokeSessionsOnPasswordReset = true),
  "deferred-refresh": (options) => (options.session.deferSessionRefresh = true),
  "unverified-change": (options) => (options.user.changeEmail.updateEmailWithoutVerification = true),
  "no-auto-sign-in": (options) => (options.emailAndPassword.autoSignIn = false),
  "no-sign-up": (options) => (options.emailAndPassword.disableSignUp = true),
  "no-changes": (options) => {
    delete options.user.changeEmail;
    delete options.user.deleteUser;
  },
  "no-mail": (options) => {
    delete options.emailAndPassword.sendResetPassword;
    delete options.emailVerification.sendVerificationEmail;
    delete options.user.changeEmail?.sendChangeEmailConfirmation;
    delete options.plugins.find(({ id }) => id === "two-factor")?.options.otpOptions?.sendOTP;
  },
  // Every option that says what usernames look like; and they are for good.
  "strict-usernames": (options) =>
    configure(
      options,
      username({
        minUsernameLength: 4,
        maxUsernameLength: 12,
        immutableUsername: true,
        usernameValidator: (name) => /^[a-z-]+$/.test(name),
        usernameNormalization: (name) => name.toLowerCase().replaceAll(" ", "-"),
        displayUsernameValidator: (name) => /^[A-Za-z -]+$/.test(name),
        displayUsernameNormalization: (name) => name.trim(),
        validationOrder: { username: "post-normalization", displayUsername: "post-normalization" },
      }),
    ),
  "mixed-usernames": (options) => configure(options, username({ usernameNormalization: false, displayUsername: false })),
  "key-sessions": (options) =>
    configure(options, apiKey({ enableSessionForAPIKeys: true, enableMetadata: true, defaultPrefix: "ba_", rateLimit: { maxRequests: 3 } })),
  "strict-keys": (options) =>
    configure(
      options,
      apiKey({
        requireName: true,
        minimumPrefixLength: 2,
        maximumPrefixLength: 5,
        minimumNameLength: 2,
        maximumNameLength: 5,
        startingCharactersConfig: { shouldStore: false },
        defaultKeyLength: 32,
        keyExpiration: { disableCustomExpiresTime: true, defaultExpiresIn: 48 * 3600 },
        rateLimit: { enabled: false },
        permissions: { defaultPermissions: { files: ["read"] } },
      }),
    ),
  "several-keys": (options) =>
    configure(
      options,
      apiKey([{ configId: "service", enableMetadata: true }, { configId: "plain", disableKeyHashing: true }, { configId: "team", references: "organization" }]),
    ),
  // The plugin has the address of the service built in; it is led to where --range-api says.
  pwned: (options, { rangeAPI }) => {
    if (!rangeAPI) throw new Error("--with pwned needs --range-api URL: tests do not ask the service itself");
    const { fetch } = globalThis;
    globalThis.fetch = (url, init) => fetch(String(url).replace("https://api.pwnedpasswords.com/range", rangeAPI), init);
    options.plugins.push(haveIBeenPwned({ customPasswordCompromisedMessage: "Too many people know that one" }));
  },
  "passkey-first": (options) => admitVisitors(options, { resolves: true }),
  "passkey-unresolved": (options) => admitVisitors(options, { resolves: false }),
  // What these change of plugins is in pluginOptions. A sender of links that is configured would win over codes.
  codes: () => {},
  "change-by-code": () => {},
  "codes-replace-links": (options) => delete options.emailVerification.sendVerificationEmail,
  // The second step with every option but those of the next one.
  "second-step": (options, { mails }) =>
    configure(options, twoFactor({
      issuer: "Second: Step",
      skipVerificationOnEnable: true,
      allowPasswordless: true,
      twoFactorCookieMaxAge: 120,
      trustDeviceMaxAge: 3600,
      totpOptions: { digits: 8, period: 60, issuer: "Second: Step" },
      otpOptions: { sendOTP: sendTwoFactorOTP({ mails }), digits: 4, period: 1, allowedAttempts: 2, storeOTP: "encrypted" },
      backupCodeOptions: { amount: 3, length: 12, storeBackupCodes: "plain" },
      accountLockout: { maxFailedAttempts: 3, durationSeconds: 60 },
    })),
  // Backup codes alone, and nobody is locked out.
  "no-codes": (options) => configure(options, twoFactor({ totpOptions: { disable: true }, accountLockout: { enabled: false } })),
  // In the Go server's format: where scrypt is not the subject, it would be most of the time.
  "insecure-cheap-passwords": (options) => {
    options.emailAndPassword.password = { hash: async (password) => cheap(randomBytes(8).toString("hex"), password), verify };
  },
};

// Puts a plugin in place of the one with its id, if that is there.
function configure(options, plugin) {
  options.plugins = options.plugins.map((present) => (present.id === plugin.id ? plugin : present));
}

// The options of plugins that a feature changes, by the name --plugins takes.
const ofPlugins = {
  codes: {
    "magic-link": { storeToken: "hashed", disableSignUp: true },
    "email-otp": {
      storeOTP: "encrypted",
      resendStrategy: "reuse",
      disableSignUp: true,
      sendVerificationOnSignUp: true,
      changeEmail: { enabled: true, verifyCurrentEmail: true },
    },
  },
  "change-by-code": { "email-otp": { changeEmail: { enabled: true, verifyCurrentEmail: true } } },
  "codes-replace-links": { "email-otp": { storeOTP: "hashed", overrideDefaultEmailVerification: true, changeEmail: { enabled: true } } },
};

/** What the features of a comma-separated list change about plugins: options by plugin. */
export function pluginOptions(list) {
  return Object.assign({}, ...list.split(",").map((part) => ofPlugins[part.trim()]));
}

function cheap(salt, password) {
  return `sha256:${salt}:${createHash("sha256").update(salt + password).digest("hex")}`;
}

async function verify({ hash, password }) {
  return timingSafeEqual(Buffer.from(hash), Buffer.from(cheap(hash.split(":")[1], password)));
}

/** Applies the features of a comma-separated list to a server's options. Throws for a name that is unknown. */
export function applyFeatures(list, options, surroundings) {
  for (const name of list.split(",").map((part) => part.trim()).filter(Boolean)) {
    if (!Object.hasOwn(features, name)) throw new Error(`--with: no feature ${name}; there are ${Object.keys(features).join(", ")}`);
    features[name](options, surroundings);
  }
}
