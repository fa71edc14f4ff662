// One database, two servers that take turns in the middle of what a person does: a link that one server mailed is followed at the other.
// Sessions, passwords, cached sessions and passkeys are handed over in interop/ and in the Go tests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { engines } from "../reference/start.mjs";
import { buildGoServer, startGo, startReference } from "./sites.mjs";
import { World } from "./world.mjs";

// Where all clients say they are, whichever server they talk to.
const origin = "http://localhost:3000";
const password = "correct horse battery";

let go;
before(async () => {
  go = await buildGoServer();
});
after(() => go.remove());

for (const [engine, caches] of Object.entries({ SQLite: ["off", "compact", "jwt", "jwe"], PostgreSQL: ["off", "jwe"] })) {
  for (const cache of caches) {
    test(`${engine}, cookie cache ${cache}: what one server begins, the other ends`, async (t) => {
      const database = await engines[engine](t);
      if (!database) return;
      const flags = ["--database", database, "--origin", origin, "--with", "delete-mail", ...(cache === "off" ? [] : ["--cookie-cache", cache])];
      const servers = [];
      t.after(() => Promise.all(servers.map((server) => server.stop())));
      for (const start of [() => startReference(flags), () => startGo(go.program, flags)]) servers.push(await start());
      const [reference, ours] = servers;
      await t.test("the reference first", () => live(new World(reference), new World(ours), "ada@example.com"));
      await t.test("the Go server first", () => live(new World(ours), new World(reference), "bob@example.com"));
    });
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

  for (const [begins, ends, newPassword] of [[one, two, "the second password"], [two, one, password]]) {
    const visitor = begins.visitor({ origin });
    await one.ok(visitor.client.requestPasswordReset({ email, redirectTo: "/reset" }));
    const leadsTo = await ends.leads(visitor.at(ends.server).follow(await link(begins, "reset-password-token", email, ends)), /\/reset\?token=/);
    await one.ok(visitor.at(ends.server).client.resetPassword({ newPassword, token: new URL(leadsTo).searchParams.get("token") }));
    await one.ok(visitor.client.signIn.email({ email, password: newPassword }));
    await one.ok(visitor.at(ends.server).client.signIn.email({ email, password: newPassword }));
  }

  await one.ok(here.client.sendVerificationEmail({ email }));
  await two.leads(there.follow(await link(one, "verification-email", email, two)), /^\/$/);
  assert.equal((await user(here)).emailVerified, true);
  assert.equal((await one.ok(here.client.getSession())).user.emailVerified, true, "a cached session of the other server");

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
