// A person at the provider's pages, without a browser: follows redirects, keeps cookies, fills in forms.

/**
 * Signs in where an application sent the person, and resolves to the URL that the provider sends them back to: with a code, or with an error when
 * `consent` is false. `person` is who has been there before, with a session at the provider; a new one without.
 */
export async function signIn({ authorizeURL, login, consent = true, person = new Person() }) {
  const { url, method } = await person.visit(authorizeURL, { login, consent });
  if (method !== "GET") throw new Error(`the provider sends a form to ${url}; Person.visit resolves to it`);
  return url;
}

export class Person {
  #cookies = new Map();

  /**
   * Opens a page of the provider and does what it asks until it sends the person elsewhere. Resolves to {url, method, form}: where to, "GET" or "POST" (of
   * response_mode form_post, with what the form holds as URLSearchParams).
   *
   * The login page gets `login`, the page of consent `consent` (true allows, false denies), the page for signing out `signOut`. Rejects where
   * the provider shows anything else: an error, or the same page again.
   */
  async visit(start, { login, consent = true, signOut = true } = {}) {
    const { origin } = new URL(start);
    let next = { url: start, method: "GET" };
    let seen;
    for (let steps = 0; steps < 20; steps++) {
      if (new URL(next.url).origin !== origin) return next;
      const answer = await this.#ask(next);
      const location = answer.headers.get("location");
      if (location) {
        next = { url: new URL(location, next.url).href, method: "GET" };
        continue;
      }
      const page = await answer.text();
      const form = formOf(page, next.url);
      if (!form || answer.status !== 200) {
        if (form && new URL(form.url).origin !== origin) return form; // an error as form_post comes with 400
        if (answer.status === 200 && page.includes("<h1>Signed out</h1>")) return { url: next.url, method: "GET" };
        throw new Error(`${next.url} answers ${answer.status}: ${textOf(page)}`);
      }
      if (page === seen) throw new Error(`${next.url} asks the same again: ${textOf(page)}`);
      seen = page;
      if (new URL(form.url).origin === origin) fill(form, { login, consent, signOut });
      next = form;
    }
    throw new Error(`the provider does not come to an end at ${next.url}`);
  }

  async #ask({ url, method, form }) {
    const { pathname } = new URL(url);
    const covers = (path) => pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`);
    const cookie = [...this.#cookies.values()].filter(({ path }) => covers(path)).map(({ pair }) => pair).join("; ");
    const answer = await fetch(url, { method, body: form, headers: cookie ? { cookie } : {}, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) this.#keep(line);
    return answer;
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(/;\s*/);
    const attribute = (name) => attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const path = attribute("path") ?? "/";
    const key = `${pair.slice(0, pair.indexOf("="))} ${path}`;
    const expires = attribute("expires");
    if (pair.endsWith("=") || (expires && new Date(expires) <= new Date())) this.#cookies.delete(key);
    else this.#cookies.set(key, { pair, path });
  }
}

function fill({ form, names }, { login, consent, signOut }) {
  if (names.has("login")) {
    if (!login) throw new Error("the provider asks who signs in: give login");
    form.set("login", login);
    form.set("password", "any password");
    if (names.has("code")) form.set("code", "000000");
    form.set("decision", "allow");
  } else if (names.has("decision")) form.set("decision", consent ? "allow" : "deny");
  else if (names.has("logout") && signOut) form.set("logout", "yes");
}

// The first form of a page: {url, method, form, names}; names are those of all fields and buttons.
function formOf(page, base) {
  const found = /<form\b([^>]*)>([\s\S]*?)<\/form>/.exec(page);
  if (!found) return undefined;
  const fields = [...page.matchAll(/<(input|button)\b([^>]*)>/g)].map(([, tag, text]) => ({ tag, ...attributesOf(text) })).filter(({ name }) => name);
  const form = new URLSearchParams(fields.filter(({ tag, type }) => tag === "input" && type === "hidden").map(({ name, value = "" }) => [name, value]));
  return { url: new URL(attributesOf(found[1]).action, base).href, method: "POST", form, names: new Set(fields.map(({ name }) => name)) };
}

function attributesOf(text) {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, plain(value)]));
}

const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (text) => text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, name) => {
  if (name) return named[name] ?? all;
  return String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16));
});
const textOf = (page) => plain(page.replace(/<(title|style|script)[\s\S]*?<\/\1>/g, " ").replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ").trim().slice(0, 300);
