// A second step before a sign-in makes a session: codes of an app, mailed codes, backup codes, trusted devices.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;
const due = (...methods) => ({ twoFactorRedirect: true, twoFactorMethods: methods });

// Ada with an app that has shown one code, the earliest of the three that count now.
async function enrolled(s) {
  const visitor = await s.signedUp();
  return s.given(async () => {
    const { totpURI, backupCodes } = await s.ok(visitor.client.twoFactor.enable({ password }));
    await s.ok(visitor.client.twoFactor.verifyTotp({ code: await s.code(totpURI, -1) }));
    return { visitor, totpURI, backupCodes };
  });
}

// Ada, who is mailed her codes.
async function enrolledByMail(s) {
  const visitor = await s.signedUp();
  await s.given(() => s.ok(visitor.client.twoFactor.enable({ password, method: "otp" })));
  return visitor;
}

// Ada's browser between the steps.
async function challenged(s, options = {}) {
  const visitor = s.visitor();
  await s.given(() => s.ok(visitor.client.signIn.email({ email, password, ...options })));
  return visitor;
}

const otp = async (s, visitor) => {
  await s.given(() => s.ok(visitor.client.twoFactor.sendOtp()));
  return (await s.given(() => s.mail("two-factor-otp"))).otp;
};
const post = (visitor, path, body) => visitor.client.$fetch(`/two-factor/${path}`, { method: "POST", body });
const signedIn = async (s, visitor) => s.sees("whose session", (await s.ok(visitor.client.getSession()))?.user.email, email);

