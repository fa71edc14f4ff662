// What the installed reference offers, as lists of named lines: operations with what they take, tables, error codes.
import "../reference/environment.mjs";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { openDatabase } from "../reference/database.mjs";
import { pluginNames, pluginsNamed } from "../reference/plugins.mjs";
import { tablesOf } from "../reference/tables.mjs";

/** {operations, tables, errorCodes}: each an object of names, with lines of text that say all there is. */
export async function surface() {
  const database = await openDatabase("sqlite::memory:");
  const options = {
    baseURL: "http://localhost:3000",
    secret: "surface-secret-of-more-than-32-characters",
    database: database.handle,
    emailAndPassword: { enabled: true },
    user: { changeEmail: { enabled: true }, deleteUser: { enabled: true } },
    rateLimit: { enabled: true, storage: "database" },
    plugins: pluginsNamed(pluginNames.join(","), { origins: ["http://localhost:3000"], outbox: [], mails: [] }),
    logger: { disabled: true },
    telemetry: { enabled: false },
  };
  await (await getMigrations(options)).runMigrations();
  const auth = betterAuth(options);
  const { paths } = await auth.api.generateOpenAPISchema();
  const found = {
    operations: Object.fromEntries(Object.entries(auth.api).map(([id, endpoint]) => [id, operation(endpoint, paths)])),
    tables: Object.fromEntries((await tablesOf(database)).map((table) => [table.name, columns(table)])),
    errorCodes: Object.fromEntries(Object.entries(auth.$ERROR_CODES).map(([code, error]) => [code, [error.message ?? String(error)]])),
  };
  await database.close();
  return found;
}

function operation({ path, options = {} }, paths) {
  if (!path) return ["in process only"];
  const methods = [options.method ?? "*"].flat();
  const described = paths[path.replace(/:(\w+)/g, "{$1}")] ?? {};
  return [
    ...methods.map((method) => `${method} ${path}`),
    ...(options.metadata?.allowedMediaTypes ?? []).map((type) => `takes ${type}`),
    ...methods.flatMap((method) => inputs(described[method.toLowerCase()]).map((line) => (methods.length > 1 ? `${method}: ${line}` : line))),
  ];
}

function inputs({ parameters = [], requestBody } = {}) {
  const body = requestBody?.content?.["application/json"]?.schema;
  return [
    ...parameters.map(({ in: place, name, required, schema }) => `${place} ${name}: ${kind(schema)}${required ? ", required" : ""}`),
    ...(body ? members(body, "body") : []),
  ];
}

function members(schema, at) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => [
    `${at} ${name}: ${kind(member)}${schema.required?.includes(name) ? ", required" : ""}`,
    ...members(member, `${at} ${name}.`),
  ]);
}

function kind({ type, enum: values, anyOf } = {}) {
  if (values) return values.join(" or ");
  return (anyOf?.map(kind) ?? [type ?? "anything"].flat()).join(" or ");
}

const columns = ({ columns, indexes, foreignKeys }) => [
  ...columns.map(({ name, ...rest }) => `column ${name}: ${JSON.stringify(rest)}`),
  ...indexes.map((index) => `index ${JSON.stringify(index)}`),
  ...foreignKeys.map((key) => `foreign key ${JSON.stringify(key)}`),
];
