// One visitor of an auth server: fetch, a jar of cookies, and the Origin header a browser would send.

export class Visitor {
  #base;
  #origin;
  #jar;

  /** `base` is the server's URL with its base path; `cookies` is what the jar holds at first, {name: raw value}. */
  constructor({ base, origin, cookies = {} }) {
    this.#base = base;
    this.#origin = origin;
    this.#jar = new Map(Object.entries(cookies));
  }

  /** The jar as {name: raw value}, values as they stand on the wire. */
  get cookies() {
    return Object.fromEntries(this.#jar);
  }

  /** Resolves to {status, body, headers, set}: body is parsed JSON, or the text when it is none; set names the cookies the answer set or cleared. */
  async send(method, path, body) {
    const headers = { origin: this.#origin, accept: "application/json" };
    if (this.#jar.size > 0) headers.cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ");
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await fetch(this.#base + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(120_000),
    }).catch(({ message, cause }) => {
      throw new Error(`${method} ${path}: ${cause?.message || cause?.code || message}`);
    });
    const set = answer.headers.getSetCookie().map((line) => this.#keep(line));
    const raw = await answer.text();
    return { status: answer.status, body: parsed(raw), headers: answer.headers, set };
  }

  /** Like send, and rejects with what the server said when the status is not 200. */
  async expect(method, path, body) {
    const answer = await this.send(method, path, body);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) this.#jar.delete(name);
    else this.#jar.set(name, pair.slice(at + 1));
    return name;
  }
}

function parsed(raw) {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
