// New passwords that are known from data breaches.
import { passwords } from "../suite/pwned.mjs";
import { ada } from "../suite/world.mjs";

const signUp = (s, password) => s.visitor().client.signUp.email({ ...ada, password });

export default {
  pwned: {
    "a compromised password at sign-up": async (s) => {
      await s.refused(signUp(s, passwords.known), 400, "PASSWORD_COMPROMISED");
      await s.ok(signUp(s, ada.password));
    },
    "padding is no match": async (s) => {
      await s.ok(signUp(s, passwords.padding));
    },
    "a compromised password when it is changed and reset": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.changePassword({ currentPassword: ada.password, newPassword: passwords.known }), 400, "PASSWORD_COMPROMISED");
      await s.ok(client.requestPasswordReset({ email: ada.email, redirectTo: "/reset" }));
      const { token } = await s.mail("reset-password-token");
      await s.refused(client.resetPassword({ token, newPassword: passwords.known }), 400, "PASSWORD_COMPROMISED");
      await s.ok(s.visitor().client.signIn.email({ email: ada.email, password: ada.password }));
    },
    "a service that does not answer": async (s) => {
      await s.refused(signUp(s, passwords.down), 500, "Failed to check password. Status: 503");
      await s.refused(signUp(s, passwords.cut), 500, "Failed to check password. Please try again later.");
      await s.refused(signUp(s, passwords.nonsense), 500, "Failed to check password. Please try again later.");
      await s.refused(s.visitor().client.signIn.email({ email: ada.email, password: passwords.down }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "signing in asks nobody": async (s) => {
      await s.signedUp({ ...ada, password: ada.password });
      await s.refused(s.visitor().client.signIn.email({ email: ada.email, password: passwords.known }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
  },
};
