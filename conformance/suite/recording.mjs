// What a scenario asked of the reference, and what the reference answered, so that Go can ask it again without Node: testdata/scenarios.json. README.md
// says how to read it; scenario_test.go replays it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { secret } from "../reference/start.mjs";
import { Normalizer } from "./normalize.mjs";

const file = fileURLToPath(new URL("../testdata/scenarios.json", import.meta.url));
// Where the recorded server is.
const server = "http://localhost:3000";
// What a visitor's browser sends with nearly every request, the content type with a body: a step says only what is different.
const usual = {
  "content-type": "application/json",
  origin: server,
  "sec-fetch-dest": "empty",
  "sec-fetch-mode": "cors",
  "sec-fetch-site": "same-origin",
  "user-agent": "conformance",
  "x-forwarded-for": "203.0.113.7",
};

/** Collects the scenarios of a run. */
export class Recording {
  #sites = {};
  #scenarios = {};
  #left = {};

  /** Adds a scenario, as it went at both servers. `steps` are the reference's compared ones. */
  add(name, site, flags, reference, here, steps) {
    const recorded = requests(reference);
    const compared = new Map(steps.map((step) => [step.event, step]));
    const answers = reference.sent.filter(counts);
    const why = whyNot(reference, flags, answers.some(({ event }) => compared.has(event))) ?? different(recorded, requests(here));
    if (why) {
      this.#left[name] = why;
      return;
    }
    this.#sites[site] = flags;
    this.#scenarios[name] = { site, steps: recorded.map((step, at) => answered(step, answers[at], compared)) };
  }

  /** What is wrong with the file, if anything. */
  check() {
    const [was, is] = [readFileSync(file, "utf8"), this.text()];
    if (was === is) return [];
    const [before, now] = [JSON.parse(was), JSON.parse(is)];
    const names = new Set([before, now].flatMap(({ scenarios, left }) => Object.keys({ ...scenarios, ...left })));
    const same = (part, name) => JSON.stringify(before[part][name]) === JSON.stringify(now[part][name]);
    const stale = [...names].filter((name) => !same("scenarios", name) || !same("left", name));
    return [`testdata/scenarios.json is not what the reference is asked and answers now: ${stale.join("; ") || "its head"}\n  npm run conformance -- --write records it anew`];
  }

  write() {
    writeFileSync(file, this.text());
  }

  /** The file: sorted, a step a line, so that what changed can be read. */
  text() {
    const lines = (object, line) => Object.keys(object).sort().map((name) => `${JSON.stringify(name)}: ${line(object[name])}`).join(",\n");
    const scenario = ({ site, steps }) => `{"site": ${JSON.stringify(site)}, "steps": [\n${steps.map((step) => JSON.stringify(step)).join(",\n")}\n]}`;
    return [
      `{"server": ${JSON.stringify(server)}, "secret": ${JSON.stringify(secret)},`,
      `"headers": ${JSON.stringify(usual)},`,
      `"sites": {\n${lines(this.#sites, JSON.stringify)}\n},`,
      `"left": {\n${lines(this.#left, JSON.stringify)}\n},`,
      `"scenarios": {\n${lines(this.#scenarios, scenario)}\n}}\n`,
    ].join("\n");
  }
}

// What only the Go server is asked is no part of the recording.
const counts = ({ onlyHere }) => !onlyHere;

// The steps without answers. What an earlier answer said is named by its place, so that a scenario gives the same steps at any server.
function requests({ sent, server: { url } }) {
  const [known, jars] = [new Known(url), new Map()];
  return sent.filter(counts).map((exchange, at) => {
    const step = exchange.made ? { make: known.value(exchange.made) } : request(exchange, known, jars);
    known.add(at + 1, exchange);
    return step;
  });
}

function request({ method, url, headers, body, jar, before, after }, known, jars) {
  const step = { request: `${method} ${known.text(url)}` };
  if (jar) {
    const { number, holds } = jars.get(jar) ?? { number: jars.size + 1, holds: new Map() };
    jars.set(jar, { number, holds: after });
    step.jar = number;
    const others = changes(Object.fromEntries(holds), Object.fromEntries(before), known);
    if (others) step.cookies = others;
    const different = changes(typeof body === "string" ? usual : { ...usual, "content-type": undefined }, Object.fromEntries([...headers].map(([name, value]) => [name, known.here(value)])), known);
    if (different) step.headers = different;
  }
  if (typeof body === "string") step.body = asJSON(body, (value) => known.value(value)) ?? known.text(body);
  return step;
}

