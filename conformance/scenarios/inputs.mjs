// What is refused before anybody is looked for.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;
const long = "x".repeat(129);
const post = (visitor, path, body) => visitor.client.$fetch(path, { method: "POST", body });

export default {
  plain: {
    "passwords that nobody can have, at sign-in": async (s) => {
      const visitor = s.visitor();
      await s.given(() => s.ok(visitor.client.signUp.email({ ...ada, username: "ada" })));
      const { client } = s.visitor();
      for (const who of [email, bob.email]) await s.refused(client.signIn.email({ email: who, password: long }), 400, "PASSWORD_TOO_LONG");
      for (const who of ["ada", "bob"]) await s.refused(client.signIn.username({ username: who, password: long }), 400, "PASSWORD_TOO_LONG");
      await s.refused(client.signIn.email({ email: "ada", password: long }), 400, "INVALID_EMAIL");
      await s.refused(client.signIn.username({ username: "a!", password: long }), 422, "USERNAME_TOO_SHORT");
      await s.refused(client.signIn.email({ email, password: "x".repeat(128) }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "passwords that nobody can have, of somebody who is signed in": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.verifyPassword({ password: long }), 400, "PASSWORD_TOO_LONG");
      await s.refused(client.changePassword({ currentPassword: long, newPassword: "another password" }), 400, "PASSWORD_TOO_LONG");
      await s.refused(client.deleteUser({ password: long }), 400, "PASSWORD_TOO_LONG");
      for (const call of ["enable", "disable"]) await s.refused(client.twoFactor[call]({ password: long }), 400, "PASSWORD_TOO_LONG");
      await s.given(() => s.ok(client.twoFactor.enable({ password })));
      await s.refused(client.twoFactor.getTotpUri({ password: long }), 400, "PASSWORD_TOO_LONG");
      await s.given(() => s.ok(client.twoFactor.enable({ password, method: "otp" })));
      await s.refused(client.twoFactor.generateBackupCodes({ password: long }), 400, "PASSWORD_TOO_LONG");
    },
    "passwords that nobody can have, by an administrator": async (s) => {
      const { client } = await s.signedUp();
      await s.control("promote-admin", { email });
      for (const who of [email, bob.email]) await s.refused(client.admin.createUser({ name: "B", email: who, password: long }), 400, "PASSWORD_TOO_LONG");
    },
    "resets by code for what is no address": async (s) => {
      const { client } = s.visitor();
      for (const none of ["", "ada", "ada@example"]) {
        await s.refused(client.emailOtp.requestPasswordReset({ email: none }), 400, "INVALID_EMAIL");
        await s.refused(client.forgetPassword.emailOtp({ email: none }), 400, "INVALID_EMAIL");
        await s.refused(client.emailOtp.resetPassword({ email: none, otp: "123456", password: "short" }), 400, "INVALID_EMAIL");
      }
    },
    "an id is nobody's to give": async (s) => {
      const { client } = await s.signedUp();
      await s.control("promote-admin", { email });
      const { user } = await s.given(() => s.ok(client.getSession()));
      await s.refused(client.admin.updateUser({ userId: user.id, data: { id: "another", name: "B" } }), 400, "USER_ID_CANNOT_BE_UPDATED");
      await s.refused(client.admin.updateUser({ userId: "nobody", data: { id: "another" } }), 400, "USER_ID_CANNOT_BE_UPDATED");
    },
    "media types that only look like JSON": async (s) => {
      const body = JSON.stringify({ email, password });
      for (const type of ["application/json-patch+json", "application/jsonp", "text/application/json", "text/plain; a=application/json"]) {
        await s.answers(s.visitor().raw("POST", "/sign-in/email", { headers: { "content-type": type }, body }), 415);
      }
      await s.answers(s.visitor().raw("POST", "/sign-in/email", { headers: { "content-type": "application/json ; charset=utf-8" }, body }), 401);
    },
    "ending one's own session by its token": async (s) => {
      const { client } = await s.signedUp();
      const { session } = await s.ok(client.getSession());
      await s.ok(client.revokeSession({ token: session.token }));
      s.sees("session", await s.ok(client.getSession()), null);
    },
    "targets of a magic link are decoded once": async (s) => {
      for (const place of ["/a?b=%2B", "/a?b=%26c", "/a%25b", "/a?b=%23", "/a?b=%C3%A9#d"]) {
        const visitor = s.visitor();
        await s.ok(visitor.client.signIn.magicLink({ email, callbackURL: place, newUserCallbackURL: place }));
        const { url } = await s.mail("magic-link");
        await s.leads(visitor.follow(url), new RegExp(`${place.replace(/[?+.]/g, "\\$&")}$`));
      }
    },
  },
  roles: {
    "a phone number takes a permission of its own": async (s) => {
      const editor = await s.signedUp(bob);
      const { user } = await s.given(() => s.ok(editor.client.getSession()));
      for (const data of [{ phoneNumber: "+15550100" }, { phoneNumberVerified: true, name: "B" }]) {
        await s.refused(post(editor, "/admin/update-user", { userId: user.id, data }), 403, "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PHONE_NUMBER");
      }
    },
  },
  lenient: {
    "a session is refreshed whatever the body is": async (s) => {
      await s.signedUp();
      const visitor = await s.signedIn();
      for (const [type, body] of [["application/json", "{}"], ["application/json", "{"], ["text/plain", "x"]]) {
        await s.answers(visitor.raw("POST", "/get-session", { headers: { "content-type": type, origin: s.server.url }, body }), 200);
      }
    },
  },
};
