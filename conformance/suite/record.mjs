// What happened in a scenario, as lines of text that can be compared.
import { Normalizer, sorted } from "./normalize.mjs";

// The headers a client can see; what connections and proxies add is left out.
const seen = ["content-type", "location", "cache-control", "pragma", "x-retry-after", "set-auth-token", "access-control-expose-headers", "allow", "x-content-type-options"].sort();
// What every answer of the Go server has: no cache keeps it, and no browser guesses what it is. Where the reference has none of it, that is no difference.
const always = { "cache-control": "no-store", pragma: "no-cache", "x-content-type-options": "nosniff" };

/** Turns the events of one server into {label, fields} each, where fields are named texts. `issuer` is the identity provider beside it, if there is one. */
export function transcript(events, url, issuer) {
  const normalizer = new Normalizer(url, issuer);
  const counts = new Map();
  return events.map((event) => {
    const name = label(event);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { label: count === 1 ? name : `${name} #${count}`, event, fields: fields(event, normalizer) };
  });
}

function label(event) {
  if (event.kind === "wire") return `${event.method} ${event.url.split("?")[0].replace(/\/reset-password\/.+/, "/reset-password/:token")}`;
  return event.kind === "result" ? `${event.call}()` : event.name;
}

function fields(event, normalizer) {
  if (event.kind !== "wire") return { [event.kind]: normalizer.text(JSON.stringify(sorted(event.value)) ?? "undefined") };
  // The body comes first: ids are numbered where they are named.
  const body = normalizer.text(bodyOf(event));
  return {
    request: `${event.method} ${normalizer.text(event.url)}`,
    status: String(event.status),
    headers: seen.filter((name) => event.headers.has(name)).map((name) => `${name}: ${header(name, event.headers.get(name), normalizer)}`).join("\n"),
    cookies: cookies(event.headers).map((line) => normalizer.cookie(line)).join("\n"),
    body,
  };
}

// Pages are read by people, and scenarios look for what they have to say.
function bodyOf({ headers, body }) {
  if (headers.get("content-type")?.startsWith("text/html")) return "(a page)";
  try {
    return JSON.stringify(sorted(JSON.parse(body)));
  } catch {
    return body;
  }
}

// What a browser's jar makes of an answer: of several lines for one cookie the last counts, and their order is nothing.
function cookies(headers) {
  const last = new Map(headers.getSetCookie().map((line) => [line.split("=", 1)[0], line]));
  return [...last.keys()].sort().map((name) => last.get(name));
}

function header(name, value, normalizer) {
  // Seconds that may have passed on a busy machine.
  if (name === "x-retry-after") return `${Math.ceil(value / 5) * 5} s at most`;
  return name === "set-auth-token" ? normalizer.cookie(`=${value}`).slice(1) : normalizer.text(value);
}

/** The places where two transcripts differ: {where, reference, here} each, `where` being "label / field". */
export function differences(reference, here) {
  const found = [];
  for (let at = 0; at < Math.max(reference.length, here.length); at++) {
    const [a, b] = [reference[at], here[at]];
    if (a?.label !== b?.label) {
      found.push({ where: `step ${at + 1}`, reference: a?.label ?? "nothing more", here: b?.label ?? "nothing more" });
      break;
    }
    for (const name of Object.keys(a.fields)) {
      const ours = name === "headers" ? withoutAlways(a.fields.headers, b.fields.headers) : b.fields[name];
      if (a.fields[name] !== ours) found.push({ where: `${a.label} / ${name}`, reference: a.fields[name], here: ours });
    }
  }
  return found;
}

function withoutAlways(reference, here) {
  const has = new Set(reference.split("\n").map((line) => line.split(":", 1)[0]));
  return here.split("\n").filter((line) => !Object.entries(always).some(([name, value]) => !has.has(name) && line === `${name}: ${value}`)).join("\n");
}

/** The answers of the Go server that lack a header every answer of it has: "label / name" each. */
export function lacking(here) {
  return here.filter(({ event }) => event.kind === "wire").flatMap(({ label, event }) =>
    Object.keys(always).filter((name) => event.headers.get(name) !== always[name]).map((name) => `${label} / ${name}`));
}
