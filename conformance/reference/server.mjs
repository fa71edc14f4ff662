// The reference server: the TypeScript Better Auth behind Node's http module.
//
//   node reference/server.mjs --port 3000 --database sqlite:auth.db --migrate
//
// It prints "URL http://localhost:PORT" and then "READY" on lines of their own once it answers. The README lists the flags.
import { secret } from "./environment.mjs";
import http from "node:http";
import { parseArgs } from "node:util";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { testControls } from "./controls.mjs";
import { openDatabase } from "./database.mjs";
import { applyFeatures, pluginOptions } from "./features.mjs";
import { offerIssuer } from "./oidc.mjs";
import { pluginsNamed } from "./plugins.mjs";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string" },
    database: { type: "string" },
    secret: { type: "string", default: secret },
    "cookie-cache": { type: "string" },
    "base-path": { type: "string", default: "/api/auth" },
    // The second step before bearer: the other way round bearer announces the token of a session that two-factor has just deleted.
    plugins: { type: "string", default: "passkey,two-factor,bearer,username,magic-link,email-otp,admin,api-key" },
    with: { type: "string", default: "" },
    "range-api": { type: "string" },
    oidc: { type: "string" },
    "oidc-client": { type: "string" },
    "oidc-secret": { type: "string" },
    "oidc-redirect": { type: "string" },
    "oidc-trusted": { type: "boolean", default: false },
    origin: { type: "string", multiple: true, default: [] },
    migrate: { type: "boolean", default: false },
    "exit-with-stdin": { type: "boolean", default: false },
  },
});

try {
  await main();
} catch (error) {
  console.error(`reference server: ${error.message}`);
  process.exit(1);
}

async function main() {
  if (!/^\d+$/.test(flags.port ?? "")) throw new Error("--port N is required (0 takes a free one)");
  if (!flags.secret) throw new Error("set BETTER_AUTH_SECRET (or --secret) to the secret both servers share, 32 characters or more");
  if (flags["cookie-cache"] && !["compact", "jwt", "jwe"].includes(flags["cookie-cache"])) throw new Error("--cookie-cache: compact, jwt or jwe");

  const stateless = flags.with.split(",").includes("stateless");
  const database = stateless ? { handle: undefined, empty: async () => {}, close: async () => {} } : await openDatabase(flags.database);
  const outbox = [];
  const mails = [];
  const senders = { resetFails: false };
  let controls = {};
  let answer = (_request, response) => response.writeHead(503).end();
  const server = http.createServer((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url, "http://localhost");
    if (path === "/__health") return sendJSON(response, 200, { ok: true });
    if (path === "/__outbox") return sendJSON(response, 200, outbox);
    const control = controls[`${request.method} ${path}`];
    return control ? steer(control, query, request, response) : answer(request, response);
  });

  // With port 0 the number is known only now, and the base URL needs it.
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(flags.port), "localhost", resolve);
  });
  const url = `http://localhost:${server.address().port}`;
  const options = authOptions({ url, database, outbox, mails, senders });
  if (!stateless) await prepareTables(options);
  const auth = betterAuth(options);
  controls = testControls({ mails, senders, auth, database });
  answer = toNodeHandler(auth);

  const stop = () => {
    server.close(() => database.close().then(() => process.exit(0)));
    server.closeAllConnections();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (flags["exit-with-stdin"]) process.stdin.once("end", stop).once("error", stop).resume();

  console.log(`URL ${url}`);
  console.log("READY");
}

function authOptions({ url, database, outbox, mails, senders }) {
  const origins = flags.origin.length > 0 ? flags.origin : [url];
  const options = {
    appName: "Conformance",
    baseURL: url,
    basePath: flags["base-path"],
    secret: flags.secret,
    database: database.handle,
    trustedOrigins: origins,
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 8,
      sendResetPassword: async ({ user, url, token }) => {
        if (senders.resetFails) throw new Error("the mail server is down");
        mails.push({ kind: "reset-password", email: user.email, url, token });
      },
    },
    emailVerification: {
      sendVerificationEmail: async ({ user, url, token }) => void mails.push({ kind: "verify-email", email: user.email, url, token }),
    },
    user: {
      changeEmail: {
        enabled: true,
        sendChangeEmailConfirmation: async ({ user, newEmail, url, token }) => void mails.push({ kind: "change-email", email: user.email, newEmail, url, token }),
      },
      deleteUser: { enabled: true },
    },
    session: flags["cookie-cache"] ? { cookieCache: { enabled: true, strategy: flags["cookie-cache"] } } : {},
    plugins: pluginsNamed(flags.plugins, { origins, outbox, mails, pluginOptions: pluginOptions(flags.with) }),
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  };
  applyFeatures(flags.with, options, { mails, rangeAPI: flags["range-api"] });
  offerIssuer(options, { issuer: flags.oidc, client: flags["oidc-client"], secret: flags["oidc-secret"], redirect: flags["oidc-redirect"], trusted: flags["oidc-trusted"] });
  return options;
}

// Without --migrate the database is only looked at, which shows whether one made elsewhere is complete in the reference's own eyes.
async function prepareTables(options) {
  if (flags.migrate) await (await getMigrations(options)).runMigrations();
  const plan = await getMigrations(options, { throwOnUnsafe: false });
  const missing = [
    ...plan.toBeCreated.map(({ table }) => `table ${table}`),
    ...plan.toBeAdded.flatMap(({ table, fields }) => Object.keys(fields).map((field) => `column ${table}.${field}`)),
    ...plan.toBeAddedIndexes.map(({ table, name }) => `index ${name} on ${table}`),
    ...plan.unsafeChanges,
    ...plan.schemaProblems,
  ];
  if (missing.length > 0) throw new Error(`the database does not fit (--migrate creates what is missing): ${missing.join("; ")}`);
}

async function steer(control, query, request, response) {
  try {
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    const { status, body } = await control({ query, body: text === "" ? undefined : JSON.parse(text) });
    sendJSON(response, status, body);
  } catch (error) {
    sendJSON(response, error instanceof SyntaxError ? 400 : 500, { message: error.message });
  }
}

function sendJSON(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