export default {
  plain: {
    "an app, from setting it up to signing in with it": async (s) => {
      const visitor = await s.signedUp();
      const { totpURI } = await s.ok(visitor.client.twoFactor.enable({ password }));
      s.sees("not asked for yet", (await s.ok(s.visitor().client.signIn.email({ email, password }))).user.twoFactorEnabled, false);
      s.sees("the same", (await s.ok(visitor.client.twoFactor.getTotpUri({ password }))).totpURI === totpURI, true);
      await s.given(async () => s.ok(visitor.client.twoFactor.verifyTotp({ code: await s.code(totpURI, -1) })));
      const other = s.visitor();
      s.sees("what is due", await s.ok(other.client.signIn.email({ email, password })), due("totp", "otp"));
      s.sees("nobody yet", await s.ok(other.client.getSession()), null);
      await s.ok(other.client.twoFactor.verifyTotp({ code: await s.code(totpURI) }));
      await signedIn(s, other);
      await s.ok(other.client.signOut());
    },
    "the first code of an app": async (s) => {
      const visitor = await s.signedUp();
      const { totpURI } = await s.given(() => s.ok(visitor.client.twoFactor.enable({ password })));
      const right = await s.code(totpURI);
      await s.refused(visitor.client.twoFactor.verifyTotp({ code: s.another(right) }), 401, "INVALID_CODE");
      await s.ok(visitor.client.twoFactor.verifyTotp({ code: right }));
    },
    "setting up an app again before its first code": async (s) => {
      const { client } = await s.signedUp();
      const first = await s.ok(client.twoFactor.enable({ password, issuer: "Mine: é/ü" }));
      const second = await s.ok(client.twoFactor.enable({ password, issuer: "" }));
      await s.refused(client.twoFactor.verifyTotp({ code: await s.code(first.totpURI) }), 401, "INVALID_CODE");
      await s.given(async () => s.ok(client.twoFactor.verifyTotp({ code: await s.code(second.totpURI) })));
      await s.refused(client.twoFactor.enable({ password }), 400, "TOTP_ALREADY_ENABLED");
      s.sees("enabled", (await s.ok(client.getSession())).user.twoFactorEnabled, true);
    },
    "mailed codes, from the start": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.twoFactor.enable({ password, method: "otp" }));
      s.sees("enabled", (await s.ok(client.getSession())).user.twoFactorEnabled, true);
      const other = s.visitor();
      s.sees("what is due", await s.ok(other.client.signIn.email({ email, password })), due("otp"));
      await s.ok(other.client.twoFactor.sendOtp());
      const { otp: mailed } = await s.mail("two-factor-otp");
      await s.refused(other.client.twoFactor.verifyOtp({ code: s.another(mailed) }), 401, "INVALID_CODE");
      await s.ok(other.client.twoFactor.verifyOtp({ code: mailed }));
      await signedIn(s, other);
    },
    "mailed codes, set up by the first one": async (s) => {
      const visitor = await s.signedUp();
      await s.refused(visitor.client.twoFactor.verifyOtp({ code: "123456" }), 400, "OTP_HAS_EXPIRED");
      await s.ok(visitor.client.twoFactor.sendOtp({ trustDevice: true }));
      const { otp: mailed } = await s.mail("two-factor-otp");
      await s.ok(visitor.client.twoFactor.verifyOtp({ code: mailed }));
      await s.refused(visitor.client.twoFactor.verifyOtp({ code: mailed }), 400, "OTP_HAS_EXPIRED");
      await signedIn(s, visitor);
    },
    "a backup code counts once": async (s) => {
      const { backupCodes } = await enrolled(s);
      const visitor = await challenged(s);
      await s.refused(visitor.client.twoFactor.verifyBackupCode({ code: backupCodes[0].slice(1) }), 401, "INVALID_BACKUP_CODE");
      await s.ok(visitor.client.twoFactor.verifyBackupCode({ code: backupCodes[0] }));
      await signedIn(s, visitor);
      await s.refused((await challenged(s)).client.twoFactor.verifyBackupCode({ code: backupCodes[0] }), 401, "INVALID_BACKUP_CODE");
      await s.ok(visitor.client.twoFactor.verifyBackupCode({ code: backupCodes[1] }));
      s.sees("left", (await s.control(`view-backup-codes?email=${email}`)).backupCodes.length, 8);
    },
    "a backup code without a session": async (s) => {
      const { visitor, backupCodes } = await enrolled(s);
      const other = await challenged(s);
      await s.ok(other.client.twoFactor.verifyBackupCode({ code: backupCodes[0], disableSession: true }));
      s.sees("nobody", await s.ok(other.client.getSession()), null);
      await s.refused(other.client.twoFactor.verifyBackupCode({ code: backupCodes[1] }), 401, "INVALID_TWO_FACTOR_COOKIE");
      await s.ok(visitor.client.twoFactor.verifyBackupCode({ code: backupCodes[1], disableSession: true }));
    },
    "new backup codes": async (s) => {
      const { visitor, backupCodes } = await enrolled(s);
      const made = await s.ok(visitor.client.twoFactor.generateBackupCodes({ password }));
      const other = await challenged(s);
      await s.refused(other.client.twoFactor.verifyBackupCode({ code: backupCodes[0] }), 401, "INVALID_BACKUP_CODE");
      await s.ok(other.client.twoFactor.verifyBackupCode({ code: made.backupCodes[9] }));
    },
    "no backup codes without an app": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.twoFactor.generateBackupCodes({ password }), 400, "TWO_FACTOR_NOT_ENABLED");
      await s.refused(client.twoFactor.getTotpUri({ password }), 400, "TOTP_NOT_ENABLED");
      await s.refused(client.twoFactor.verifyTotp({ code: "123456" }), 400, "TOTP_NOT_ENABLED");
      await s.ok(client.twoFactor.enable({ password, method: "otp" }));
      await s.refused(client.twoFactor.generateBackupCodes({ password }), 400, "TWO_FACTOR_NOT_ENABLED");
      const other = await challenged(s);
      await s.refused(other.client.twoFactor.verifyBackupCode({ code: "x" }), 400, "BACKUP_CODES_NOT_ENABLED");
      await s.refused(other.client.twoFactor.verifyTotp({ code: "123456" }), 400, "TOTP_NOT_ENABLED");
    },
    "a device that is trusted": async (s) => {
      const { totpURI } = await enrolled(s);
      const visitor = await challenged(s, { rememberMe: false });
      await s.ok(visitor.client.twoFactor.verifyTotp({ code: await s.code(totpURI), trustDevice: true }));
      await s.ok(visitor.client.signOut());
      const copied = new Map(visitor.jar);
      s.sees("signed in at once", (await s.ok(visitor.client.signIn.email({ email, password }))).user.email, email);
      await s.ok(visitor.client.signOut());
      await s.ok(visitor.client.signIn.email({ email, password }));
      await signedIn(s, visitor);
      const thief = s.visitor();
      thief.jar = copied;
      s.sees("an old copy", await s.ok(thief.client.signIn.email({ email, password })), due("totp", "otp"));
    },
    "a device that is trusted for somebody else": async (s) => {
      const { totpURI } = await enrolled(s);
      await s.given(async () => {
        const { client } = await s.signedUp(bob);
        await s.ok(client.twoFactor.enable({ password: bob.password, method: "otp" }));
      });
      const visitor = await challenged(s);
      await s.ok(visitor.client.twoFactor.verifyTotp({ code: await s.code(totpURI), trustDevice: true }));
      s.sees("what is due", await s.ok(visitor.client.signIn.email({ email: bob.email, password: bob.password })), due("otp"));
      s.sees("nobody", await s.ok(visitor.client.getSession()), null);
    },
    "a sign-in that is not to be remembered": async (s) => {
      const { totpURI } = await enrolled(s);
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.email({ email, password, rememberMe: false }));
      await s.ok(visitor.client.twoFactor.verifyTotp({ code: await s.code(totpURI) }));
      await signedIn(s, visitor);
    },
    "a second step in a browser that was somebody else's": async (s) => {
      const { backupCodes } = await enrolled(s);
      const visitor = await s.signedUp(bob);
      await s.ok(visitor.client.signIn.email({ email, password }));
      s.sees("nobody", await s.ok(visitor.client.getSession()), null);
      await s.ok(visitor.client.twoFactor.verifyBackupCode({ code: backupCodes[0] }));
      await signedIn(s, visitor);
    },
    "no second step any more": async (s) => {
      const { visitor, totpURI } = await enrolled(s);
      const trusted = await challenged(s);
      await s.ok(trusted.client.twoFactor.verifyTotp({ code: await s.code(totpURI), trustDevice: true }));
      const waiting = await challenged(s);
      const mailed = await otp(s, waiting);
      await s.ok(trusted.client.twoFactor.disable({ password }));
      s.sees("enabled", (await s.ok(trusted.client.getSession())).user.twoFactorEnabled, false);
      await s.ok(s.visitor().client.signIn.email({ email, password }));
      await s.refused(waiting.client.twoFactor.verifyTotp({ code: await s.code(totpURI, 1) }), 400, "TOTP_NOT_ENABLED");
      await s.refused(waiting.client.twoFactor.verifyOtp({ code: mailed }), 400, "FAILED_TO_CREATE_SESSION");
      await s.refused(visitor.client.twoFactor.getTotpUri({ password }), 400, "TOTP_NOT_ENABLED");
    },
    "a second step without a first": async (s) => {
      const { totpURI, backupCodes } = await enrolled(s);
      const { client } = s.visitor();
      const right = await s.code(totpURI);
      await s.refused(client.twoFactor.verifyTotp({ code: right }), 401, "INVALID_TWO_FACTOR_COOKIE");
      await s.refused(client.twoFactor.verifyOtp({ code: right }), 401, "INVALID_TWO_FACTOR_COOKIE");
      await s.refused(client.twoFactor.verifyBackupCode({ code: backupCodes[0] }), 401, "INVALID_TWO_FACTOR_COOKIE");
      await s.refused(client.twoFactor.sendOtp(), 401, "INVALID_TWO_FACTOR_COOKIE");
      for (const call of ["enable", "disable", "getTotpUri", "generateBackupCodes"]) await s.refused(client.twoFactor[call]({ password }), 401, "UNAUTHORIZED");
    },
    "a challenge counts once": async (s) => {
      const { totpURI, backupCodes } = await enrolled(s);
      const visitor = await challenged(s);
      const copied = s.visitor();
      copied.jar = new Map(visitor.jar);
      await s.ok(visitor.client.twoFactor.verifyTotp({ code: await s.code(totpURI) }));
      await s.refused(copied.client.twoFactor.verifyTotp({ code: await s.code(totpURI, 1) }), 401, "INVALID_TWO_FACTOR_COOKIE");
      await s.refused(copied.client.twoFactor.verifyBackupCode({ code: backupCodes[0] }), 401, "INVALID_TWO_FACTOR_COOKIE");
    },
    "a code that was used": async (s) => {
      const { totpURI } = await enrolled(s);
      const right = await s.code(totpURI);
      await s.given(async () => s.ok((await challenged(s)).client.twoFactor.verifyTotp({ code: right })));
      await s.onlyHere(async () => s.refused((await challenged(s)).client.twoFactor.verifyTotp({ code: right }), 401, "INVALID_CODE"));
    },
    "wrong passwords where the second step is managed": async (s) => {
      const { client } = await s.signedUp();
      for (const call of ["enable", "disable"]) await s.refused(client.twoFactor[call]({ password: "a wrong password" }), 400, "INVALID_PASSWORD");
      await s.given(() => s.ok(client.twoFactor.enable({ password })));
      await s.refused(client.twoFactor.getTotpUri({ password: "a wrong password" }), 400, "INVALID_PASSWORD");
      await s.given(() => s.ok(client.twoFactor.enable({ password, method: "otp" })));
      await s.refused(client.twoFactor.generateBackupCodes({ password: "a wrong password" }), 400, "INVALID_PASSWORD");
      await s.refused(client.twoFactor.generateBackupCodes({ password: "" }), 400, "INVALID_PASSWORD");
    },
    "bodies that are none": async (s) => {
      const visitor = await s.signedUp();
      for (const path of ["enable", "disable", "get-totp-uri", "generate-backup-codes"]) await s.refused(post(visitor, path, {}), 400, "VALIDATION_ERROR");
      await s.refused(post(visitor, "enable", { password, method: "sms" }), 400, "VALIDATION_ERROR");
      await s.refused(post(visitor, "enable", { password: 1, issuer: 2 }), 400, "VALIDATION_ERROR");
      for (const path of ["verify-totp", "verify-otp", "verify-backup-code"]) await s.refused(post(visitor, path, { trustDevice: "yes" }), 400, "VALIDATION_ERROR");
      await s.refused(post(visitor, "send-otp", { trustDevice: "yes" }), 400, "VALIDATION_ERROR");
    },
    "too many wrong codes for a challenge": async (s) => {
      const { totpURI, backupCodes } = await enrolled(s);
      for (const [call, error] of [["verifyTotp", "INVALID_CODE"], ["verifyBackupCode", "INVALID_BACKUP_CODE"]]) {
        const { client } = await challenged(s);
        for (let i = 0; i < 5; i++) await s.refused(client.twoFactor[call]({ code: "wrong" }), 401, error);
        await s.refused(client.twoFactor[call]({ code: "wrong" }), 400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE");
        await s.refused(client.twoFactor[call]({ code: await s.code(totpURI) }), 401, "INVALID_TWO_FACTOR_COOKIE");
        // Ten in a row would lock the account.
        if (call === "verifyTotp") await s.given(async () => s.ok((await challenged(s)).client.twoFactor.verifyBackupCode({ code: backupCodes[0] })));
      }
    },
    "too many wrong tries at a mailed code": async (s) => {
      await enrolledByMail(s);
      const visitor = await challenged(s);
      const mailed = await otp(s, visitor);
      for (let i = 0; i < 5; i++) await s.refused(visitor.client.twoFactor.verifyOtp({ code: s.another(mailed) }), 401, "INVALID_CODE");
      await s.refused(visitor.client.twoFactor.verifyOtp({ code: mailed }), 400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE");
      await s.refused(visitor.client.twoFactor.verifyOtp({ code: mailed }), 400, "OTP_HAS_EXPIRED");
      await s.ok(visitor.client.twoFactor.verifyOtp({ code: await otp(s, visitor) }));
    },
    "an account that is locked": async (s) => {
      const { totpURI, backupCodes } = await enrolled(s);
      const right = await s.code(totpURI);
      const visitor = await challenged(s);
      const mailed = await otp(s, visitor);
      await s.given(async () => {
        for (let i = 0; i < 2; i++) {
          const { client } = await challenged(s);
          for (let j = 0; j < 5; j++) await s.refused(client.twoFactor.verifyTotp({ code: s.another(right) }), 401, "INVALID_CODE");
        }
      });
      await s.refused(visitor.client.twoFactor.verifyTotp({ code: right }), 429, "ACCOUNT_TEMPORARILY_LOCKED");
      await s.refused(visitor.client.twoFactor.verifyBackupCode({ code: backupCodes[0] }), 429, "ACCOUNT_TEMPORARILY_LOCKED");
      await s.refused(visitor.client.twoFactor.verifyOtp({ code: mailed }), 429, "ACCOUNT_TEMPORARILY_LOCKED");
      await s.onlyHere(() => s.refused(visitor.client.twoFactor.sendOtp(), 429, "ACCOUNT_TEMPORARILY_LOCKED"));
    },
  },
  second: {
    "an app that is asked for at once, with options": async (s) => {
      const visitor = await s.signedUp();
      const { totpURI } = await s.ok(visitor.client.twoFactor.enable({ password }));
      await s.ok(visitor.client.twoFactor.getTotpUri({ password }));
      s.sees("enabled", (await s.ok(visitor.client.getSession())).user.twoFactorEnabled, true);
      const other = s.visitor();
      await s.ok(other.client.signIn.email({ email, password }));
      await s.ok(other.client.twoFactor.verifyTotp({ code: await s.code(totpURI), trustDevice: true }));
      await s.ok(other.client.signOut());
      await s.ok(other.client.signIn.email({ email, password }));
      await signedIn(s, other);
    },
    "mailed codes with options": async (s) => {
      await enrolledByMail(s);
      const visitor = await challenged(s);
      const mailed = await otp(s, visitor);
      s.sees("digits", mailed.length, 4);
      for (let i = 0; i < 2; i++) await s.refused(visitor.client.twoFactor.verifyOtp({ code: s.another(mailed) }), 401, "INVALID_CODE");
      await s.refused(visitor.client.twoFactor.verifyOtp({ code: mailed }), 400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE");
      await s.ok(visitor.client.twoFactor.verifyOtp({ code: await otp(s, visitor) }));
    },
    "backup codes with options, and an early lock": async (s) => {
      const { backupCodes } = await s.given(async () => s.ok((await s.signedUp()).client.twoFactor.enable({ password })));
      s.sees("how many, how long", [backupCodes.length, backupCodes[0].length], [3, 13]);
      await s.ok((await challenged(s)).client.twoFactor.verifyBackupCode({ code: backupCodes[0] }));
      const { client } = await challenged(s);
      for (let i = 0; i < 3; i++) await s.refused(client.twoFactor.verifyBackupCode({ code: "wrong" }), 401, "INVALID_BACKUP_CODE");
      await s.refused(client.twoFactor.verifyBackupCode({ code: backupCodes[1] }), 429, "ACCOUNT_TEMPORARILY_LOCKED");
    },
    "users without a password": async (s) => {
      const visitor = await s.signedUp();
      await s.refused(post(visitor, "enable", {}), 400, "INVALID_PASSWORD");
      await s.refused(post(visitor, "disable", {}), 400, "INVALID_PASSWORD");
      await s.control("remove-credential-account", { email });
      await s.ok(post(visitor, "enable", {}));
      await s.ok(post(visitor, "get-totp-uri", {}));
      await s.ok(post(visitor, "generate-backup-codes", {}));
      await s.ok(post(visitor, "disable", {}));
    },
  },
  codeless: {
    "neither apps nor mailed codes": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.twoFactor.enable({ password }), 400, "TOTP_NOT_CONFIGURED");
      await s.refused(client.twoFactor.enable({ password, method: "otp" }), 400, "OTP_NOT_CONFIGURED");
      await s.refused(client.twoFactor.getTotpUri({ password }), 400, "TOTP_NOT_CONFIGURED");
      await s.refused(client.twoFactor.verifyTotp({ code: "123456" }), 400, "TOTP_NOT_CONFIGURED");
      await s.refused(client.twoFactor.sendOtp(), 400, "OTP_NOT_CONFIGURED");
      await s.refused(client.twoFactor.verifyOtp({ code: "123456" }), 400, "OTP_HAS_EXPIRED");
    },
  },
  limited: {
    "second steps, three in ten seconds": async (s) => {
      const { client } = s.visitor({ address: "203.0.113.77" });
      for (let i = 0; i < 3; i++) await s.refused(client.twoFactor.verifyTotp({ code: "123456" }), 401, "INVALID_TWO_FACTOR_COOKIE");
      await s.refused(client.twoFactor.verifyTotp({ code: "123456" }), 429, s.either({ reference: "Too many requests. Please try again later.", here: "TOO_MANY_REQUESTS" }));
    },
  },
};
