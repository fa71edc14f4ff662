// What a scenario is given: visitors, the controls of its server, and words to say what it expects.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { secret } from "../reference/start.mjs";
import { code } from "./totp.mjs";
import { Visitor } from "./visitor.mjs";

/** Ada, as most scenarios know her. */
export const ada = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
export const bob = { name: "Bob", email: "bob@example.com", password: "staple horse battery" };

export class World {
  /** What is compared. */
  events = [];
  /** All that was sent, to the controls too, and what was made for it: see recording.mjs. */
  sent = [];
  /** Why only Node can play the scenario, if so. */
  alone;
  #quiet = false;
  #onlyHere = false;

  constructor(server) {
    this.server = server;
  }

  visitor(options) {
    return new Visitor(this.server, (event) => this.#happened(event), options);
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
    if (this.server.name === "reference") return;
    this.#onlyHere = true;
    try {
      await this.given(work);
    } finally {
      this.#onlyHere = false;
    }
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
    return this.#succeeded(path, await this.#ask(path, body));
  }

  /** The last mail of a kind ("reset-password-token", "verification-email", …) to an address; compared. */
  mail(kind, email = ada.email) {
    return this.#compared({ kind: "mail", name: `${kind} to ${email}` }, `${kind}?email=${encodeURIComponent(email)}`);
  }

  /** What a control answers; compared. */
  answer(name, path, body) {
    return this.#compared({ kind: "value", name }, path, body);
  }

  /** Demands that no mail of a kind was sent to an address. */
  async noMail(kind, email = ada.email) {
    const { status } = await this.#ask(`${kind}?email=${encodeURIComponent(email)}`);
    assert.equal(status, 404, `there is a mail: ${kind} to ${email}`);
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
    return this.#made({ token: { claims, age, key } }, `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`);
  }

  /** What an app shows that was set up by a URI, some periods from now. */
  async code(uri, periods = 0) {
    return this.#made({ code: { uri, periods } }, await code(uri, periods));
  }

  /** A code of the same length that is not this one. */
  another(code) {
    return this.#made({ another: code }, String((Number(code[0]) + 1) % 10) + code.slice(1));
  }

  /** Lets time pass, which only Node does. */
  async wait(seconds) {
    this.alone = `it waits ${seconds} s`;
    await sleep(seconds * 1000);
  }

  #happened(event) {
    if (event.kind === "wire") {
      const { sent, method, url, headers, body } = event;
      this.sent.push({ ...sent, method, url, answerHeaders: headers, answerBody: body, onlyHere: this.#onlyHere, event });
    }
    if (!this.#quiet) this.events.push(event);
  }

  #made(made, value) {
    this.sent.push({ made, value, onlyHere: this.#onlyHere });
    return value;
  }

  async #ask(path, body) {
    const [method, text] = body === undefined ? ["GET"] : ["POST", JSON.stringify(body)];
    const response = await fetch(`${this.server.url}/__test/${path}`, { method, body: text });
    const answer = await response.text();
    const exchange = { control: true, method, url: `/__test/${path}`, body: text, status: response.status, answerBody: answer, onlyHere: this.#onlyHere };
    this.sent.push(exchange);
    return exchange;
  }

  #succeeded(path, { status, answerBody }) {
    const body = JSON.parse(answerBody);
    assert.equal(status, 200, `${path}: ${body.message}`);
    return body;
  }

  async #compared(event, path, body) {
    const exchange = await this.#ask(path, body);
    event.value = this.#succeeded(path, exchange);
    exchange.event = event;
    if (!this.#quiet) this.events.push(event);
    return event.value;
  }
}
