// The server's answers as values, its refusals as exceptions.

const authBase = "/api/auth";

/** A refusal: status, code (such as INVALID_EMAIL_OR_PASSWORD), path, the field it is about, and after 429 the seconds to wait. */
export class ApiError extends Error {
  constructor(answer, body, path) {
    super(`${path}: ${answer.status} ${body?.code ?? ""}`); // for the console; people get messages.js
    this.status = answer.status;
    this.code = typeof body?.code === "string" ? body.code : "";
    this.path = path;
    // A member that cannot be right is named at the head of the text: "[body.email] …".
    this.field = /^\[\w+\.(\w+)/.exec(body?.message)?.[1] ?? "";
    this.retryAfter = secondsToWait(answer.headers);
  }
}

/** No answer: the server or the network is down. */
export class Unreachable extends Error {}

/** GET path, which is one of /api/auth unless the options have another base. */
export const get = (path, options) => call("GET", path, undefined, options);

/** POST path with a JSON body, or without one. */
export const post = (path, body, options) => call("POST", path, body, options);

async function call(method, path, body, { signal, base = authBase } = {}) {
  const timeout = AbortSignal.timeout(20_000);
  let answer, text;
  try {
    answer = await fetch(base + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    text = await answer.text();
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Unreachable("no answer", { cause });
  }
  const parsed = parse(text);
  if (!answer.ok) throw new ApiError(answer, parsed, path);
  return parsed;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Seconds, or a date where a proxy answers (RFC 9110, section 10.2.3); 0 without either.
function secondsToWait(headers) {
  const value = headers.get("retry-after") ?? headers.get("x-retry-after") ?? "";
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Math.max(0, Math.ceil(seconds || 0));
}
