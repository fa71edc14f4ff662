// One database, two servers that take turns in the middle of what a person does: a link that one server mailed is followed at the other.
// Sessions, passwords, cached sessions and passkeys are handed over in interop/ and in the Go tests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engines } from "../reference/start.mjs";
import { buildGoServer, startGo, startReference } from "./sites.mjs";
import { code } from "./totp.mjs";
import { World } from "./world.mjs";

// Where all clients say they are, whichever server they talk to.
const origin = "http://localhost:3000";
const password = "correct horse battery";

let go;
before(async () => {
  go = await buildGoServer();
});
after(() => go.remove());

// Codes and tokens are kept plainly on one engine, encrypted and hashed on the other.
for (const [engine, kept] of Object.entries({ SQLite: "change-by-code", PostgreSQL: "codes" })) {
  for (const cache of ["off", "compact", "jwt", "jwe"]) {
    test(`${engine}, cookie cache ${cache}: what one server begins, the other ends`, async (t) => {
      const database = await engines[engine](t);
      if (!database) return;
      const flags = ["--database", database, "--origin", origin, "--with", `delete-mail,${kept},insecure-cheap-passwords`, ...(cache === "off" ? [] : ["--cookie-cache", cache])];
      const servers = [];
      t.after(() => Promise.all(servers.map((server) => server.stop())));
      for (const start of [() => startReference(flags), () => startGo(go.program, flags)]) servers.push(await start());
      const [reference, ours] = servers;
      await t.test("the reference first", () => live(new World(reference), new World(ours), "ada@example.com"));
      await t.test("the Go server first", () => live(new World(ours), new World(reference), "bob@example.com"));
      await t.test("links and codes, the reference first", () => mailed(new World(reference), new World(ours), "erin@example.com"));
      await t.test("links and codes, the Go server first", () => mailed(new World(ours), new World(reference), "fred@example.com"));
      await t.test("a second step set up at the reference", () => secondStep(new World(reference), new World(ours), "carol@example.com"));
      await t.test("a second step set up at the Go server", () => secondStep(new World(ours), new World(reference), "dave@example.com"));
    });
  }
}

// Links and codes that one server mailed are followed and typed at the other, where they count once.
async function mailed(one, two, email) {
  const here = one.visitor({ origin });
  await one.ok(here.client.signUp.email({ name: "Erin", email, password }));
  for (const [begins, ends] of [[one, two], [two, one]]) {
    const ask = async (call, kind, to = email) => {
      await begins.ok(call);
      return begins.mail(kind, to);
    };
    const asking = begins.visitor({ origin }).client;
    const elsewhere = () => ends.visitor({ origin });
    const own = here.at(begins.server).client;

    // First: it proves the address, which ends what was before.
    const proof = await ask(own.emailOtp.sendVerificationOtp({ email, type: "email-verification" }), "email-verification-otp");
    await ends.ok(here.at(ends.server).client.emailOtp.verifyEmail({ email, otp: proof.otp }));
    await begins.refused(asking.emailOtp.verifyEmail({ email, otp: proof.otp }), 400, "INVALID_OTP");

    const magic = await ask(asking.signIn.magicLink({ email, callbackURL: "/home" }), "magic-link");
    const link = (world) => magic.url.replace(begins.server.url, world.server.url);
    const visitor = elsewhere();
    await ends.leads(visitor.follow(link(ends)), /\/home$/);
    assert.equal((await begins.ok(visitor.at(begins.server).client.getSession())).user.email, email);
    await begins.leads(begins.visitor({ origin }).follow(link(begins)), /\/home\?error=INVALID_TOKEN$/);

    const signIn = await ask(asking.emailOtp.sendVerificationOtp({ email, type: "sign-in" }), "sign-in-otp");
    await ends.refused(elsewhere().client.signIn.emailOtp({ email, otp: "wrong" }), 400, "INVALID_OTP");
    assert.equal((await ends.ok(elsewhere().client.signIn.emailOtp({ email, otp: signIn.otp }))).user.email, email);
    await begins.refused(asking.signIn.emailOtp({ email, otp: signIn.otp }), 400, "INVALID_OTP");

    const forgotten = await ask(asking.emailOtp.requestPasswordReset({ email }), "forget-password-otp");
    await ends.ok(elsewhere().client.emailOtp.checkVerificationOtp({ email, type: "forget-password", otp: forgotten.otp }));
    await ends.ok(elsewhere().client.emailOtp.resetPassword({ email, otp: forgotten.otp, password }));
    await begins.ok(here.at(begins.server).client.signIn.email({ email, password }));

    // A change of address by codes: from the present address, then from the new one.
    const newEmail = `${begins === one ? "first" : "second"}-${email}`;
    const present = await ask(own.emailOtp.sendVerificationOtp({ email, type: "email-verification" }), "email-verification-otp");
    await ends.ok(here.at(ends.server).client.emailOtp.requestEmailChange({ newEmail, otp: present.otp }));
    const { otp } = await ends.mail("change-email-otp", newEmail);
    await begins.ok(own.emailOtp.changeEmail({ newEmail, otp }));
    await ends.refused(here.at(ends.server).client.emailOtp.changeEmail({ newEmail: `x-${newEmail}`, otp }), 400, "INVALID_OTP");
    await ends.ok(elsewhere().client.signIn.email({ email: newEmail, password }));
    email = newEmail;
  }
}

