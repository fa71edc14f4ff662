// Where changing the address and deleting the user are off. Nobody can sign up on this site, so users come by a token of theirs.
export default {
  bare: {
    "changes that are off, without a session": async (s) => {
      const { client } = s.visitor();
      await s.refused(client.changeEmail({ newEmail: "a@example.com" }), 401, "UNAUTHORIZED");
      await s.refused(client.deleteUser({ password: "x" }), 401, "UNAUTHORIZED");
      await s.refused(client.deleteUser.callback({ query: { token: "x" } }), 404, "NOT_FOUND");
      await s.refused(client.sendVerificationEmail({ email: "a@example.com" }), 400, "VERIFICATION_EMAIL_NOT_ENABLED");
    },
  },
  fixed: {
    "changes that are off": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.changeEmail({ newEmail: "a@example.com" }), 400, "CHANGE_EMAIL_DISABLED");
      await s.refused(client.deleteUser({ password: "x" }), 404, s.either({ reference: "Not Found", here: "NOT_FOUND" }));
    },
  },
};
