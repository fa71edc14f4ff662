// Recorded exchanges as lines of text that can be compared to the byte, but for ids, tokens, signatures and dates.

const opaque = /\b[A-Za-z0-9]{32}\b/g;
const date = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const moment = /\b1\d{12}\b/g;
const signature = /"signature":"[\w-]{43}"/g;

/** Numbers ids in the order they appear, so that it still shows which are the same. */
class Normalizer {
  #ids = new Map();

  text(text) {
    text = text.replace(signature, '"signature":"<signature>"').replace(opaque, (id) => {
      if (!this.#ids.has(id)) this.#ids.set(id, `<id ${this.#ids.size + 1}>`);
      return this.#ids.get(id);
    });
    return relative(relative(text, date, 3_600_000, Date.parse), moment, 60_000, Number);
  }

  cookie(line) {
    const [, name, value, attributes] = /^([^=]*)=([^;]*)(.*)$/s.exec(line);
    const plain = decodeURIComponent(value);
    const signed = /^(.*)\.[\w+/]{43}=$/s.exec(plain);
    const cached = Buffer.from(plain, "base64url").toString();
    const shown = signed ? `${signed[1]}.<signature>` : cached.startsWith("{") ? cached : plain;
    return `${name}=${this.text(shown)}${attributes}`;
  }
}

// Moments as their distance from the earliest, in whole units.
function relative(text, pattern, unit, read) {
  const earliest = Math.min(...(text.match(pattern) ?? []).map((found) => read(found)));
  return text.replace(pattern, (found) => `<+${(Math.round((read(found) - earliest) / unit) * unit) / 1000}s>`);
}

/** The answers of a transcript as {label, fields} each, where fields are named texts. */
export function answersOf({ steps }) {
  const normalizer = new Normalizer();
  return steps.map(({ label, response: { status, headers, setCookie, body } }) => {
    const text = normalizer.text(body); // first: ids are numbered where they are named
    return {
      label,
      fields: {
        status: String(status),
        headers: Object.keys(headers).sort().map((name) => `${name}: ${normalizer.text(headers[name])}`).join("\n"),
        cookies: setCookie.map((line) => normalizer.cookie(line)).join("\n"),
        body: text,
      },
    };
  });
}