// The life of one user, each step of which begins at `one` and ends at `two`, or the other way round.
async function live(one, two, email) {
  const here = one.visitor({ origin });
  const there = here.at(two.server);
  const user = async (visitor) => (await one.ok(visitor.client.getSession({ query: { disableCookieCache: true } })))?.user;
  // The link of a mail, with the other server in front.
  const link = async (world, kind, to, other) => (await world.mail(kind, to)).url.replace(world.server.url, other.server.url);

  await one.ok(here.client.signUp.email({ name: "Ada", email, password }));
  assert.equal((await user(there)).email, email);
  assert.equal((await one.ok(there.client.getSession())).user.email, email, "a cached session of the other server");

  await one.ok(there.client.updateUser({ name: "Countess" }));
  assert.equal((await one.ok(here.client.getSession())).user.name, "Countess");

  // First: a reset proves an address at the Go server, which ends what was before.
  await one.ok(here.client.sendVerificationEmail({ email }));
  await two.leads(there.follow(await link(one, "verification-email", email, two)), /^\/$/);
  assert.equal((await user(here)).emailVerified, true);
  assert.equal((await one.ok(here.client.getSession())).user.emailVerified, true, "a cached session of the other server");

  for (const [begins, ends, newPassword] of [[one, two, "the second password"], [two, one, password]]) {
    const visitor = begins.visitor({ origin });
    await one.ok(visitor.client.requestPasswordReset({ email, redirectTo: "/reset" }));
    const leadsTo = await ends.leads(visitor.at(ends.server).follow(await link(begins, "reset-password-token", email, ends)), /\/reset\?token=/);
    await one.ok(visitor.at(ends.server).client.resetPassword({ newPassword, token: new URL(leadsTo).searchParams.get("token") }));
    await one.ok(visitor.client.signIn.email({ email, password: newPassword }));
    await one.ok(visitor.at(ends.server).client.signIn.email({ email, password: newPassword }));
  }

  const newEmail = `new-${email}`;
  await one.ok(here.client.changeEmail({ newEmail, callbackURL: "/changed" }));
  await two.leads(there.follow(await link(one, "change-email-confirmation", email, two)), /^\/changed$/);
  await one.leads(here.follow(await link(two, "verification-email", newEmail, one)), /^\/changed$/);
  const { email: now, emailVerified } = await user(there);
  assert.deepEqual([now, emailVerified], [newEmail, true]);
  await one.ok(two.visitor({ origin }).client.signIn.email({ email: newEmail, password }));

  await one.ok(here.client.changePassword({ currentPassword: password, newPassword: "the last password", revokeOtherSessions: true }));
  await one.ok(there.client.verifyPassword({ password: "the last password" }));

  await one.ok(there.client.deleteUser({ callbackURL: "/goodbye" }));
  await one.leads(here.follow(await link(two, "delete-user-email", newEmail, one)), /^\/goodbye$/);
  assert.equal(await user(there), undefined);
  await two.refused(two.visitor({ origin }).client.signIn.email({ email: newEmail, password: "the last password" }), 401, "INVALID_EMAIL_OR_PASSWORD");
}

