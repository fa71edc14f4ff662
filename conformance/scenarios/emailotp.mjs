// Codes in mails: to sign in, to prove an address, to reset a password and to change an address.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;
const newEmail = "countess@example.com";
const json = { "content-type": "application/json" };

// The last code of a type; two servers make two codes, so they are not compared.
const mailed = async (s, type, to = email) => (await s.control(`${type}-otp?email=${encodeURIComponent(to)}`)).otp;

// Asks for a code and resolves to it.
async function code(s, visitor, type, to = email) {
  await s.ok(visitor.client.emailOtp.sendVerificationOtp({ email: to, type }));
  return mailed(s, type, to);
}

// What every use of a code has in common: wrong ones, too many of them, one that has expired, and a body without one.
async function guarded(s, use, fresh) {
  let otp = await fresh();
  for (let attempt = 0; attempt < 3; attempt++) await s.refused(use(s.another(otp)), 400, "INVALID_OTP");
  await s.refused(use(otp), 403, "TOO_MANY_ATTEMPTS");
  await s.refused(use(otp), 400, "INVALID_OTP");
  otp = await fresh();
  await s.control("expire-verifications", {});
  await s.refused(use(otp), 400, "OTP_EXPIRED");
  await s.refused(use(otp), 400, "INVALID_OTP");
  await s.refused(use(undefined), 400, "VALIDATION_ERROR");
}

