// Keys for programs: making and managing them, what counts their use, and a request that is authenticated by one.
import { ada, bob } from "../suite/world.mjs";

const day = 86400;
const verified = (s, name, body) => s.answer(name, "verify-api-key", body);
const refusedAs = async (s, name, body, code) => {
  const { valid, error } = await verified(s, name, body);
  s.sees(`${name}: code`, [valid, error?.code], [false, code]);
};
const by = (s, key) => s.visitor({ headers: { "x-api-key": key } });

export default {
  plain: {
    "a key is made, seen, changed and deleted": async (s) => {
      const { client } = await s.signedUp();
      const made = await s.ok(client.apiKey.create({ name: "laptop", prefix: "pre_", expiresIn: 2 * day }));
      s.sees("key", [made.key.startsWith("pre_"), made.key.length, made.start === made.key.slice(0, 6)], [true, 68, true]);
      await s.ok(client.apiKey.get({ query: { id: made.id } }));
      await s.ok(client.apiKey.update({ keyId: made.id, name: "desktop", enabled: false, expiresIn: null }));
      await s.ok(client.apiKey.update({ keyId: made.id, enabled: true, expiresIn: 3 * day, metadata: { ignored: true } }));
      s.sees("total", (await s.ok(client.apiKey.list())).total, 1);
      await s.ok(client.apiKey.delete({ keyId: made.id }));
      await s.refused(client.apiKey.get({ query: { id: made.id } }), 404, "KEY_NOT_FOUND");
      s.sees("total", (await s.ok(client.apiKey.list())).total, 0);
    },
    "keys that are none": async (s) => {
      const { client } = await s.signedUp();
      const create = (body) => client.apiKey.create(body);
      await s.ok(create({}));
      await s.ok(create({ expiresIn: null, remaining: null, metadata: null }));
      await s.refused(create({ metadata: { a: 1 } }), 400, "METADATA_DISABLED");
      await s.refused(create({ expiresIn: day - 1 }), 400, "EXPIRES_IN_IS_TOO_SMALL");
      await s.refused(create({ expiresIn: 366 * day }), 400, "EXPIRES_IN_IS_TOO_LARGE");
      await s.refused(create({ prefix: "p".repeat(33) }), 400, "INVALID_PREFIX_LENGTH");
      await s.refused(create({ name: "n".repeat(33) }), 400, "INVALID_NAME_LENGTH");
      for (const body of [{ name: 7 }, { prefix: "a b" }, { expiresIn: "1" }, { expiresIn: 0 }, { permissions: { a: "b" } }, { remaining: -1 }]) {
        await s.refused(create(body), 400, "VALIDATION_ERROR");
      }
      for (const body of [{ remaining: 5 }, { refillAmount: 1, refillInterval: 1 }, { rateLimitMax: 9 }, { rateLimitTimeWindow: 9 }, { rateLimitEnabled: false }, { permissions: {} }]) {
        await s.refused(create(body), 400, "SERVER_ONLY_PROPERTY");
      }
      await s.refused(create({ userId: "somebody" }), 401, "UNAUTHORIZED_SESSION");
      await s.refused(s.visitor().client.apiKey.create({}), 401, "UNAUTHORIZED_SESSION");
    },
    "changes that are none": async (s) => {
      const { client } = await s.signedUp();
      const { id: keyId } = await s.ok(client.apiKey.create({ name: "laptop" }));
      const update = (body) => client.apiKey.update({ keyId, ...body });
      await s.refused(update({}), 400, "NO_VALUES_TO_UPDATE");
      await s.refused(update({ metadata: { a: 1 } }), 400, "NO_VALUES_TO_UPDATE");
      await s.refused(update({ name: "" }), 400, "INVALID_NAME_LENGTH");
      await s.refused(update({ name: "n".repeat(33) }), 400, "INVALID_NAME_LENGTH");
      await s.refused(update({ expiresIn: 5 }), 400, "EXPIRES_IN_IS_TOO_SMALL");
      await s.refused(update({ expiresIn: 366 * day }), 400, "EXPIRES_IN_IS_TOO_LARGE");
      for (const body of [{ remaining: 5 }, { refillAmount: 1 }, { refillInterval: 1 }, { rateLimitMax: 9 }, { rateLimitTimeWindow: 9 }, { rateLimitEnabled: false }, { permissions: null }]) {
        await s.refused(update(body), 400, "SERVER_ONLY_PROPERTY");
      }
      await s.refused(client.apiKey.update({ name: "n" }), 400, "VALIDATION_ERROR");
      await s.refused(update({ userId: "somebody", name: "n" }), 401, "UNAUTHORIZED_SESSION");
      await s.refused(s.visitor().client.apiKey.update({ keyId, name: "n" }), 401, "UNAUTHORIZED_SESSION");
    },
    "keys of somebody else are as good as none": async (s) => {
      const { client } = await s.signedUp();
      const { id } = await s.ok(client.apiKey.create({}));
      const other = (await s.signedUp(bob)).client;
      for (const keyId of [id, "nothing"]) {
        await s.refused(other.apiKey.get({ query: { id: keyId } }), 404, "KEY_NOT_FOUND");
        await s.refused(other.apiKey.update({ keyId, name: "mine" }), 404, "KEY_NOT_FOUND");
        await s.refused(other.apiKey.delete({ keyId }), 404, "KEY_NOT_FOUND");
      }
      s.sees("total", (await s.ok(other.apiKey.list())).total, 0);
      const nobody = s.visitor().client;
      await s.refused(nobody.apiKey.get({ query: { id } }), 401, "UNAUTHORIZED");
      await s.refused(nobody.apiKey.delete({ keyId: id }), 401, "UNAUTHORIZED");
      await s.refused(nobody.apiKey.list(), 401, "UNAUTHORIZED");
      await s.refused(client.apiKey.get({ query: {} }), 400, "VALIDATION_ERROR");
      await s.refused(client.apiKey.delete({}), 400, "VALIDATION_ERROR");
    },
    "lists in pages": async (s) => {
      const { client } = await s.signedUp();
      for (const name of ["b", "c", "a"]) await s.ok(client.apiKey.create({ name }));
      const names = async (query) => {
        const { apiKeys, total, limit, offset } = await s.ok(client.apiKey.list({ query }));
        return [apiKeys.map(({ name }) => name).join(""), total, limit, offset];
      };
      s.sees("by name", await names({ sortBy: "name" }), ["abc", 3, undefined, undefined]);
      s.sees("backwards", await names({ sortBy: "name", sortDirection: "desc", limit: 2 }), ["cb", 3, 2, undefined]);
      s.sees("the second", await names({ sortBy: "name", offset: 1, limit: 1 }), ["b", 3, 1, 1]);
      s.sees("none", await names({ limit: 0 }), ["", 3, 0, undefined]);
      s.sees("beyond", await names({ offset: 9 }), ["", 3, undefined, 9]);
      s.sees("of the default kind", (await names({ configId: "default", sortBy: "name" }))[1], 3);
      s.sees("of an unknown kind", (await names({ configId: "unknown" }))[1], 0);
      await s.refused(client.apiKey.list({ query: { limit: -1 } }), 400, "VALIDATION_ERROR");
      await s.refused(client.apiKey.list({ query: { sortDirection: "up" } }), 400, "VALIDATION_ERROR");
      await s.refused(client.apiKey.list({ query: { organizationId: "acme" } }), 500, "ORGANIZATION_PLUGIN_REQUIRED");
    },
    "a key is verified until its window is full": async (s) => {
      await s.signedUp();
      const { key } = await s.control("make-api-key", { email: ada.email, rateLimitMax: 2, rateLimitTimeWindow: 60000 });
      await verified(s, "first", { key });
      await verified(s, "second", { key });
      const { error } = await s.control("verify-api-key", { key });
      s.sees("third", [error.code, error.message, error.details.tryAgainIn > 50000], ["RATE_LIMITED", "Rate limit exceeded.", true]);
    },
    "a key is verified until it is used up, and then it is gone": async (s) => {
      const { client } = await s.signedUp();
      const { key, id } = await s.control("make-api-key", { email: ada.email, remaining: 1 });
      await verified(s, "first", { key });
      await refusedAs(s, "second", { key }, "USAGE_EXCEEDED");
      await s.refused(client.apiKey.get({ query: { id } }), 404, "KEY_NOT_FOUND");
      await refusedAs(s, "third", { key }, "INVALID_API_KEY");
    },
    "a key that is filled again": async (s) => {
      await s.signedUp();
      const { key } = await s.control("make-api-key", { email: ada.email, remaining: 1, refillAmount: 3, refillInterval: 3000 }); // a busy machine is in time for the first use
      await verified(s, "first", { key });
      await s.wait(3.1);
      s.sees("filled", (await verified(s, "second", { key })).key.remaining, 2);
    },
    "keys that are not valid": async (s) => {
      const { client } = await s.signedUp();
      await refusedAs(s, "unknown", { key: "x".repeat(64) }, "INVALID_API_KEY");
      await refusedAs(s, "empty", { key: "" }, "INVALID_API_KEY");
      const { key, id } = await s.control("make-api-key", { email: ada.email, permissions: { files: ["read", "write"] } });
      await verified(s, "allowed", { key, permissions: { files: ["read"] } });
      await refusedAs(s, "another action", { key, permissions: { files: ["read", "delete"] } }, "KEY_NOT_FOUND");
      await refusedAs(s, "another resource", { key, permissions: { files: ["read"], users: ["read"] } }, "KEY_NOT_FOUND");
      await refusedAs(s, "nothing", { key, permissions: {} }, "KEY_NOT_FOUND");
      await s.ok(client.apiKey.update({ keyId: id, enabled: false }));
      await refusedAs(s, "disabled", { key }, "KEY_DISABLED");
      await s.ok(client.apiKey.update({ keyId: id, enabled: true }));
      await s.control("change-api-key", { id, expiresAt: "2020-01-01T00:00:00.000Z" });
      await refusedAs(s, "expired", { key }, "KEY_EXPIRED");
      await refusedAs(s, "gone", { key }, "INVALID_API_KEY");
    },
    "what has expired is swept": async (s) => {
      const { client } = await s.signedUp();
      const { id } = await s.ok(client.apiKey.create({}));
      await s.control("change-api-key", { id, expiresAt: "2020-01-01T00:00:00.000Z" });
      s.sees("swept", await s.control("sweep-api-keys", {}), { success: true, error: null });
      await s.refused(client.apiKey.get({ query: { id } }), 404, "KEY_NOT_FOUND");
    },
  },
  keyed: {
    "a key stands for its owner": async (s) => {
      const { client } = await s.signedUp();
      const { key } = await s.ok(client.apiKey.create({ metadata: { a: [1] } }));
      const seen = await s.ok(by(s, key).client.getSession());
      s.sees("user", [seen.user.email, seen.session.token === key], [ada.email, true]);
      await s.ok(by(s, key).client.apiKey.list());
      await s.answers(by(s, key).raw("GET", "/ok"), 200);
      await s.refused(by(s, key).client.getSession(), 429, "RATE_LIMITED");
    },
    "a key is nobody who signed in": async (s) => {
      const { client } = await s.signedUp();
      const { key } = await s.ok(client.apiKey.create({}));
      await s.onlyHere(async () => {
        await s.answers(by(s, key).raw("GET", "/list-sessions"), 401);
        await s.answers(by(s, key).raw("POST", "/api-key/create", { headers: { "content-type": "application/json" }, body: "{}" }), 401);
        await s.answers(by(s, key).raw("POST", "/update-user", { headers: { "content-type": "application/json" }, body: '{"name":"Eve"}' }), 401);
      });
      s.sees("name", (await s.ok(client.getSession())).user.name, ada.name);
    },
    "wrong keys are refused everywhere": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(by(s, "short").client.getSession(), 403, "INVALID_API_KEY");
      await s.refused(by(s, "x".repeat(64)).client.getSession(), 401, "INVALID_API_KEY");
      await s.refused(by(s, "x".repeat(64)).client.signIn.email(ada), 401, "INVALID_API_KEY");
      const off = await s.ok(client.apiKey.create({}));
      await s.ok(client.apiKey.update({ keyId: off.id, enabled: false }));
      await s.refused(by(s, off.key).client.getSession(), 401, "KEY_DISABLED");
      const late = await s.ok(client.apiKey.create({}));
      await s.control("change-api-key", { id: late.id, expiresAt: "2020-01-01T00:00:00.000Z" });
      await s.refused(by(s, late.key).client.getSession(), 401, "KEY_EXPIRED");
      const spent = await s.control("make-api-key", { email: ada.email, remaining: 0 });
      await s.refused(by(s, spent.key).client.getSession(), 429, "USAGE_EXCEEDED");
      const lost = await s.ok(client.apiKey.create({}));
      await s.control("change-api-key", { id: lost.id, referenceId: "nobody" });
      await s.refused(by(s, lost.key).client.getSession(), 401, "INVALID_REFERENCE_ID_FROM_API_KEY");
    },
    "what is kept with a key": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.apiKey.create({ metadata: "text" }), 400, "INVALID_METADATA_TYPE");
      const { id, key } = await s.ok(client.apiKey.create({ metadata: { tier: "gold", tags: ["a", { b: null }] } }));
      await s.refused(client.apiKey.update({ keyId: id, metadata: 7 }), 400, "INVALID_METADATA_TYPE");
      await s.ok(client.apiKey.update({ keyId: id, metadata: { tier: "lead" } }));
      await s.ok(client.apiKey.update({ keyId: id, metadata: null }));
      await s.control("change-api-key", { id, metadata: '{"tier":"old"}' });
      s.sees("repaired", (await s.ok(client.apiKey.get({ query: { id } }))).metadata, { tier: "old" });
      s.sees("still", (await s.ok(client.apiKey.list())).apiKeys[0].metadata, { tier: "old" });
      await verified(s, "verified", { key });
    },
  },
  keystrict: {
    "keys by an application's own rules": async (s) => {
      const { client } = await s.signedUp();
      const create = (body) => client.apiKey.create(body);
      await s.refused(create({}), 400, "NAME_REQUIRED");
      await s.refused(create({ name: "" }), 400, "NAME_REQUIRED");
      await s.refused(create({ name: "n" }), 400, "INVALID_NAME_LENGTH");
      await s.refused(create({ name: "name", prefix: "p" }), 400, "INVALID_PREFIX_LENGTH");
      await s.refused(create({ name: "name", expiresIn: 2 * day }), 400, "KEY_DISABLED_EXPIRATION");
      const { key, id } = await s.ok(create({ name: "name" }));
      s.sees("length", key.length, 32);
      await s.refused(client.apiKey.update({ keyId: id, expiresIn: null }), 400, "KEY_DISABLED_EXPIRATION");
      await s.ok(client.apiKey.update({ keyId: id, name: "other" }));
      await verified(s, "allowed", { key, permissions: { files: ["read"] } });
    },
  },
  keykinds: {
    "several kinds of keys, and none that is the default": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.apiKey.create({}), 400, "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND");
      await s.refused(client.apiKey.create({ configId: "unknown" }), 400, "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND");
      const service = await s.ok(client.apiKey.create({ configId: "service" }));
      const plain = await s.ok(client.apiKey.create({ configId: "plain" }));
      await s.refused(client.apiKey.get({ query: { id: service.id } }), 400, "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND");
      await s.refused(client.apiKey.update({ keyId: service.id, name: "n" }), 400, "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND");
      await s.refused(client.apiKey.delete({ keyId: service.id }), 400, "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND");
      await s.refused(client.apiKey.list({ query: { configId: "unknown" } }), 400, "NO_DEFAULT_API_KEY_CONFIGURATION_FOUND");
      await s.refused(client.apiKey.get({ query: { id: service.id, configId: "plain" } }), 404, "KEY_NOT_FOUND");
      await s.refused(client.apiKey.delete({ keyId: service.id, configId: "plain" }), 404, "KEY_NOT_FOUND");
      await s.ok(client.apiKey.get({ query: { id: service.id, configId: "service" } }));
      await s.ok(client.apiKey.list({ query: { sortBy: "configId" } }));
      s.sees("one", (await s.ok(client.apiKey.list({ query: { configId: "service" } }))).total, 1);
      await verified(s, "plain", { key: plain.key, configId: "plain" });
      await verified(s, "service", { key: service.key, configId: "service" });
      await refusedAs(s, "another kind", { key: service.key, configId: "plain" }, "INVALID_API_KEY");
    },
    "keys of organizations, without a plugin that knows them": async (s) => {
      const { client } = await s.signedUp();
      await s.refused(client.apiKey.create({ configId: "team" }), 400, "ORGANIZATION_ID_REQUIRED");
      await s.refused(client.apiKey.create({ configId: "team", organizationId: "acme" }), 500, "ORGANIZATION_PLUGIN_REQUIRED");
      await s.refused(client.apiKey.get({ query: { configId: "team", id: "nothing" } }), 404, "KEY_NOT_FOUND");
    },
  },
};
