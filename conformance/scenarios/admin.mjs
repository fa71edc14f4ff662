// What administrators do to users: roles, bans, lists, impersonation.
import { ada, bob } from "../suite/world.mjs";

const carol = { name: "Carol", email: "carol@example.com", password: "staple horse carol" };
const hour = 3600;

/** A visitor who has signed up and was made an administrator, or given another role. */
const administrator = async (s, role) => {
  const visitor = await s.signedUp(ada);
  await s.control("promote-admin", { email: ada.email, role });
  return visitor;
};

/** The id of somebody who has signed up. */
const idOf = (s, visitor) => s.given(async () => (await s.ok(visitor.client.getSession())).user.id);
const post = (visitor, path, body) => visitor.client.$fetch(path, { method: "POST", body });

/** Every operation with what it needs, but for the user's id. */
const operations = (client, userId) => ({
  setRole: () => client.admin.setRole({ userId, role: "admin" }),
  getUser: () => client.admin.getUser({ query: { id: userId } }),
  createUser: () => client.admin.createUser({ ...carol, role: "user" }),
  updateUser: () => client.admin.updateUser({ userId, data: { name: "Mallory" } }),
  listUsers: () => client.admin.listUsers({ query: {} }),
  listUserSessions: () => client.admin.listUserSessions({ userId }),
  unbanUser: () => client.admin.unbanUser({ userId }),
  banUser: () => client.admin.banUser({ userId }),
  impersonateUser: () => client.admin.impersonateUser({ userId }),
  revokeUserSession: () => client.admin.revokeUserSession({ sessionToken: "x" }),
  revokeUserSessions: () => client.admin.revokeUserSessions({ userId }),
  removeUser: () => client.admin.removeUser({ userId }),
  setUserPassword: () => client.admin.setUserPassword({ userId, newPassword: "a new password" }),
});

const denied = {
  setRole: "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE",
  getUser: "YOU_ARE_NOT_ALLOWED_TO_GET_USER",
  createUser: "YOU_ARE_NOT_ALLOWED_TO_CREATE_USERS",
  updateUser: "YOU_ARE_NOT_ALLOWED_TO_UPDATE_USERS",
  listUsers: "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS",
  listUserSessions: "YOU_ARE_NOT_ALLOWED_TO_LIST_USERS_SESSIONS",
  unbanUser: "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS",
  banUser: "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS",
  impersonateUser: "YOU_ARE_NOT_ALLOWED_TO_IMPERSONATE_USERS",
  revokeUserSession: "YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS",
  revokeUserSessions: "YOU_ARE_NOT_ALLOWED_TO_REVOKE_USERS_SESSIONS",
  removeUser: "YOU_ARE_NOT_ALLOWED_TO_DELETE_USERS",
  setUserPassword: "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_PASSWORD",
};

