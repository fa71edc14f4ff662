// A phone: the official Expo client, with the modules of React Native that only a phone has replaced by those in device/, and a browser beside the app.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const devices = ["react-native", "expo-constants", "expo-linking", "expo-web-browser"];

/** Bundles the client as Metro does for an app; resolves to {client, remove()}. */
export async function bundle() {
  const folder = await mkdtemp(join(here("../node_modules"), ".expo-"));
  const outfile = join(folder, "app.mjs");
  await build({
    entryPoints: [here("entry.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    alias: Object.fromEntries(devices.map((name) => [name, here(`device/${name}.mjs`)])),
    logLevel: "error",
  });
  return { client: await import(pathToFileURL(outfile)), remove: () => rm(folder, { recursive: true }) };
}

/** An installed app with its storage. */
export class App {
  #items = new Map();
  sent = [];

  constructor({ createAuthClient, expoClient, magicLinkClient, emailOTPClient, getSetCookie }, baseURL, { scheme = "myapp" } = {}) {
    this.getSetCookie = getSetCookie;
    this.storage = {
      getItem: (key) => this.#items.get(key) ?? null,
      setItem: (key, value) => void this.#items.set(key, value),
      getItemAsync: async (key) => this.#items.get(key) ?? null,
      setItemAsync: async (key, value) => void this.#items.set(key, value),
    };
    this.client = createAuthClient({
      baseURL,
      plugins: [expoClient({ scheme, storage: this.storage }), magicLinkClient(), emailOTPClient()],
      fetchOptions: {
        customFetchImpl: async (url, init) => {
          const response = await fetch(url, init);
          this.sent.push({ path: new URL(url).pathname, headers: new Headers(init?.headers), status: response.status });
          return response;
        },
      },
    });
  }

  /** Opens the app by a deep link, as an app handles one that ends a sign-in: what the parameter "cookie" has goes where the client keeps its cookies. */
  open(link) {
    const cookie = new URL(link).searchParams.get("cookie");
    if (cookie) this.storage.setItem("better-auth_cookie", this.getSetCookie(cookie, this.storage.getItem("better-auth_cookie") ?? undefined));
  }
}

/** A browser on the phone, with cookies of its own: follows a link and stops where one leaves the web. */
export async function browse(url, jar = new Map()) {
  for (let hops = 0; hops < 5; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", ...(cookie && { cookie }) } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    const location = response.headers.get("location");
    if (!location) return { status: response.status, body: await response.text(), jar };
    if (!/^https?:/.test(location)) return { link: location, jar };
    url = location;
  }
  throw new Error("too many redirects");
}
