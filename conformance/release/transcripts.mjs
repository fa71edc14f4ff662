// Plays the recorded exchanges again at the reference that is installed. The requests are the recorded ones, with its own cookies in them.
import "../reference/environment.mjs";
import { mock } from "node:test";
import Database from "better-sqlite3";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";

// What each transcript says in words under "config".
const configs = {
  core: { trustedOrigins: ["https://app.example.com", "https://*.wild.com", "myapp://"], rateLimit: { enabled: false } },
  rateLimit: { rateLimit: { enabled: true } },
  cacheAndDefer: { session: { deferSessionRefresh: true, updateAge: 0, cookieCache: { enabled: true } }, rateLimit: { enabled: false } },
  requireVerification: {
    emailAndPassword: { enabled: true, requireEmailVerification: true },
    emailVerification: { sendVerificationEmail: async () => {} },
    rateLimit: { enabled: false },
  },
};

/** The same transcripts, with what the reference answers today. */
export async function play(recorded) {
  const unknown = Object.keys(recorded).filter((name) => !configs[name]);
  if (unknown.length > 0) throw new Error(`no configuration for the transcript ${unknown.join(", ")}`);
  // A millisecond for each request, however busy the machine is: answers say how long to wait.
  mock.timers.enable({ apis: ["Date"], now: Date.now() });
  try {
    return await playAll(recorded);
  } finally {
    mock.timers.reset();
  }
}

async function playAll(recorded) {
  const played = {};
  for (const [name, transcript] of Object.entries(recorded)) {
    const handler = await handlerFor(configs[name], transcript);
    const cookies = new Map();
    const steps = [];
    for (const step of transcript.steps) {
      const request = { ...step.request, headers: translated(step.request.headers, cookies) };
      mock.timers.tick(1);
      const response = await answerTo(handler, transcript.baseURL, request);
      pair(step.response.setCookie, response.setCookie, cookies);
      steps.push({ ...step, request, response });
    }
    played[name] = { ...transcript, steps };
  }
  return played;
}

async function handlerFor(config, { baseURL, secret }) {
  const options = { emailAndPassword: { enabled: true }, ...config, baseURL, secret, database: new Database(":memory:"), logger: { disabled: true }, telemetry: { enabled: false } };
  await (await getMigrations(options)).runMigrations();
  return betterAuth(options).handler;
}

async function answerTo(handler, baseURL, { method, path, headers, body, rawBody }) {
  const content = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await handler(new Request(baseURL + path, { method, headers, body: content }));
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => name !== "set-cookie")),
    setCookie: response.headers.getSetCookie(),
    body: await response.text(),
  };
}

const cookieOf = (line) => /^([^=]*)=([^;]*)/.exec(line).slice(1);

// Cookies of the recording stand for those that are answered now. What was never answered, such as a forged one, is sent as it was.
function translated(headers, cookies) {
  if (!headers.cookie) return headers;
  const pairs = headers.cookie.split("; ").map((pair) => {
    const at = pair.indexOf("=") + 1;
    return pair.slice(0, at) + (cookies.get(pair.slice(at)) ?? pair.slice(at));
  });
  return { ...headers, cookie: pairs.join("; ") };
}

function pair(before, now, cookies) {
  const answered = new Map(now.map(cookieOf));
  for (const [name, value] of before.map(cookieOf)) if (value && answered.get(name)) cookies.set(value, answered.get(name));
}
