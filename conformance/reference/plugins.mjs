// The reference's plugins that work without an outside service, by the names --plugins takes.
import { apiKey } from "@better-auth/api-key";
import { passkey } from "@better-auth/passkey";
import {
  admin,
  anonymous,
  bearer,
  deviceAuthorization,
  emailOTP,
  jwt,
  lastLoginMethod,
  magicLink,
  multiSession,
  oneTimeToken,
  openAPI,
  organization,
  phoneNumber,
  twoFactor,
  username,
} from "better-auth/plugins";

// What a plugin would mail or text goes to the outbox, where GET /__outbox shows it to a test.
const registry = {
  admin: () => admin(),
  anonymous: () => anonymous(),
  "api-key": () => apiKey(),
  bearer: () => bearer(),
  "device-authorization": () => deviceAuthorization(),
  "email-otp": ({ outbox, mails, pluginOptions }) =>
    emailOTP({
      sendVerificationOTP: async (mail) => {
        outbox.push({ plugin: "email-otp", ...mail });
        mails?.push({ kind: `${mail.type}-otp`, email: mail.email, otp: mail.otp });
      },
      ...pluginOptions?.["email-otp"],
    }),
  jwt: () => jwt(),
  "last-login-method": () => lastLoginMethod(),
  "magic-link": ({ outbox, mails, pluginOptions }) =>
    magicLink({
      sendMagicLink: async ({ email, url, token, metadata }) => {
        outbox.push({ plugin: "magic-link", email, url, token });
        mails?.push({ kind: "magic-link", email: email.toLowerCase(), url, token, metadata });
      },
      ...pluginOptions?.["magic-link"],
    }),
  "multi-session": () => multiSession(),
  "one-time-token": () => oneTimeToken(),
  "open-api": () => openAPI(),
  organization: ({ outbox }) =>
    organization({ sendInvitationEmail: async ({ id, email, role }) => void outbox.push({ plugin: "organization", id, email, role }) }),
  passkey: ({ origins }) => passkey({ rpID: "localhost", rpName: "Conformance", origin: origins }),
  "phone-number": ({ outbox }) => phoneNumber({ sendOTP: async ({ phoneNumber: to, code }) => void outbox.push({ plugin: "phone-number", phoneNumber: to, code }) }),
  "two-factor": ({ outbox, mails }) => twoFactor({ otpOptions: { sendOTP: sendTwoFactorOTP({ outbox, mails }) } }),
  username: () => username(),
};

/** The names of all plugins there are. */
export const pluginNames = Object.keys(registry);

/** Sends a code of the second step: to the outbox, and where the controls find it. */
export const sendTwoFactorOTP = ({ outbox, mails }) => async ({ user, otp }) => {
  outbox?.push({ plugin: "two-factor", email: user.email, otp });
  mails?.push({ kind: "two-factor-otp", email: user.email, otp });
};

/** The plugins of a comma-separated list, in its order. Throws for a name that is unknown. */
export function pluginsNamed(list, surroundings) {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => {
      if (!Object.hasOwn(registry, name)) throw new Error(`--plugins: no plugin ${name}; there are ${Object.keys(registry).join(", ")}`);
      return registry[name](surroundings);
    });
}
