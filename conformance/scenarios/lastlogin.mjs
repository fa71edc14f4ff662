// What the sign-in page is told of the method somebody used last: in a cookie that the official client reads, and in a column of the user.
import { ada } from "../suite/world.mjs";

const { email, password } = ada;
const stored = async (s, visitor) => (await s.ok(visitor.client.getSession())).user.lastLoginMethod;

// Ada, who is asked for a mailed code.
async function enrolled(s) {
  const visitor = await s.signedUp();
  await s.given(() => s.ok(visitor.client.twoFactor.enable({ password, method: "otp" })));
}

export default {
  remembered: {
    "signing up and in with a password": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email(ada));
      s.sees("at once", user.lastLoginMethod, "email");
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.email({ email, password }));
      s.sees("stored", await stored(s, visitor), "email");
      await s.ok(visitor.client.signOut());
    },
    "one method after another": async (s) => {
      const visitor = await s.signedUp();
      await s.given(() => s.ok(visitor.client.passkey.addPasskey({ name: "Laptop" })));
      await s.given(() => s.ok(visitor.client.signOut()));
      await s.ok(visitor.client.signIn.passkey());
      s.sees("by passkey", await stored(s, visitor), "passkey");
      await s.ok(visitor.client.emailOtp.sendVerificationOtp({ email, type: "sign-in" }));
      const { otp } = await s.mail("sign-in-otp");
      await s.ok(visitor.client.signIn.emailOtp({ email, otp }));
      s.sees("by code", await stored(s, visitor), "email-otp");
    },
    "a link": async (s) => {
      const visitor = s.visitor();
      await s.given(() => s.ok(visitor.client.signIn.magicLink({ email, name: "Ada", callbackURL: "/home" })));
      const { url } = await s.mail("magic-link");
      await s.leads(visitor.follow(url), /\/home$/);
      s.sees("by link", await stored(s, visitor), "magic-link");
    },
    "a method without a name": async (s) => {
      await s.ok(s.visitor().client.signUp.email({ ...ada, username: "ada_l" }));
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.username({ username: "ada_l", password }));
      s.sees("as before", await stored(s, visitor), "email");
    },
    "what does not sign in": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(s.visitor().client.signIn.email({ email, password: "not the password" }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(client.updateUser({ lastLoginMethod: "siwe" }), 400, "FIELD_NOT_ALLOWED");
    },
    "the second step keeps the method of the first": async (s) => {
      await enrolled(s);
      const visitor = s.visitor();
      await s.ok(visitor.client.signIn.email({ email, password }));
      await s.given(() => s.ok(visitor.client.twoFactor.sendOtp()));
      const { otp } = await s.given(() => s.mail("two-factor-otp"));
      await s.ok(visitor.client.twoFactor.verifyOtp({ code: otp }));
      s.sees("stored", await stored(s, visitor), "email");
    },
  },
};