// A second step that is set up at `one`: codes, backup codes and trusted devices of either server count at both, and a sign-in begun at one ends at
// the other.
async function secondStep(one, two, email) {
  const here = one.visitor({ origin });
  await one.ok(here.client.signUp.email({ name: "Carol", email, password }));
  const { totpURI, backupCodes } = await one.ok(here.client.twoFactor.enable({ password }));
  await one.ok(here.client.twoFactor.verifyTotp({ code: await code(totpURI, -1) }));
  // A browser that gave the password at one of them, and goes on at the other.
  const challenged = async (begins, ends) => {
    const visitor = begins.visitor({ origin });
    const { twoFactorMethods } = await begins.ok(visitor.client.signIn.email({ email, password }));
    assert.deepEqual(twoFactorMethods, ["totp", "otp"]);
    return visitor.at(ends.server);
  };
  const signedIn = async (visitor) => assert.equal((await one.ok(visitor.client.getSession()))?.user.email, email);

  const app = await challenged(two, two);
  assert.equal((await two.ok(here.at(two.server).client.twoFactor.getTotpUri({ password }))).totpURI, totpURI);
  await two.ok(app.client.twoFactor.verifyTotp({ code: await code(totpURI), trustDevice: true }));
  await signedIn(app.at(one.server));
  for (const world of [one, two, one]) {
    const trusted = app.at(world.server);
    await world.ok(trusted.client.signOut());
    await world.ok(trusted.client.signIn.email({ email, password }));
    await signedIn(trusted);
  }

  let last = 0;
  for (const [begins, ends] of [[one, two], [two, one]]) {
    const used = backupCodes[last++];
    const visitor = await challenged(begins, ends);
    await ends.ok(visitor.client.twoFactor.verifyBackupCode({ code: used }));
    await signedIn(visitor.at(begins.server));
    await begins.refused((await challenged(ends, begins)).client.twoFactor.verifyBackupCode({ code: used }), 401, "INVALID_BACKUP_CODE");

    const mailed = await challenged(begins, begins);
    await begins.ok(mailed.client.twoFactor.sendOtp());
    const { otp } = await begins.mail("two-factor-otp", email);
    await ends.ok(mailed.at(ends.server).client.twoFactor.verifyOtp({ code: otp }));
    await signedIn(mailed);
  }
  const { backupCodes: renewed } = await two.ok(here.at(two.server).client.twoFactor.generateBackupCodes({ password }));
  assert.equal((await one.control(`view-backup-codes?email=${email}`)).backupCodes.join(), renewed.join());

  // Ten wrong codes, some at each, lock the account at both.
  for (let i = 0; i < 10; i++) {
    const [begins, ends] = i % 2 ? [one, two] : [two, one];
    await ends.refused((await challenged(begins, ends)).client.twoFactor.verifyTotp({ code: "wrong" }), 401, "INVALID_CODE");
  }
  for (const world of [one, two]) {
    await world.refused((await challenged(world, world)).client.twoFactor.verifyBackupCode({ code: renewed[0] }), 429, "ACCOUNT_TEMPORARILY_LOCKED");
  }
  await two.ok(here.at(two.server).client.twoFactor.disable({ password }));
  assert.equal((await one.ok(one.visitor({ origin }).client.signIn.email({ email, password }))).user.twoFactorEnabled, false);
}
