// Proving that an address is one's own, and changing it.
import { ada, bob } from "../suite/world.mjs";

const { email, password } = ada;
const newEmail = "countess@example.com";

export default {
  plain: {
    "an address is proven by a link": async (s) => {
      const visitor = await s.signedUp();
      await s.ok(visitor.client.sendVerificationEmail({ email, callbackURL: "/welcome" }));
      const { url } = await s.mail("verification-email");
      await s.leads(visitor.follow(url), /^\/welcome$/);
      s.sees("emailVerified", (await s.ok(visitor.client.getSession())).user.emailVerified, true);
    },
    "an address is proven by the client": async (s) => {
      const visitor = await s.signedUp();
      await s.ok(visitor.client.sendVerificationEmail({ email }));
      const { token } = await s.mail("verification-email");
      await s.ok(visitor.client.verifyEmail({ query: { token } }));
      await s.ok(visitor.client.verifyEmail({ query: { token } }));
      await s.leads(visitor.raw("GET", `/verify-email?token=${token}&callbackURL=%2Fagain`), /^\/again$/);
    },
    "sign-up sends no mail where nobody asked for it": async (s) => {
      await s.signedUp();
      await s.noMail("verification-email");
    },
    "anybody may ask for a mail, and is told nothing": async (s) => {
      await s.signedUp();
      const { client } = s.visitor();
      await s.ok(client.sendVerificationEmail({ email }));
      await s.mail("verification-email");
      await s.ok(client.sendVerificationEmail({ email: bob.email }));
      await s.noMail("verification-email", bob.email);
    },
    "no mail to a proven address": async (s) => {
      const visitor = await s.verified();
      await s.ok(s.visitor().client.sendVerificationEmail({ email }));
      await s.noMail("verification-email");
      await s.refused(visitor.client.sendVerificationEmail({ email }), 400, "EMAIL_ALREADY_VERIFIED");
    },
    "no mail to an address that is somebody else's": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.sendVerificationEmail({ email: bob.email }), 400, "EMAIL_MISMATCH");
      await s.refused(client.sendVerificationEmail({ email: "ada" }), 400, "VALIDATION_ERROR");
      await s.refused(client.sendVerificationEmail({ email, callbackURL: "https://evil.example" }), 403, "INVALID_CALLBACK_URL");
    },
    "links that have expired or were forged": async (s) => {
      await s.signedUp();
      const verify = (token) => s.visitor().client.verifyEmail({ query: { token } });
      await s.refused(verify(s.token({ email }, { age: 7200 })), 401, "TOKEN_EXPIRED");
      await s.refused(verify(s.token({ email }, { key: "another secret of thirty-two characters" })), 401, "INVALID_TOKEN");
      await s.refused(verify("nonsense"), 401, "INVALID_TOKEN");
      await s.refused(verify(""), 401, "INVALID_TOKEN");
      await s.refused(verify(s.token({ email: bob.email })), 401, "USER_NOT_FOUND");
      await s.refused(s.visitor().client.$fetch("/verify-email"), 400, "VALIDATION_ERROR");
    },
    "links that fail lead back with a reason": async (s) => {
      const visitor = s.visitor();
      const follow = (token, callback) => visitor.raw("GET", `/verify-email?token=${token}&callbackURL=${encodeURIComponent(callback)}`);
      await s.leads(follow("nonsense", "/welcome"), /^\/welcome\?error=INVALID_TOKEN$/);
      await s.leads(follow("nonsense", "/welcome?lang=de#top"), /^\/welcome\?lang=de&error=INVALID_TOKEN#top$/);
      await s.leads(follow(s.token({ email }, { age: 7200 }), `${s.server.url}/x`), /\/x\?error=TOKEN_EXPIRED$/);
      await s.leads(follow(s.token({ email }), "/x"), /error=USER_NOT_FOUND$/);
      await s.answers(follow(s.token({ email }), "https://evil.example"), 403);
      await s.answers(follow(s.token({ email }), "/\\evil.example"), 403);
    },
    "changing a proven address takes both mailboxes": async (s) => {
      const visitor = await s.verified();
      await s.ok(visitor.client.changeEmail({ newEmail, callbackURL: "/changed" }));
      await s.noMail("verification-email", newEmail);
      const confirmation = await s.mail("change-email-confirmation");
      await s.leads(visitor.follow(confirmation.url), /^\/changed$/);
      s.sees("address so far", (await s.ok(visitor.client.getSession())).user.email, email);
      const verification = await s.mail("verification-email", newEmail);
      await s.leads(visitor.follow(verification.url), /^\/changed$/);
      const { user } = await s.ok(visitor.client.getSession());
      s.sees("address", [user.email, user.emailVerified], [newEmail, true]);
      await s.ok(s.visitor().client.signIn.email({ email: newEmail, password }));
    },
    "changing an address that is not proven takes the new mailbox": async (s) => {
      const visitor = await s.signedUp();
      await s.ok(visitor.client.changeEmail({ newEmail: newEmail.toUpperCase() }));
      await s.noMail("change-email-confirmation");
      const { token } = await s.mail("verification-email", newEmail);
      const { user } = await s.ok(visitor.client.verifyEmail({ query: { token } }));
      s.sees("address", [user.email, user.emailVerified], [newEmail, false]);
      const again = await visitor.client.verifyEmail({ query: { token } });
      s.sees("again", again.error?.code, "INVALID_TOKEN");
    },
    "the link to a new address, in a browser that is not signed in": async (s) => {
      const here = await s.signedUp();
      await s.ok(here.client.changeEmail({ newEmail }));
      const { token } = await s.mail("verification-email", newEmail);
      const there = s.visitor();
      await s.onlyHere(() => s.refused(there.client.verifyEmail({ query: { token } }), 401, "UNAUTHORIZED"));
      s.sees("whose session", await s.ok(there.client.getSession()), null);
    },
    "the confirmation of a change, by the client": async (s) => {
      const { client } = await s.verified();
      await s.ok(client.changeEmail({ newEmail }));
      const { token } = await s.mail("change-email-confirmation");
      await s.ok(client.verifyEmail({ query: { token } }));
      await s.mail("verification-email", newEmail);
    },
    "the confirmation of a change, twice": async (s) => {
      const { client } = await s.verified();
      await s.given(() => s.ok(client.changeEmail({ newEmail })));
      const { token } = await s.given(() => s.mail("change-email-confirmation"));
      await s.ok(client.verifyEmail({ query: { token } }));
      await s.onlyHere(() => s.refused(client.verifyEmail({ query: { token } }), 401, "INVALID_TOKEN"));
    },
    "a change by a token of an older kind": async (s) => {
      const { client } = await s.verified();
      const { user: { id: userId } } = await s.given(() => s.ok(client.getSession()));
      const { user } = await s.ok(client.verifyEmail({ query: { token: s.token({ email, updateTo: newEmail, userId }) } }));
      s.sees("address", [user.email, user.emailVerified], [newEmail, false]);
      await s.mail("verification-email", newEmail);
      await s.ok(client.getSession());
    },
    "a change while somebody else is signed in": async (s) => {
      const { user: { id: userId } } = await s.given(async () => s.ok((await s.signedUp()).client.getSession()));
      const other = await s.signedUp(bob);
      const token = s.token({ email, updateTo: newEmail, requestType: "change-email-verification", userId });
      await s.refused(other.client.verifyEmail({ query: { token } }), 401, "INVALID_USER");
      await s.leads(other.raw("GET", `/verify-email?token=${token}&callbackURL=%2Fx`), /^\/x\?error=INVALID_USER$/);
    },
    "links of a user who is gone or has another address": async (s) => {
      const { client } = await s.signedUp();
      const { user: { id: userId } } = await s.given(() => s.ok(client.getSession()));
      const verify = (claims) => client.verifyEmail({ query: { token: s.token(claims) } });
      const requestType = "change-email-verification";
      await s.refused(verify({ email, userId: "nobody" }), 401, "INVALID_TOKEN");
      await s.refused(verify({ email, updateTo: newEmail, requestType, userId: "nobody" }), 401, "USER_NOT_FOUND");
      await s.refused(verify({ email: bob.email, updateTo: newEmail, requestType, userId }), 401, "INVALID_TOKEN");
    },
    "a change to an address that is taken is not told": async (s) => {
      const { client } = await s.signedUp();
      await s.signedUp(bob);
      await s.ok(client.changeEmail({ newEmail: bob.email }));
      await s.noMail("verification-email", bob.email);
      s.sees("address", (await s.ok(client.getSession())).user.email, email);
    },
    "changes that make no sense": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.changeEmail({ newEmail: "ADA@example.com" }), 400, "Email is the same");
      await s.refused(client.changeEmail({ newEmail: "countess" }), 400, "VALIDATION_ERROR");
      await s.refused(client.changeEmail({ newEmail, callbackURL: "https://evil.example" }), 403, "INVALID_CALLBACK_URL");
      await s.refused(s.visitor().client.changeEmail({ newEmail }), 401, "UNAUTHORIZED");
    },
  },
  strict: {
    "where addresses must be proven, sign-up does not sign in": async (s) => {
      const visitor = s.visitor();
      const { token } = await s.ok(visitor.client.signUp.email({ ...ada, callbackURL: "/welcome" }));
      s.sees("token", token, null);
      const { url } = await s.mail("verification-email");
      await s.refused(visitor.client.signIn.email({ email, password }), 403, "EMAIL_NOT_VERIFIED");
      await s.leads(visitor.follow(url), /^\/welcome$/);
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, email);
      await s.ok(s.visitor().client.signIn.email({ email, password }));
    },
    "where addresses must be proven, signing in mails again": async (s) => {
      const visitor = s.visitor();
      await s.given(() => s.ok(visitor.client.signUp.email(ada)));
      await s.refused(s.visitor().client.signIn.email({ email, password: "not the password" }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(visitor.client.signIn.email({ email, password, callbackURL: "/hello" }), 403, "EMAIL_NOT_VERIFIED");
      const { url } = await s.mail("verification-email");
      await s.leads(visitor.follow(url), /^\/hello$/);
      s.sees("whose session", (await s.ok(visitor.client.getSession())).user.email, email);
    },
    "where addresses must be proven, a link signs in the browser that signed up": async (s) => {
      await s.given(() => s.ok(s.visitor().client.signUp.email(ada)));
      const { url } = await s.given(() => s.mail("verification-email"));
      await s.onlyHere(async () => {
        const other = s.visitor();
        await s.leads(other.follow(url), /^\/$/);
        s.sees("whose session", await s.ok(other.client.getSession()), null);
      });
    },
    "where addresses must be proven, a taken one looks new": async (s) => {
      await s.ok(s.visitor().client.signUp.email(ada));
      await s.ok(s.visitor().client.signUp.email({ ...bob, email }));
      await s.refused(s.visitor().client.signIn.email({ email, password: bob.password }), 401, "INVALID_EMAIL_OR_PASSWORD");
    },
    "proving an address twice signs in once": async (s) => {
      const [here, there] = [s.visitor(), s.visitor()];
      await s.given(() => s.ok(here.client.signUp.email(ada)));
      const { token } = await s.mail("verification-email");
      await s.ok(here.client.verifyEmail({ query: { token } }));
      await s.ok(there.client.verifyEmail({ query: { token } }));
      s.sees("session of the second", await s.ok(there.client.getSession()), null);
    },
  },
  lenient: {
    "an address that is not proven may change at once": async (s) => {
      await s.signedUp();
      const { client } = await s.signedIn();
      await s.ok(client.changeEmail({ newEmail }));
      const { user } = await s.ok(client.getSession());
      s.sees("address", [user.email, user.emailVerified], [newEmail, false]);
      const { token } = await s.mail("verification-email", newEmail);
      await s.ok(client.verifyEmail({ query: { token } }));
      s.sees("emailVerified", (await s.ok(client.getSession())).user.emailVerified, true);
    },
  },
  silent: {
    "without mail there is no proof and no change": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.sendVerificationEmail({ email }), 400, "VERIFICATION_EMAIL_NOT_ENABLED");
    },
  },
};