export default {
  plain: {
    "a code signs up": async (s) => {
      const visitor = s.visitor();
      const otp = await code(s, visitor, "sign-in", "Ada@Example.com");
      await s.ok(visitor.client.signIn.emailOtp({ email: "Ada@Example.com", otp, name: "Ada", image: "https://example.com/ada.png" }));
      s.sees("email", (await s.ok(visitor.client.getSession())).user.email, email);
      await s.refused(s.visitor().client.signIn.emailOtp({ email, otp }), 400, "INVALID_OTP");
    },
    "a code signs up without a name": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.emailOtp({ email, otp: await code(s, visitor, "sign-in") }));
    },
    "a code signs in": async (s) => {
      const early = await s.signedUp();
      const owner = s.visitor();
      await s.ok(owner.client.signIn.emailOtp({ email, otp: await code(s, owner, "sign-in") }));
      s.sees("the session of whoever signed up", (await early.client.getSession()).data, null);
      await s.refused(early.client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      const again = s.visitor();
      await s.ok(again.client.signIn.emailOtp({ email, otp: await code(s, again, "sign-in") }));
      await s.ok(owner.client.getSession());
    },
    "codes that do not sign in": async (s) => {
      const { client } = s.visitor();
      await guarded(s, (otp) => client.signIn.emailOtp({ email, otp }), () => code(s, { client }, "sign-in"));
    },
    "a code that was replaced": async (s) => {
      const { client } = s.visitor();
      const first = await code(s, { client }, "sign-in");
      const second = await code(s, { client }, "sign-in");
      if (first !== second) await s.given(() => client.signIn.emailOtp({ email, otp: first }));
      await s.ok(client.signIn.emailOtp({ email, otp: second }));
    },
    "a code is looked at": async (s) => {
      const { client } = s.visitor();
      const check = (otp) => client.emailOtp.checkVerificationOtp({ email, type: "sign-in", otp });
      await s.refused(client.emailOtp.checkVerificationOtp({ email: "ada", type: "sign-in", otp: "1" }), 400, "INVALID_EMAIL");
      await s.refused(client.emailOtp.checkVerificationOtp({ email, type: "none", otp: "1" }), 400, "VALIDATION_ERROR");
      await s.refused(check(await code(s, { client }, "sign-in")), 400, "USER_NOT_FOUND");
      await s.signedUp();
      const otp = await code(s, { client }, "sign-in");
      await s.ok(check(otp));
      await s.ok(check(otp));
      await guarded(s, check, () => code(s, { client }, "sign-in"));
    },
    "a code proves an address": async (s) => {
      const visitor = await s.signedUp();
      await s.ok(visitor.client.emailOtp.verifyEmail({ email, otp: await code(s, visitor, "email-verification") }));
      s.sees("emailVerified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
      await s.ok(s.visitor().client.emailOtp.verifyEmail({ email, otp: await code(s, visitor, "email-verification") }));
    },
    "codes that do not prove an address": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.emailOtp.verifyEmail({ email: "ada", otp: "1" }), 400, "INVALID_EMAIL");
      await guarded(s, (otp) => client.emailOtp.verifyEmail({ email, otp }), () => code(s, { client }, "email-verification"));
    },
    "requests for a code that are refused": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.emailOtp.sendVerificationOtp({ email: "ada", type: "sign-in" }), 400, "INVALID_EMAIL");
      await s.refused(client.emailOtp.sendVerificationOtp({ email, type: "change-email" }), 400, "Invalid OTP type");
      await s.refused(client.emailOtp.sendVerificationOtp({ email, type: "none" }), 400, "VALIDATION_ERROR");
      await s.refused(client.emailOtp.sendVerificationOtp({ type: "sign-in" }), 400, "VALIDATION_ERROR");
    },
    "no other site asks for a code": async (s) => {
      const body = JSON.stringify({ email, type: "sign-in" });
      const ask = (visitor) => visitor.raw("POST", "/email-otp/send-verification-otp", { headers: json, body });
      await s.answers(ask(s.visitor({ origin: "https://evil.example" })), 403);
      await s.answers(ask(s.visitor({ origin: null, headers: { "sec-fetch-site": "same-origin" } })), 403);
      await s.answers(ask(s.visitor({ origin: null, headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" } })), 403);
      await s.answers(ask(s.visitor({ origin: null })), 200);
    },
    "nobody is told who has an account": async (s) => {
      await s.signedUp();
      const { client } = s.visitor();
      for (const to of [email, bob.email]) {
        await s.ok(client.emailOtp.sendVerificationOtp({ email: to, type: "email-verification" }));
        await s.ok(client.emailOtp.sendVerificationOtp({ email: to, type: "forget-password" }));
        await s.ok(client.emailOtp.requestPasswordReset({ email: to }));
        await s.ok(client.forgetPassword.emailOtp({ email: to }));
      }
      await mailed(s, "forget-password");
      await s.noMail("email-verification-otp", bob.email);
      await s.noMail("forget-password-otp", bob.email);
    },
    "a code resets a password": async (s) => {
      await s.signedUp();
      const { client } = s.visitor();
      await s.ok(client.emailOtp.requestPasswordReset({ email }));
      await s.ok(client.emailOtp.resetPassword({ email, otp: await mailed(s, "forget-password"), password: "another horse battery" }));
      await s.refused(client.signIn.email({ email, password }), 401, "INVALID_EMAIL_OR_PASSWORD");
      const { user } = await s.ok(client.signIn.email({ email, password: "another horse battery" }));
      s.sees("emailVerified", user.emailVerified, true);
      await s.ok(client.forgetPassword.emailOtp({ email }));
      await s.ok(client.emailOtp.resetPassword({ email, otp: await mailed(s, "forget-password"), password }));
      await s.ok(s.visitor().client.signIn.email({ email, password }));
    },
    "codes that do not reset a password": async (s) => {
      await s.signedUp();
      const { client } = s.visitor();
      const reset = (otp) => client.emailOtp.resetPassword({ email, otp, password: "another horse battery" });
      await s.refused(client.emailOtp.resetPassword({ email, otp: "1", password: "short" }), 400, "PASSWORD_TOO_SHORT");
      await s.refused(client.emailOtp.resetPassword({ email, otp: "1", password: "x".repeat(129) }), 400, "PASSWORD_TOO_LONG");
      await s.refused(client.emailOtp.requestPasswordReset({ email: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(client.forgetPassword.emailOtp({ email: 1 }), 400, "VALIDATION_ERROR");
      await guarded(s, reset, async () => {
        await s.ok(client.emailOtp.requestPasswordReset({ email }));
        return mailed(s, "forget-password");
      });
    },
    "changing an address by code is off": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.emailOtp.requestEmailChange({ newEmail }), 400, s.either({ reference: "Change email with OTP is disabled", here: "CHANGE_EMAIL_WITH_OTP_DISABLED" }));
      await s.refused(client.emailOtp.changeEmail({ newEmail, otp: "1" }), 400, s.either({ reference: "Change email with OTP is disabled", here: "CHANGE_EMAIL_WITH_OTP_DISABLED" }));
      await s.refused(s.visitor().client.emailOtp.requestEmailChange({ newEmail }), 401, "UNAUTHORIZED");
      await s.refused(s.visitor().client.emailOtp.changeEmail({ newEmail, otp: "1" }), 401, "UNAUTHORIZED");
    },
  },
  cached: {
    "a browser's copy of a session knows that the address is proven": async (s) => {
      const visitor = await s.signedUp();
      s.sees("emailVerified", (await s.ok(visitor.client.getSession())).user.emailVerified, false);
      await s.ok(visitor.client.emailOtp.verifyEmail({ email, otp: await code(s, visitor, "email-verification") }));
      s.sees("emailVerified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
    },
  },
  fields: {
    "a code signs up with columns of one's own": async (s) => {
      const { client } = s.visitor();
      await s.ok(client.signIn.emailOtp({ email, otp: await code(s, { client }, "sign-in"), birthYear: 1815, nickname: "Countess" }));
      const otp = await code(s, { client }, "sign-in", bob.email);
      await s.refused(client.signIn.emailOtp({ email: bob.email, otp }), 400, "MISSING_FIELD");
    },
  },
  coded: {
    "a code for whoever has an account": async (s) => {
      await s.signedUp();
      await mailed(s, "email-verification");
      const { client } = s.visitor();
      const first = await code(s, { client }, "sign-in");
      s.sees("the code that is mailed again", (await code(s, { client }, "sign-in")) === first, true);
      await s.ok(client.signIn.emailOtp({ email, otp: first }));
    },
    "a code for nobody": async (s) => {
      const { client } = s.visitor();
      await s.ok(client.emailOtp.sendVerificationOtp({ email: bob.email, type: "sign-in" }));
      await s.noMail("sign-in-otp", bob.email);
      await s.refused(client.signIn.emailOtp({ email: bob.email, otp: "000000" }), 400, "INVALID_OTP");
    },
    "changing an address takes codes from both": async (s) => {
      const visitor = await s.signedUp();
      const { client } = visitor;
      await s.refused(client.emailOtp.requestEmailChange({ newEmail }), 400, "OTP is required to verify current email");
      await guarded(s, (otp) => client.emailOtp.requestEmailChange({ newEmail, otp: otp === undefined ? 1 : otp }), () => code(s, visitor, "email-verification"));
      await s.ok(client.emailOtp.requestEmailChange({ newEmail, otp: await code(s, visitor, "email-verification") }));
      await s.ok(client.emailOtp.changeEmail({ newEmail, otp: await mailed(s, "change-email", newEmail) }));
      s.sees("email", (await s.ok(client.getSession())).user.email, newEmail);
    },
  },
  overridden: {
    "codes come where links did": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signUp.email(ada));
      await mailed(s, "email-verification");
      await s.noMail("verification-email");
      await s.refused(visitor.client.signIn.email({ email, password }), 403, "EMAIL_NOT_VERIFIED");
      await s.ok(visitor.client.sendVerificationEmail({ email }));
      await s.ok(visitor.client.emailOtp.verifyEmail({ email, otp: await mailed(s, "email-verification") }));
      s.sees("emailVerified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
      await s.ok(visitor.client.sendVerificationEmail({ email: bob.email })).catch(() => {});
      await s.noMail("email-verification-otp", bob.email);
    },
    "changing an address takes a code from the new one": async (s) => {
      const visitor = s.visitor();
      const { client } = visitor;
      await s.given(() => code(s, visitor, "sign-in").then((otp) => s.ok(client.signIn.emailOtp({ email, otp }))));
      await s.given(() => code(s, visitor, "sign-in", bob.email).then((otp) => s.ok(s.visitor().client.signIn.emailOtp({ email: bob.email, otp }))));
      const ask = async () => {
        await s.ok(client.emailOtp.requestEmailChange({ newEmail }));
        return mailed(s, "change-email", newEmail);
      };
      await s.refused(client.emailOtp.requestEmailChange({ newEmail: "ada" }), 400, "INVALID_EMAIL");
      await s.refused(client.emailOtp.requestEmailChange({ newEmail: email }), 400, "Email is the same");
      await s.refused(client.emailOtp.changeEmail({ newEmail: "ada", otp: "1" }), 400, "INVALID_EMAIL");
      await s.refused(client.emailOtp.changeEmail({ newEmail: email, otp: "1" }), 400, "Email is the same");
      await s.ok(client.emailOtp.requestEmailChange({ newEmail: bob.email }));
      await s.noMail("change-email-otp", bob.email);
      await guarded(s, (otp) => client.emailOtp.changeEmail({ newEmail, otp }), ask);
      const taken = await ask();
      await s.given(() => code(s, visitor, "sign-in", newEmail).then((otp) => s.ok(s.visitor().client.signIn.emailOtp({ email: newEmail, otp }))));
      await s.refused(client.emailOtp.changeEmail({ newEmail, otp: taken }), 400, "Email already in use");
      const free = "lovelace@example.com";
      await s.ok(client.emailOtp.requestEmailChange({ newEmail: free }));
      await s.ok(client.emailOtp.changeEmail({ newEmail: free, otp: await mailed(s, "change-email", free) }));
      s.sees("email", (await s.ok(client.getSession())).user.email, free);
    },
  },
};
