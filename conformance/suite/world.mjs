// What a scenario is given: visitors, the controls of its server, and words to say what it expects.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { secret } from "../reference/start.mjs";
import { Visitor } from "./visitor.mjs";

/** Ada, as most scenarios know her. */
export const ada = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
export const bob = { name: "Bob", email: "bob@example.com", password: "staple horse battery" };

export class World {
  events = [];
  #quiet = false;

  constructor(server) {
    this.server = server;
  }

  visitor(options) {
    return new Visitor(this.server, (event) => this.#quiet || this.events.push(event), options);
  }

  /** Does what leads to the subject of the scenario, and is the subject of another: nothing of it is compared. */
  async given(work) {
    const before = this.#quiet;
    this.#quiet = true;
    try {
      return await work();
    } finally {
      this.#quiet = before;
    }
  }

  /** A visitor who has signed up, and so is signed in where that is how it goes. */
  signedUp(who = ada, options) {
    return this.given(async () => {
      const visitor = this.visitor(options);
      await this.ok(visitor.client.signUp.email(who));
      return visitor;
    });
  }

  /** A visitor who has signed up, and whose address is proven. */
  async verified(who = ada) {
    const visitor = await this.signedUp(who);
    await this.given(() => this.ok(visitor.client.verifyEmail({ query: { token: this.token({ email: who.email }) } })));
    return visitor;
  }

  /** A visitor who has signed in. */
  signedIn(who = ada, options) {
    return this.given(async () => {
      const visitor = this.visitor(options);
      await this.ok(visitor.client.signIn.email({ email: who.email, password: who.password }));
      return visitor;
    });
  }

  /** Resolves to the data of a client's call that has to succeed. */
  async ok(call) {
    const { data, error } = await call;
    assert.equal(error, null, `refused: ${JSON.stringify(error)}`);
    return data;
  }

  /** Demands that a client's call is refused, with a status, and a code or, where the answer has none, a message, or the status in words. */
  async refused(call, status, code) {
    const { error } = await call;
    assert.deepEqual([error?.status, error?.code ?? error?.message ?? error?.statusText], [status, code], JSON.stringify(error));
  }

  /** What a scenario expects where the servers differ on purpose; differences.json has to allow what it leads to. */
  either({ reference, here }) {
    return this.server.name === "reference" ? reference : here;
  }

  /** Does what this project decides by a rule of its own: at the Go server alone, and nothing of it is compared. */
  async onlyHere(work) {
    if (this.server.name !== "reference") await this.given(work);
  }

  /** Demands that a response leads somewhere; resolves to where, as it was sent. */
  async leads(response, pattern) {
    const answered = await response;
    assert.equal(answered.status, 302, await answered.clone().text());
    assert.match(answered.headers.get("location"), pattern);
    return answered.headers.get("location");
  }

  /** Demands an answer with a status; resolves to its body as text. */
  async answers(response, status) {
    const answered = await response;
    assert.equal(answered.status, status, await answered.clone().text());
    return answered.clone().text();
  }

  /** Asks a control; rejects unless it succeeds. */
  async control(path, body) {
    const answer = await this.#ask(path, body);
    assert.equal(answer.status, 200, `${path}: ${answer.body.message}`);
    return answer.body;
  }

  /** The last mail of a kind ("reset-password-token", "verification-email", …) to an address; compared. */
  async mail(kind, email = ada.email) {
    const value = await this.control(`${kind}?email=${encodeURIComponent(email)}`);
    if (!this.#quiet) this.events.push({ kind: "mail", name: `${kind} to ${email}`, value });
    return value;
  }

  /** Demands that no mail of a kind was sent to an address. */
  async noMail(kind, email = ada.email) {
    assert.equal((await this.#ask(`${kind}?email=${encodeURIComponent(email)}`)).status, 404, `there is a mail: ${kind} to ${email}`);
  }

  /** Demands something of a value, and compares it. */
  sees(name, value, expected) {
    assert.deepEqual(value, expected, name);
    if (!this.#quiet) this.events.push({ kind: "value", name, value });
  }

  /** A token as the server signs them for links (RFC 7519, HS256); `age` is how many seconds ago it was made, `key` whose secret. */
  token(claims, { age = 0, key = secret } = {}) {
    const iat = Math.floor(Date.now() / 1000) - age;
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "HS256" })}.${part({ ...claims, iat, exp: iat + 3600 })}`;
    return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
  }

  async #ask(path, body) {
    const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${this.server.url}/__test/${path}`, options);
    return { status: response.status, body: await response.json() };
  }
}