export default {
  plain: {
    "administration without a session": async (s) => {
      const { client } = s.visitor();
      for (const call of Object.values(operations(client, "x"))) await s.refused(call(), 401, "Unauthorized");
      await s.refused(client.admin.stopImpersonating(), 401, "Unauthorized");
      await s.refused(client.admin.hasPermission({ permissions: { user: ["list"] } }), 401, "Unauthorized");
    },
    "administration by somebody who is no administrator": async (s) => {
      const visitor = await s.signedUp(bob);
      const id = await idOf(s, visitor);
      for (const [name, call] of Object.entries(operations(visitor.client, id))) await s.refused(call(), 403, denied[name]);
      s.sees("role", (await s.ok(visitor.client.getSession())).user.role, "user");
    },
    "nobody gives themselves a role": async (s) => {
      await s.refused(s.visitor().client.signUp.email({ ...ada, role: "admin" }), 400, "FIELD_NOT_ALLOWED");
      const { client } = await s.signedUp();
      await s.refused(client.updateUser({ role: "admin" }), 400, "FIELD_NOT_ALLOWED");
      await s.refused(client.$fetch("/update-session", { method: "POST", body: { impersonatedBy: "x" } }), 400, "FIELD_NOT_ALLOWED");
    },
    "input of administration that does not fit": async (s) => {
      const admin = await administrator(s);
      const paths = ["set-role", "create-user", "update-user", "list-user-sessions", "unban-user", "ban-user", "impersonate-user", "revoke-user-session",
        "revoke-user-sessions", "remove-user", "set-user-password"];
      for (const path of paths) await s.answers(admin.raw("POST", `/admin/${path}`, { headers: { "content-type": "application/json" }, body: "[]" }), 400);
      await s.refused(post(admin, "/admin/set-role", { userId: "x", role: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/set-role", { userId: "x", role: ["user", 1] }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/set-role", { userId: "x" }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/create-user", { email: 1, name: null, password: {}, data: [] }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/create-user", { email: "x@example.com", name: "X", role: null }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/update-user", { userId: "x" }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/update-user", { userId: "x", data: "y" }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/ban-user", { userId: "x", banReason: 1, banExpiresIn: "soon" }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/revoke-user-session", { sessionToken: 1 }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/set-user-password", { userId: "", newPassword: "" }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/set-user-password", { userId: "x", newPassword: "" }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/set-user-password", { userId: "x" }), 400, "VALIDATION_ERROR");
      await s.refused(admin.client.$fetch("/admin/get-user"), 400, "VALIDATION_ERROR");
      await s.refused(admin.client.$fetch("/admin/list-users?searchField=role&searchOperator=like&sortDirection=up&filterOperator=is"), 400, "VALIDATION_ERROR");
    },
    "operations on a user who is not there": async (s) => {
      const { client } = await administrator(s);
      const missing = operations(client, "nobody");
      for (const name of ["setRole", "getUser", "updateUser", "unbanUser", "banUser", "impersonateUser", "removeUser", "setUserPassword"]) {
        await s.refused(missing[name](), 404, "USER_NOT_FOUND");
      }
      s.sees("sessions", (await s.ok(missing.listUserSessions())).sessions, []);
      await s.ok(missing.revokeUserSessions());
      await s.ok(missing.revokeUserSession());
    },
    "ids that are no text": async (s) => {
      const admin = await administrator(s);
      await s.refused(post(admin, "/admin/ban-user", {}), 400, "VALIDATION_ERROR");
      for (const userId of [1, null, true]) await s.refused(post(admin, "/admin/ban-user", { userId }), 404, "USER_NOT_FOUND");
    },
    "a role is given and seen at once": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      const { user } = await s.ok(admin.client.admin.setRole({ userId, role: ["user", "admin"] }));
      s.sees("role", user.role, "user,admin");
      await s.ok(other.client.admin.getUser({ query: { id: userId } }));
      await s.ok(admin.client.admin.setRole({ userId, role: "anything" }));
      await s.refused(other.client.admin.getUser({ query: { id: userId } }), 403, denied.getUser);
      await s.ok(admin.client.admin.setRole({ userId, role: [] }));
    },
    "users are created": async (s) => {
      const { client } = await administrator(s);
      const { user } = await s.ok(client.admin.createUser({ ...carol, email: "Carol@Example.com", role: ["user", "admin"], data: { emailVerified: true, image: "https://example.com/c.png" } }));
      s.sees("role", user.role, "user,admin");
      await s.ok(s.visitor().client.signIn.email(carol));
      await s.ok(client.admin.createUser({ name: "Dan", email: "dan@example.com", data: { role: "user", unknown: 1, banned: true, banReason: "no" } }));
      await s.ok(client.admin.createUser({ name: "Eve", email: "eve@example.com", password: "" }));
      await s.refused(client.admin.createUser({ name: "Eve", email: "EVE@example.com" }), 400, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL");
      await s.refused(client.admin.createUser({ name: "Eve", email: "eve" }), 400, "INVALID_EMAIL");
      await s.refused(client.admin.createUser({ name: "Eve", email: "eve2@example.com", data: { role: [1] } }), 400, "INVALID_ROLE_TYPE");
      s.sees("how many", (await s.ok(client.admin.listUsers({ query: {} }))).total, 4);
    },
    "a password for a new user that is too short": async (s) => {
      const { client } = await administrator(s);
      await s.onlyHere(() => s.refused(client.admin.createUser({ ...carol, password: "short" }), 400, "PASSWORD_TOO_SHORT"));
    },
    "users are updated": async (s) => {
      const { client } = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      const update = (data) => client.admin.updateUser({ userId, data });
      await s.ok(update({ name: "Robert", image: "https://example.com/r.png", email: "Robert@Example.com", emailVerified: true, role: "user" }));
      await s.ok(update({ image: null, unknown: 1 }));
      s.sees("name", (await s.ok(other.client.getSession())).user.name, "Robert");
      await s.ok(update({ email: "robert@example.com" }));
      await s.refused(update({}), 400, "NO_DATA_TO_UPDATE");
      await s.refused(update({ password: "a new password" }), 400, "PASSWORD_CANNOT_BE_UPDATED_VIA_UPDATE_USER");
      await s.refused(update({ role: 1 }), 400, "INVALID_ROLE_TYPE");
      await s.refused(update({ role: null }), 400, "INVALID_ROLE_TYPE");
      await s.refused(update({ email: "robert" }), 400, "INVALID_EMAIL");
      await s.refused(update({ email: 1 }), 400, "INVALID_EMAIL");
      await s.refused(update({ email: ada.email }), 400, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL");
      await s.ok(s.visitor().client.signIn.email({ email: "robert@example.com", password: bob.password }));
    },
    "a ban by update ends sessions, and nobody bans themselves": async (s) => {
      const admin = await administrator(s);
      const { client } = admin;
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.refused(client.admin.updateUser({ userId: await idOf(s, admin), data: { banned: true } }), 400, "YOU_CANNOT_BAN_YOURSELF");
      await s.ok(client.admin.updateUser({ userId, data: { banned: true, banReason: "Spam", banExpires: new Date(Date.now() + hour * 1000) } }));
      s.sees("session", await s.ok(other.client.getSession()), null);
      await s.refused(s.visitor().client.signIn.email(bob), 403, "BANNED_USER");
      await s.ok(client.admin.updateUser({ userId, data: { banned: false, banReason: null, banExpires: null } }));
      await s.ok(s.visitor().client.signIn.email(bob));
    },
    "a ban ends sessions and refuses new ones, until it is lifted": async (s) => {
      const admin = await administrator(s);
      const { client } = admin;
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      const { user } = await s.ok(client.admin.banUser({ userId }));
      s.sees("reason", [user.banned, user.banReason, user.banExpires], [true, "No reason", null]);
      s.sees("session", await s.ok(other.client.getSession()), null);
      await s.refused(s.visitor().client.signIn.email(bob), 403, "BANNED_USER");
      await s.refused(s.visitor().client.signIn.email({ ...bob, password: "not the password" }), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.refused(client.admin.impersonateUser({ userId }), 403, "BANNED_USER");
      s.sees("still me", (await s.ok(client.getSession())).user.email, ada.email);
      await s.ok(client.admin.unbanUser({ userId }));
      await s.ok(s.visitor().client.signIn.email(bob));
      await s.ok(client.admin.unbanUser({ userId }));
      await s.refused(client.admin.banUser({ userId: await idOf(s, admin) }), 400, "YOU_CANNOT_BAN_YOURSELF");
    },
    "a ban that expires": async (s) => {
      const { client } = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.ok(client.admin.banUser({ userId, banReason: "Spam", banExpiresIn: hour }));
      await s.refused(s.visitor().client.signIn.email(bob), 403, "BANNED_USER");
      await s.ok(client.admin.banUser({ userId, banReason: "", banExpiresIn: -hour }));
      await s.ok(s.visitor().client.signIn.email(bob));
      s.sees("banned", (await s.ok(client.admin.getUser({ query: { id: userId } }))).banned, false);
      await s.ok(client.admin.banUser({ userId, banExpiresIn: 0 }));
    },
    "users are listed, page by page": async (s) => {
      const { client } = await administrator(s);
      await s.signedUp(bob);
      await s.signedUp(carol);
      const list = (query) => s.ok(client.admin.listUsers({ query }));
      const names = async (query) => (await list(query)).users.map(({ name }) => name);
      s.sees("all", await names({}), ["Ada", "Bob", "Carol"]);
      s.sees("first page", await names({ limit: 2 }), ["Ada", "Bob"]);
      s.sees("second page", await names({ limit: "2", offset: 2 }), ["Carol"]);
      s.sees("behind the last", await names({ limit: 2, offset: 4 }), []);
      s.sees("offset alone", await names({ offset: 1 }), ["Bob", "Carol"]);
      s.sees("sorted", await names({ sortBy: "name", sortDirection: "desc" }), ["Carol", "Bob", "Ada"]);
      s.sees("sorted by date", await names({ sortBy: "createdAt" }), ["Ada", "Bob", "Carol"]);
      s.sees("nonsense means nothing", await names({ limit: "many", offset: "some", sortBy: "" }), ["Ada", "Bob", "Carol"]);
    },
    "users are searched": async (s) => {
      const { client } = await administrator(s);
      await s.signedUp(bob);
      await s.signedUp(carol);
      const names = async (query) => (await s.ok(client.admin.listUsers({ query }))).users.map(({ name }) => name);
      s.sees("by address", await names({ searchValue: "ol@ex" }), ["Carol"]);
      s.sees("by name", await names({ searchValue: "b", searchField: "name" }), ["Bob"]);
      s.sees("from the start", await names({ searchValue: "b", searchOperator: "starts_with" }), ["Bob"]);
      s.sees("to the end", await names({ searchValue: "l", searchField: "name", searchOperator: "ends_with" }), ["Carol"]);
      s.sees("nobody", await names({ searchValue: "nobody" }), []);
      s.sees("empty", await names({ searchValue: "" }), ["Ada", "Bob", "Carol"]);
      s.sees("both", await names({ searchValue: "a", searchField: "name", filterField: "role", filterValue: "user" }), ["Carol"]);
    },
    "users are filtered": async (s) => {
      const { client } = await administrator(s);
      const other = await s.signedUp(bob);
      await s.signedUp(carol);
      await s.given(async () => s.ok(client.admin.banUser({ userId: await idOf(s, other) })));
      const names = async (query) => (await s.ok(client.admin.listUsers({ query }))).users.map(({ name }) => name);
      s.sees("by address", await names({ filterValue: bob.email }), ["Bob"]);
      s.sees("banned", await names({ filterField: "banned", filterValue: true }), ["Bob"]);
      s.sees("not banned", await names({ filterField: "banned", filterOperator: "ne", filterValue: true }), ["Ada", "Carol"]);
      s.sees("several", await names({ filterField: "name", filterOperator: "in", filterValue: ["Ada", "Carol"] }), ["Ada", "Carol"]);
      s.sees("all but", await names({ filterField: "name", filterOperator: "not_in", filterValue: ["Ada", "Carol"] }), ["Bob"]);
      s.sees("after", await names({ filterField: "name", filterOperator: "gt", filterValue: "Ada" }), ["Bob", "Carol"]);
      s.sees("up to", await names({ filterField: "name", filterOperator: "lte", filterValue: "Bob" }), ["Ada", "Bob"]);
      s.sees("since", await names({ filterField: "createdAt", filterOperator: "gte", filterValue: "2100-01-01T00:00:00.000Z" }), []);
      s.sees("like", await names({ filterField: "role", filterOperator: "contains", filterValue: "adm" }), ["Ada"]);
    },
    "fields that are none": async (s) => {
      const { client } = await administrator(s);
      await s.onlyHere(async () => {
        for (const [filterField, filterOperator] of [["password"], ["name\" or 1=1 --"], ["banned", "contains"]]) {
          await s.refused(client.admin.listUsers({ query: { filterField, filterOperator, filterValue: "x" } }), 400, "VALIDATION_ERROR");
        }
      });
    },
    "sorting by a field that is none": async (s) => {
      const { client } = await administrator(s);
      await s.onlyHere(async () => {
        for (const sortBy of ["password", "name; drop table user"]) await s.refused(client.admin.listUsers({ query: { sortBy } }), 400, "VALIDATION_ERROR");
      });
    },
    "the sessions of a user": async (s) => {
      const { client } = await administrator(s);
      const here = await s.signedUp(bob);
      const there = await s.signedIn(bob);
      const userId = await idOf(s, here);
      await s.ok(here.client.getSession());
      const { id } = (await s.ok(there.client.getSession())).session;
      const { sessions } = await s.ok(client.admin.listUserSessions({ userId }));
      s.sees("how many", sessions.length, 2);
      const { token } = sessions.find((session) => session.id === id); // what the client has of it, whatever it is
      s.sees("revoked", await s.ok(client.admin.revokeUserSession({ sessionToken: token })), { success: true });
      s.sees("there", await s.ok(there.client.getSession()), null);
      s.sees("revoked all", await s.ok(client.admin.revokeUserSessions({ userId })), { success: true });
      s.sees("here", await s.ok(here.client.getSession()), null);
    },
    "a user is removed": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.refused(admin.client.admin.removeUser({ userId: await idOf(s, admin) }), 400, "YOU_CANNOT_REMOVE_YOURSELF");
      await s.ok(admin.client.admin.removeUser({ userId }));
      s.sees("session", await s.ok(other.client.getSession()), null);
      await s.refused(s.visitor().client.signIn.email(bob), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.ok(s.visitor().client.signUp.email(bob));
    },
    "a user is given a password": async (s) => {
      const { client } = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.refused(client.admin.setUserPassword({ userId, newPassword: "short" }), 400, "PASSWORD_TOO_SHORT");
      await s.refused(client.admin.setUserPassword({ userId, newPassword: "x".repeat(129) }), 400, "PASSWORD_TOO_LONG");
      await s.ok(client.admin.setUserPassword({ userId, newPassword: "an administrator's choice" }));
      await s.refused(s.visitor().client.signIn.email(bob), 401, "INVALID_EMAIL_OR_PASSWORD");
      await s.ok(s.visitor().client.signIn.email({ ...bob, password: "an administrator's choice" }));
      await s.control("remove-credential-account", { email: bob.email });
      await s.ok(client.admin.setUserPassword({ userId, newPassword: "a first password" }));
      await s.ok(s.visitor().client.signIn.email({ ...bob, password: "a first password" }));
    },
    "what one may do": async (s) => {
      const admin = await administrator(s);
      const may = async (visitor, body) => (await s.ok(visitor.client.admin.hasPermission(body))).success;
      s.sees("list", await may(admin, { permissions: { user: ["list", "ban"], session: ["list"] } }), true);
      s.sees("impersonate admins", await may(admin, { permissions: { user: ["list", "impersonate-admins"] } }), false);
      s.sees("unknown", await may(admin, { permissions: { project: ["create"] } }), false);
      s.sees("nothing", await may(admin, { permissions: {} }), false);
      s.sees("no action", await may(admin, { permissions: { user: [] } }), false);
      s.sees("as somebody else", await may(admin, { permissions: { user: ["list"] }, role: "user", userId: "x" }), true);
      const other = await s.signedUp(bob);
      s.sees("as administrator", await may(other, { permissions: { user: ["list"] }, role: "admin" }), false);
      await s.refused(post(admin, "/admin/has-permission", { permission: { user: ["list"] } }), 400, "invalid permission check. no permission(s) were passed.");
      await s.refused(post(admin, "/admin/has-permission", {}), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/has-permission", { permissions: { user: "list" } }), 400, "VALIDATION_ERROR");
      await s.refused(post(admin, "/admin/has-permission", { permissions: { user: ["list"] }, permission: { user: ["list"] } }), 400, "VALIDATION_ERROR");
    },
    "impersonation, and the way back": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.refused(admin.client.admin.stopImpersonating(), 400, "You are not impersonating anyone");
      const { session } = await s.ok(admin.client.admin.impersonateUser({ userId }));
      const mine = await idOf(s, { client: other.client });
      s.sees("whose", session.userId === mine, true);
      s.sees("me", (await s.ok(admin.client.getSession())).user.email, bob.email);
      s.sees("what the user sees", (await s.ok(other.client.listSessions())).length, 1);
      await s.refused(admin.client.admin.listUsers({ query: {} }), 403, denied.listUsers);
      await s.ok(admin.client.admin.stopImpersonating());
      s.sees("me again", (await s.ok(admin.client.getSession())).user.email, ada.email);
      await s.refused(admin.client.admin.stopImpersonating(), 400, "You are not impersonating anyone");
    },
    "impersonation by somebody who is not remembered": async (s) => {
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await administrator(s);
      const admin = await s.given(async () => {
        const visitor = s.visitor();
        await s.ok(visitor.client.signIn.email({ ...ada, rememberMe: false }));
        return visitor;
      });
      await s.ok(admin.client.admin.impersonateUser({ userId }));
      await s.ok(admin.client.admin.stopImpersonating());
      await s.ok(admin.client.getSession());
    },
    "an administrator is not impersonated": async (s) => {
      const { client } = await administrator(s);
      const other = await s.signedUp(bob);
      await s.control("promote-admin", { email: bob.email, role: "user,admin" });
      await s.refused(client.admin.impersonateUser({ userId: await idOf(s, other) }), 403, "YOU_CANNOT_IMPERSONATE_ADMINS");
    },
    "a way back that is lost": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.given(async () => s.ok(admin.client.admin.impersonateUser({ userId })));
      const cookie = admin.jar.get("better-auth.admin_session");
      admin.jar.delete("better-auth.admin_session");
      const lost = async () => s.sees("why", (await admin.client.admin.stopImpersonating()).error.message, "Failed to find admin session");
      await lost();
      admin.jar.set("better-auth.admin_session", `x${cookie}`);
      await lost();
      admin.jar.set("better-auth.admin_session", cookie);
      await s.ok(admin.client.admin.stopImpersonating());
    },
  },
  cached: {
    "impersonation with the cookie cache": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      await s.ok(admin.client.admin.impersonateUser({ userId }));
      s.sees("me", (await s.ok(admin.client.getSession())).user.email, bob.email);
      await s.ok(admin.client.admin.stopImpersonating());
      s.sees("me again", (await s.ok(admin.client.getSession())).user.email, ada.email);
    },
    "a banned user's copy of the session is not believed for administration": async (s) => {
      const { client } = await administrator(s);
      const other = await s.signedUp(bob);
      await s.control("promote-admin", { email: bob.email });
      const userId = await idOf(s, other);
      await s.ok(other.client.admin.listUsers({ query: {} }));
      await s.ok(client.admin.banUser({ userId }));
      await s.refused(other.client.admin.listUsers({ query: {} }), 401, "Unauthorized");
    },
  },
  fields: {
    "columns of the application, set by an administrator": async (s) => {
      const visitor = await s.given(async () => {
        const visitor = s.visitor();
        await s.ok(visitor.client.signUp.email({ ...ada, birthYear: 1815 }));
        return visitor;
      });
      await s.control("promote-admin", { email: ada.email });
      const { client } = visitor;
      const { user } = await s.ok(client.admin.createUser({ ...carol, data: { birthYear: 1990, plan: "paid", nickname: "Caz", note: "secret" } }));
      s.sees("plan", [user.plan, user.note], ["paid", undefined]);
      await s.ok(client.admin.updateUser({ userId: user.id, data: { plan: "free", nickname: null, birthYear: 1991 } }));
      const names = async (query) => (await s.ok(client.admin.listUsers({ query }))).users.map(({ name }) => name);
      s.sees("by number", await names({ filterField: "birthYear", filterOperator: "gt", filterValue: 1900 }), ["Carol"]);
      s.sees("sorted", await names({ sortBy: "birthYear", sortDirection: "desc" }), ["Carol", "Ada"]);
    },
  },
  roles: {
    "roles of the application's own": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const userId = await idOf(s, other);
      s.sees("default role", (await s.ok(other.client.getSession())).user.role, "editor");
      await s.refused(admin.client.admin.setRole({ userId, role: "owner" }), 400, "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE");
      await s.refused(admin.client.admin.setRole({ userId, role: ["user", "user,admin"] }), 400, "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE");
      await s.refused(admin.client.admin.createUser({ ...carol, role: "owner" }), 400, "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE");
      await s.refused(admin.client.admin.updateUser({ userId, data: { role: ["owner"] } }), 400, "YOU_ARE_NOT_ALLOWED_TO_SET_NON_EXISTENT_VALUE");
      await s.ok(admin.client.admin.setRole({ userId, role: ["editor", "sharer"] }));
      const may = async (permissions) => (await s.ok(other.client.admin.hasPermission({ permissions }))).success;
      s.sees("share", await may({ project: ["share"] }), true);
      s.sees("by two roles together", await may({ project: ["share", "create"] }), false);
    },
    "a role that may update, and nothing more": async (s) => {
      await administrator(s);
      const other = await s.signedUp(bob);
      const third = await s.signedUp(carol);
      const userId = await idOf(s, third);
      const update = (data) => other.client.admin.updateUser({ userId, data });
      await s.ok(update({ name: "Caroline" }));
      await s.refused(update({ role: "admin" }), 403, "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE");
      for (const data of [{ banned: true }, { banReason: "x" }, { banExpires: null }]) await s.refused(update(data), 403, "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS");
      for (const data of [{ email: "x@example.com" }, { emailVerified: true }]) await s.refused(update(data), 403, "YOU_ARE_NOT_ALLOWED_TO_SET_USERS_EMAIL");
      const create = (more) => other.client.admin.createUser({ name: "Dan", email: "dan@example.com", ...more });
      await s.refused(create({ role: "user" }), 403, "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE");
      await s.refused(create({ data: { role: "user" } }), 403, "YOU_ARE_NOT_ALLOWED_TO_CHANGE_USERS_ROLE");
      await s.refused(create({ data: { banned: false } }), 403, "YOU_ARE_NOT_ALLOWED_TO_BAN_USERS");
      await s.ok(create());
    },
    "a ban and an impersonation as the application wants them": async (s) => {
      const admin = await administrator(s);
      const other = await s.signedUp(bob);
      const third = await s.signedUp(carol);
      const userId = await idOf(s, other);
      await s.ok(admin.client.admin.banUser({ userId }));
      await s.refused(s.visitor().client.signIn.email(bob), 403, "BANNED_USER");
      await s.ok(admin.client.admin.unbanUser({ userId }));
      await s.control("promote-admin", { email: carol.email, role: "actor" });
      await s.refused(admin.client.admin.impersonateUser({ userId: await idOf(s, third) }), 403, "YOU_CANNOT_IMPERSONATE_ADMINS");
      await s.ok(third.client.admin.impersonateUser({ userId: await idOf(s, admin) }));
      s.sees("me", (await s.ok(third.client.getSession())).user.email, ada.email);
      await s.ok(third.client.admin.stopImpersonating());
    },
  },
};