// What makes one set of named texts another; null is none of that name.
function changes(before, now, known) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort().filter((name) => before[name] !== now[name]);
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, name in now ? known.text(now[name]) : null])) : undefined;
}

// An object or an array stands in the file as it is, where that gives the same text again; everything else is text.
function asJSON(text, change = (value) => value) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && JSON.stringify(value) === text ? change(value) : undefined;
  } catch {
    return undefined;
  }
}

// Adds what the reference answered, as it is compared; of a control that refused, that it did.
function answered(step, exchange, compared) {
  const { label, fields } = compared.get(exchange.event) ?? {};
  if (!label) return exchange.control && exchange.status !== 200 ? { ...step, answer: { status: String(exchange.status) } } : step;
  const { request, ...texts } = fields; // the request is the step's own
  const answer = { label };
  for (const [field, text] of Object.entries(texts)) {
    if (text !== "") answer[field] = field === "headers" || field === "cookies" ? text.split("\n") : (asJSON(text) ?? text);
  }
  return { ...step, answer };
}

// Why a scenario is not recorded, if so, whatever it asks.
function whyNot({ alone }, flags, compares) {
  if (alone) return alone;
  if (flags.join().includes("pwned")) return "Node stands in for the service that is asked";
  if (flags.includes("--oidc")) return "it needs the OpenID provider, which is a program for Node";
  return compares ? undefined : "only the Go server answers what it is about";
}

// Why a scenario cannot be recorded, if so: it does not ask the same each time.
function different(recorded, again) {
  const at = recorded.findIndex((step, at) => JSON.stringify(step) !== JSON.stringify(again[at]));
  if (at < 0) return recorded.length === again.length ? undefined : "the servers are not asked the same";
  return `step ${at + 1}, ${recorded[at].request?.split("?")[0] ?? "what is made"}, sends something that the scenario makes anew each time`;
}

// What the answers so far have said, by where: <3 /user/id> is that member of the third step's answer, <3 cookie NAME> the cookie's value, and
// <3 set-auth-token> the header's. <3 /url?state> is that parameter of the URL.
class Known {
  #names = new Map();
  #server;
  #url;

  constructor(url) {
    this.#url = url;
    this.#server = new RegExp([url, encodeURIComponent(url)].map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  }

  add(step, { made, value, answerHeaders, answerBody }) {
    if (made) return this.#name(value, `<${step} /made>`);
    for (const line of answerHeaders?.getSetCookie() ?? []) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(line);
      if (value) this.#name(value, `<${step} cookie ${name}>`);
    }
    const token = answerHeaders?.get("set-auth-token");
    if (token) this.#name(token, `<${step} set-auth-token>`);
    try {
      this.#members(step, "", JSON.parse(answerBody), "");
    } catch {
      // It is no JSON.
    }
  }

  /** A text with the address of the recorded server, and with names in the place of what is known. */
  text(text) {
    text = this.here(text);
    for (const [value, name] of [...this.#names].sort(([a], [b]) => b.length - a.length)) {
      if (text.includes(value)) text = text.replace(new RegExp(`(?<![\\w-])${value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`, "g"), name);
    }
    return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, soon);
  }

  /** The same for every text in a value. */
  value(value) {
    if (typeof value === "string") return this.text(value);
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((member) => this.value(member));
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.value(member)]));
  }

  here(text) {
    return text.replace(this.#server, (url) => (url.includes("%") ? encodeURIComponent(server) : server));
  }

  #members(step, place, value, name) {
    if (value !== null && typeof value === "object") {
      for (const member of Object.keys(value)) this.#members(step, `${place}/${member}`, value[member], Array.isArray(value) ? "" : member);
    } else if (typeof value === "string" && this.#differs(name, value)) {
      this.#name(value, `<${step} ${place}>`);
      // Where a flow leads, which ends with its state.
      const state = URL.canParse(value) && new URL(value).searchParams.get("state");
      if (state) this.#name(state, `<${step} ${place}?state>`);
    }
  }

  // Whether a member is one that no two runs have the same, as the comparison sees it; a link contains what is.
  #differs(name, value) {
    const text = JSON.stringify(name ? { [name]: value } : [value]);
    return !value.startsWith(this.#url) && new Normalizer(this.#url).text(text) !== text;
  }

  // The last answer that says it counts: links that are signed within one second are the same.
  #name(value, name) {
    this.#names.set(value, name);
  }
}

// A date that a scenario counts from now on.
function soon(date) {
  const seconds = Math.round((Date.parse(date) - Date.now()) / 60_000) * 60;
  return Math.abs(seconds) <= 2 * 86_400 ? `<now ${seconds} s>` : date;
}
