// Usernames: chosen at sign-up or later, and signing in with them.
import { ada, bob } from "../suite/world.mjs";

const { password } = ada;
const countess = { ...ada, username: "Countess_A" };
const names = ({ user }) => [user.username, user.displayUsername];

export default {
  plain: {
    "signing up with a username, and in with it": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email(countess));
      s.sees("names", [user.username, user.displayUsername], ["countess_a", "Countess_A"]);
      const { client } = s.visitor();
      await s.ok(client.signIn.username({ username: "COUNTESS_A", password }));
      s.sees("names", names(await s.ok(client.getSession())), ["countess_a", "Countess_A"]);
    },
    "a username with a spelling of its own": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email({ ...countess, displayUsername: "The Countess" }));
      s.sees("names", [user.username, user.displayUsername], ["countess_a", "The Countess"]);
    },
    "a spelling stands in for the username, if it can": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email({ ...ada, displayUsername: "Countess.A" }));
      s.sees("names", [user.username, user.displayUsername], ["countess.a", "Countess.A"]);
      const second = await s.ok(s.visitor().client.signUp.email({ ...bob, displayUsername: "Bob B." }));
      s.sees("names", [second.user.username, second.user.displayUsername], [null, "Bob B."]);
    },
    "a username that is null, and a spelling that is empty": async (s) => {
      await s.ok(s.visitor().client.signUp.email({ ...ada, username: null, displayUsername: "Countess" }));
      await s.ok(s.visitor().client.signUp.email({ ...bob, username: "Bobby", displayUsername: "" }));
    },
    "usernames that are none at sign-up": async (s) => {
      const signUp = (username) => s.visitor().client.signUp.email({ ...ada, username });
      await s.refused(signUp("ab"), 400, "USERNAME_TOO_SHORT");
      await s.refused(signUp(""), 400, "USERNAME_TOO_SHORT");
      await s.refused(signUp("a".repeat(31)), 400, "USERNAME_TOO_LONG");
      await s.refused(signUp("😀".repeat(16)), 400, "USERNAME_TOO_LONG");
      await s.refused(signUp("ada lovelace"), 400, "INVALID_USERNAME");
      await s.refused(signUp("ädalöv"), 400, "INVALID_USERNAME");
      await s.refused(signUp("ada\n"), 400, "INVALID_USERNAME");
      await s.ok(signUp("a".repeat(30)));
    },
    "a username that is taken": async (s) => {
      await s.signedUp(countess);
      await s.refused(s.visitor().client.signUp.email({ ...bob, username: "countess_A" }), 400, "USERNAME_IS_ALREADY_TAKEN");
      await s.refused(s.visitor().client.signUp.email({ ...bob, displayUsername: "countess_A" }), 400, "USERNAME_IS_ALREADY_TAKEN");
      const { client } = await s.signedUp({ ...bob, username: "bobby" });
      await s.refused(client.updateUser({ username: "COUNTESS_a" }), 400, "USERNAME_IS_ALREADY_TAKEN");
      s.sees("names", names(await s.ok(client.getSession())), ["bobby", "bobby"]);
    },
    "choosing a username later, and another": async (s) => {
      const { client } = await s.signedUp();
      await s.ok(client.updateUser({ username: "Countess" }));
      s.sees("names", names(await s.ok(client.getSession())), ["countess", null]);
      await s.ok(client.updateUser({ username: "COUNTESS", displayUsername: "Countess" }));
      await s.ok(client.updateUser({ displayUsername: "The Countess" }));
      s.sees("names", names(await s.ok(client.getSession())), ["countess", "The Countess"]);
      await s.ok(client.updateUser({ username: "ada.l" }));
      await s.refused(s.visitor().client.signIn.username({ username: "countess", password }), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.ok(s.visitor().client.signIn.username({ username: "Ada.L", password }));
      await s.ok(client.updateUser({ username: null }));
      s.sees("names", names(await s.ok(client.getSession())), [null, "The Countess"]);
    },
    "usernames that are none, later": async (s) => {
      const { client } = await s.signedUp(countess);
      await s.refused(client.updateUser({ username: "ab" }), 400, "USERNAME_TOO_SHORT");
      await s.refused(client.updateUser({ username: "a".repeat(31) }), 400, "USERNAME_TOO_LONG");
      await s.refused(client.updateUser({ username: "a b c" }), 400, "INVALID_USERNAME");
    },
    "a username for whoever is not signed in": async (s) => {
      await s.signedUp(countess);
      await s.refused(s.visitor().client.updateUser({ username: "somebody" }), 401, "UNAUTHORIZED");
      await s.onlyHere(async () => {
        for (const username of ["ab", "countess_a"]) await s.refused(s.visitor().client.updateUser({ username }), 401, "UNAUTHORIZED");
      });
    },
    "signing in with a username, and somewhere to go": async (s) => {
      await s.signedUp(countess);
      await s.ok(s.visitor().client.signIn.username({ username: "countess_a", password, callbackURL: "/dashboard" }));
      await s.ok(s.visitor().client.signIn.username({ username: "countess_a", password, callbackURL: "" }));
      await s.refused(s.visitor().client.signIn.username({ username: "countess_a", password, callbackURL: "https://evil.example" }), 403, "INVALID_CALLBACK_URL");
    },
    "signing in with a username, not to be remembered": async (s) => {
      await s.signedUp(countess);
      const { client } = s.visitor();
      await s.ok(client.signIn.username({ username: "countess_a", password, rememberMe: false }));
      await s.ok(client.getSession());
    },
    "unknown usernames and wrong passwords look alike": async (s) => {
      await s.signedUp(countess);
      const signIn = (username, given) => s.visitor().client.signIn.username({ username, password: given });
      await s.refused(signIn("countess_a", "not the password"), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.refused(signIn("nobody", password), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.refused(signIn("", password), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.refused(signIn("countess_a", ""), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.control("remove-credential-account", { email: ada.email });
      await s.refused(signIn("countess_a", password), 401, "INVALID_USERNAME_OR_PASSWORD");
    },
    "usernames that are none at sign-in": async (s) => {
      const signIn = (username) => s.visitor().client.signIn.username({ username, password });
      await s.refused(signIn("ab"), 422, "USERNAME_TOO_SHORT");
      await s.refused(signIn("a".repeat(31)), 422, "USERNAME_TOO_LONG");
      await s.refused(signIn(ada.email), 422, "INVALID_USERNAME");
      await s.refused(signIn(7), 400, "VALIDATION_ERROR");
      await s.refused(s.visitor().client.$fetch("/sign-in/username", { method: "POST", body: {} }), 400, "VALIDATION_ERROR");
      await s.refused(s.visitor({ origin: "https://evil.example", headers: { cookie: "a=b" } }).client.signIn.username({ username: "somebody", password }), 403, "INVALID_ORIGIN");
    },
    "asking whether a username is free": async (s) => {
      const { client } = await s.signedUp(countess);
      const ask = (username) => client.isUsernameAvailable({ username });
      s.sees("taken", (await s.ok(ask("COUNTESS_A"))).available, false);
      s.sees("free", (await s.ok(ask("somebody"))).available, true);
      await s.refused(ask(""), 422, "INVALID_USERNAME");
      await s.refused(ask("ab"), 422, "USERNAME_TOO_SHORT");
      await s.refused(ask("a".repeat(31)), 422, "USERNAME_TOO_LONG");
      await s.refused(ask("a b c"), 422, "INVALID_USERNAME");
      await s.refused(ask(null), 400, "VALIDATION_ERROR");
    },
    "a username given away with its user": async (s) => {
      const { client } = await s.signedUp(countess);
      await s.ok(client.deleteUser({ password }));
      await s.ok(s.visitor().client.signUp.email({ ...bob, username: countess.username }));
    },
  },
  cached: {
    "a new username is seen in the cached session": async (s) => {
      const { client } = await s.signedUp(countess);
      await s.ok(client.updateUser({ username: "another" }));
      s.sees("names", names(await s.ok(client.getSession())), ["another", "Countess_A"]);
    },
  },
  strict: {
    "where addresses must be proven, a username does not help": async (s) => {
      const visitor = s.visitor();
      await s.ok(visitor.client.signUp.email(countess));
      await s.mail("verification-email");
      await s.refused(s.visitor().client.signIn.username({ username: "countess_a", password: "not the password" }), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.refused(s.visitor().client.signIn.username({ username: "countess_a", password, callbackURL: "/hello" }), 403, "EMAIL_NOT_VERIFIED");
      const { url } = await s.mail("verification-email");
      await s.leads(visitor.follow(url), /^\/hello$/);
      await s.ok(s.visitor().client.signIn.username({ username: "countess_a", password }));
    },
    "where addresses must be proven, a taken one with another username looks new": async (s) => {
      await s.ok(s.visitor().client.signUp.email(countess));
      await s.ok(s.visitor().client.signUp.email({ ...bob, email: ada.email, username: "Bobby" }));
      await s.refused(s.visitor().client.signIn.username({ username: "bobby", password: bob.password }), 401, "INVALID_USERNAME_OR_PASSWORD");
    },
  },
  named: {
    "usernames by an application's own rules": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email({ ...ada, username: "Ada L", displayUsername: "  Ada L " }));
      s.sees("names", [user.username, user.displayUsername], ["ada-l", "Ada L"]);
      await s.ok(s.visitor().client.signIn.username({ username: "ada-l", password }));
      await s.refused(s.visitor().client.signUp.email({ ...bob, username: "bob" }), 400, "USERNAME_TOO_SHORT");
      await s.refused(s.visitor().client.signUp.email({ ...bob, username: "bob-the-builder" }), 400, "USERNAME_TOO_LONG");
      await s.refused(s.visitor().client.signUp.email({ ...bob, username: "bob.b" }), 400, "INVALID_USERNAME");
      await s.refused(s.visitor().client.signUp.email({ ...bob, username: "bobby", displayUsername: "Bob!" }), 400, "INVALID_DISPLAY_USERNAME");
    },
    "usernames that are for good": async (s) => {
      const { client } = await s.signedUp({ ...ada, username: "Ada L" });
      await s.refused(client.updateUser({ username: "another" }), 400, "USERNAME_IS_IMMUTABLE");
      await s.ok(client.updateUser({ username: "ADA L", displayUsername: "Ada" }));
      await s.refused(client.updateUser({ displayUsername: "Ada!" }), 400, "INVALID_DISPLAY_USERNAME");
      s.sees("names", names(await s.ok(client.getSession())), ["ada-l", "Ada"]);
      const other = await s.signedUp(bob);
      await s.ok(other.client.updateUser({ username: "first" }));
      await s.refused(other.client.updateUser({ username: "second" }), 400, "USERNAME_IS_IMMUTABLE");
    },
  },
  mixed: {
    "usernames as they are written, and nothing beside": async (s) => {
      const { user } = await s.ok(s.visitor().client.signUp.email(countess));
      s.sees("names", [user.username, "displayUsername" in user], ["Countess_A", false]);
      await s.ok(s.visitor().client.signUp.email({ ...bob, displayUsername: "countess_a" }));
      await s.ok(s.visitor().client.signIn.username({ username: "Countess_A", password }));
      await s.refused(s.visitor().client.signIn.username({ username: "countess_a", password }), 401, "INVALID_USERNAME_OR_PASSWORD");
      await s.ok(s.visitor().client.signIn.username({ username: "countess_a", password: bob.password }));
    },
  },
};
