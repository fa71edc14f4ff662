// What a test steers the provider with, beside the protocol. The README lists it.
import { errors } from "oidc-provider";
import { Misuse } from "./operator.mjs";

/** Answers the requests below /control/. */
export function controlsOf(operator) {
  const { accounts, counts } = operator;
  const controls = {
    "GET /control/counts": async () => counts,
    "POST /control/reset-counts": async () => {
      counts.reset();
      return counts;
    },
    "GET /control/settings": async () => operator.settings,
    "POST /control/settings": async ({ body }) => {
      operator.change(body);
      return operator.settings;
    },
    "POST /control/accounts": async ({ body }) => accounts.set({ ...body, login: text(body, "login") }),
    "GET /control/accounts": async ({ query }) => accounts.of(text(Object.fromEntries(query), "login")),
    "POST /control/remove-account": async ({ body }) => ({ removed: accounts.remove(text(body, "login")) }),
    "POST /control/clients": async ({ body }) => {
      text(body, "client_id");
      return operator.addClient(body);
    },
    "POST /control/rotate-keys": async ({ body }) => ({ kids: operator.rotateKeys({ keep: body.keep === true }) }),
    "POST /control/end-sessions": async ({ body }) => operator.endSessions(accounts.of(text(body, "login")).sub),
  };

  return async (request, response, path, query) => {
    const control = controls[`${request.method} ${path}`];
    try {
      if (!control) return send(response, 404, { message: `no control ${request.method} ${path}; there are ${Object.keys(controls).join(", ")}` });
      const body = await bodyOf(request);
      return send(response, 200, await control({ body, query }));
    } catch (error) {
      const refused = error instanceof Misuse || error instanceof SyntaxError || error instanceof errors.InvalidClientMetadata;
      return send(response, refused ? 400 : 500, { message: error.error_description ?? error.message });
    }
  };
}

function text(from, name) {
  if (typeof from[name] !== "string" || from[name] === "") throw new Misuse(`give ${name}`);
  return from[name];
}

async function bodyOf(request) {
  let written = "";
  for await (const part of request.setEncoding("utf8")) written += part;
  const body = written === "" ? {} : JSON.parse(written);
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw new Misuse("give a JSON object");
  return body;
}

function send(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
