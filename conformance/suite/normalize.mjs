// Replaces what differs between any two runs: ids, tokens and keys by their number in the order they first appear, so that it still shows which
// are the same; dates by their distance from the earliest beside them; the server's own address by <server>.

const keyed = /"(challenge|credentialID|publicKey|attestationObject|clientDataJSON|authenticatorData|signature|userHandle|rawId)":"[^"]{16,}"/g;
// The beginning of a key, with the prefix it may have.
const start = /"start":"(\w{6})"/g;
const jwe = /\beyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+/g;
const jws = /\beyJ[\w-]+\.[\w-]+\.[\w-]{43}\b/g;
// 64: API keys, after their prefix; 24: reset tokens; 32: ids and session tokens; 43: 32 bytes in base64url; 22: credential ids of the software authenticator.
const opaque = /(?<![\w-])(?:(?:\w*_)?[A-Za-z]{64}|[A-Za-z0-9]{24}|[A-Za-z0-9]{32}|[\w-]{43})(?![\w-])|(?<="id":")[\w-]{22}(?=")/g;
// Of the second step: the secret of an app, backup codes, mailed codes, and what names a trusted device.
const appSecret = /(?<=[?&]secret=)[A-Z2-7]{52}/g;
// A code has at most 20 letters after its hyphen; a token of 43 can have its only hyphen in the same place.
const backupCode = /(?<=(?<!"id":)")[A-Za-z0-9]{5}-[A-Za-z0-9]{5,20}(?=")/g;
const mailedCode = /(?<="otp":")\d+(?=")/g;
const trustedDevice = /(?<=trust-device-)[\w-]{32}/g;
// What a provider signed, and what a server encrypted.
const idToken = /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]{80,}/g;
const sealed = /\b[\da-f]{120,}\b/g;
// What a flow at an identity provider is known by.
const flow = /(?<=[?&](?:state|nonce)=)[\w-]{32}(?![\w-])/g;
const date = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const moment = /\b1\d{12}\b/g;

/** The same value with the members of its objects in the order of their names, which means nothing to a client. */
export function sorted(value) {
  if (value instanceof Date || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted(value[name])]));
}

export class Normalizer {
  #ids = new Map();
  #addresses;

  /** `url` is the server's address, `issuer` that of the identity provider beside it, if there is one. */
  constructor(url, issuer) {
    this.#addresses = Object.entries({ "<server>": url, "<provider>": issuer }).filter(([, address]) => address).map(([name, address]) => {
      return [name, new RegExp([address, encodeURIComponent(address)].map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g")];
    });
  }

  text(text) {
    for (const [name, address] of this.#addresses) text = text.replace(address, name);
    text = text
      .replace(jwe, "<jwe>")
      .replace(idToken, "<id token>")
      .replace(sealed, "<sealed>")
      .replace(jws, (token) => this.#claims(token))
      .replace(keyed, (member, name) => `"${name}":"${this.#number(member.slice(name.length + 4, -1), name)}"`)
      .replace(/(?<="tryAgainIn":)\d+/g, (ms) => `${Math.ceil(ms / 60_000)} min at most`)
      .replace(start, (_, text) => `"start":"${text.includes("_") ? text.replace(/[^_]*$/, "") : ""}<start>"`)
      .replace(appSecret, (secret) => this.#number(secret, "secret"))
      .replace(backupCode, (code) => this.#number(code, "code"))
      .replace(mailedCode, (code) => this.#number(code, "otp"))
      .replace(trustedDevice, (id) => this.#number(id, "id"))
      .replace(flow, (id) => this.#number(id, "id"))
      .replace(opaque, (id) => this.#number(id, "id"));
    text = relative(text, date, 60_000, (found) => Date.parse(found));
    return relative(text, moment, 10_000, Number);
  }

  /** A Set-Cookie line: attributes stay as they are, a signed value shows what was signed, a cached session what is in it. */
  cookie(line) {
    const [, name, value, attributes] = /^([^=]*)=([^;]*)(.*)$/s.exec(line);
    return `${name}=${this.#value(value)}${attributes}`;
  }

  #value(value) {
    const plain = decodeURIComponent(value);
    const signed = /^(.*)\.[\w+/]{43}=$/s.exec(plain);
    // What a browser keeps of a sign-up, which only the Go server gives: it has no number, so that those of the others are the same at both.
    if (signed && /^[\w-]{43}:[\w+/]{43}=$/.test(signed[1])) return "<sign-up>.<signature>";
    if (signed) return `${/^[\w-]{24,}$/.test(signed[1]) ? this.#number(signed[1], "id") : this.text(signed[1])}.<signature>`;
    if (/^[\da-f]+$/.test(plain)) return this.text(plain);
    const decoded = Buffer.from(plain, "base64url").toString();
    if (!decoded.startsWith("{") || plain.includes(".")) return this.text(plain);
    const cached = sorted(JSON.parse(decoded));
    if (cached.signature) cached.signature = "<signature>";
    return this.text(JSON.stringify(cached));
  }

  #claims(token) {
    // The links of the Go server also say whom they are for, and which sign-up or change they belong to.
    const { iat, exp, userId, claim, change, ...claims } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    return `<token ${this.text(JSON.stringify(sorted(claims)))} for ${exp === undefined ? "ever" : `${Math.round((exp - iat) / 10) * 10} s`}>`;
  }

  #number(id, what) {
    if (!this.#ids.has(id)) this.#ids.set(id, `<${what} ${this.#ids.size + 1}>`);
    return this.#ids.get(id);
  }
}

// Moments as their distance from the earliest, rounded to a unit.
function relative(text, pattern, unit, read) {
  const earliest = Math.min(...(text.match(pattern) ?? []).map(read));
  return text.replace(pattern, (found) => `<+${(Math.round((read(found) - earliest) / unit) * unit) / 1000}s>`);
}
