// What a test steers the server with, beside the auth routes. The Go server has the same paths.

/**
 * The controls of a server: (method, path) to a function of {query, body} that resolves to {status, body}.
 * `mails` is what the auth has sent, `senders` how it sends, `auth` the instance and `database` what openDatabase answered.
 */
export function testControls({ mails, senders, auth, database }) {
  const lastMail = (kind) => async ({ query }) => {
    const email = query.get("email")?.toLowerCase();
    const found = mails.findLast((mail) => mail.kind === kind && mail.email === email);
    if (!found) return fail(404, `no ${kind} mail to ${email}`);
    const { newEmail, url, token, otp, metadata } = found;
    return ok({ newEmail, url, token, otp, metadata });
  };
  const withUser = (work) => async ({ body }) => {
    const context = await auth.$context;
    const found = await context.internalAdapter.findUserByEmail(String(body?.email).toLowerCase(), { includeAccounts: true });
    if (!found) return fail(404, `no user ${body?.email}`);
    return (await work(context, found, body)) ?? ok({ ok: true });
  };
  const seedToken = (prefix) =>
    withUser(async ({ internalAdapter }, { user }, { token, expiresAt }) => {
      const expires = new Date(expiresAt);
      if (!token || Number.isNaN(expires.getTime())) return fail(400, "give email, token and expiresAt");
      await internalAdapter.createVerificationValue({ identifier: prefix + token, value: user.id, expiresAt: expires });
    });

  return {
    "POST /__test/reset-state": async () => {
      mails.length = 0;
      senders.resetFails = false;
      await database.empty();
      return ok({ ok: true });
    },
    "GET /__test/reset-password-token": lastMail("reset-password"),
    "GET /__test/verification-email": lastMail("verify-email"),
    "GET /__test/change-email-confirmation": lastMail("change-email"),
    "GET /__test/delete-user-email": lastMail("delete-user"),
    "GET /__test/magic-link": lastMail("magic-link"),
    "GET /__test/sign-in-otp": lastMail("sign-in-otp"),
    "GET /__test/email-verification-otp": lastMail("email-verification-otp"),
    "GET /__test/forget-password-otp": lastMail("forget-password-otp"),
    "GET /__test/change-email-otp": lastMail("change-email-otp"),
    // Lets everything that is short-lived expire.
    "POST /__test/expire-verifications": async () => {
      const { adapter } = await auth.$context;
      for (const { id } of await adapter.findMany({ model: "verification" })) {
        await adapter.update({ model: "verification", where: [{ field: "id", value: id }], update: { expiresAt: new Date(Date.now() - 1000) } });
      }
      return ok({ ok: true });
    },
    "POST /__test/set-reset-password-mode": async ({ body }) => {
      if (!["capture", "throw"].includes(body?.mode)) return fail(400, "mode is capture or throw");
      senders.resetFails = body.mode === "throw";
      return ok({ ok: true });
    },
    "POST /__test/seed-reset-password-token": seedToken("reset-password:"),
    "POST /__test/seed-delete-user-token": seedToken("delete-account-"),
    "POST /__test/remove-credential-account": withUser(async ({ internalAdapter }, { accounts }) => {
      for (const account of accounts.filter(({ providerId }) => providerId === "credential")) await internalAdapter.deleteAccount(account.id);
    }),
    // Lets time pass for all sessions, which a client cannot wait for.
    "POST /__test/age-sessions": async ({ body }) => {
      const { adapter } = await auth.$context;
      const earlier = (date) => new Date(new Date(date).getTime() - body.seconds * 1000);
      for (const { id, createdAt, updatedAt, expiresAt } of await adapter.findMany({ model: "session" })) {
        const update = { createdAt: earlier(createdAt), updatedAt: earlier(updatedAt), expiresAt: earlier(expiresAt) };
        await adapter.update({ model: "session", where: [{ field: "id", value: id }], update });
      }
      return ok({ ok: true });
    },
    // A second way in, as a social sign-in would leave it.
    "POST /__test/add-account": withUser(async ({ internalAdapter }, { user }, { providerId, accountId }) => {
      await internalAdapter.createAccount({ userId: user.id, providerId, accountId, scope: "read,write", accessToken: "an access token" });
    }),
    // The first administrator is nobody's to make but the operator's.
    "POST /__test/promote-admin": withUser(async ({ internalAdapter }, { user }, { role = "admin" }) => {
      await internalAdapter.updateUser(user.id, { role });
    }),
    "GET /__test/two-factor-otp": async ({ query }) => {
      const email = query.get("email")?.toLowerCase();
      const found = mails.findLast((mail) => mail.kind === "two-factor-otp" && mail.email === email);
      return found ? ok({ otp: found.otp }) : fail(404, `no two-factor-otp mail to ${email}`);
    },
    "GET /__test/view-backup-codes": async ({ query }) => {
      const { internalAdapter } = await auth.$context;
      const found = await internalAdapter.findUserByEmail(String(query.get("email")).toLowerCase());
      if (!found) return fail(404, `no user ${query.get("email")}`);
      return ok(await auth.api.viewBackupCodes({ body: { userId: found.user.id } }));
    },
    // Keys with what only a server may say, and as time leaves them.
    "POST /__test/make-api-key": withUser(async (_, { user }, { email, ...body }) => ok(await auth.api.createApiKey({ body: { ...body, userId: user.id } }))),
    "POST /__test/change-api-key": async ({ body: { id, metadata, expiresAt, ...update } }) => {
      const { adapter } = await auth.$context;
      if (expiresAt) update.expiresAt = new Date(expiresAt);
      if (metadata) update.metadata = metadata;
      await adapter.update({ model: "apikey", where: [{ field: "id", value: id }], update });
      return ok({ ok: true });
    },
    "POST /__test/verify-api-key": async ({ body }) => ok(await auth.api.verifyApiKey({ body })),
    "POST /__test/sweep-api-keys": async () => ok(await auth.api.deleteAllExpiredApiKeys()),
  };
}

const ok = (body) => ({ status: 200, body });
const fail = (status, message) => ({ status, body: { message } });
