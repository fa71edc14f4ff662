// Headless Chromium with virtual authenticators, and a page that holds the official client, on the origin of any server.
import { access, constants, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

// How long a page waits for anything, in milliseconds: long enough for a machine that is busy with other tests.
const patience = 60_000;

const bundles = ["official-client.js", "react.js"];

// The background services would only try, and fail, to reach hosts outside; QUIC is off so that a test sees every request as HTTP/1.1.
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const authenticators = {
  // A platform authenticator as phones and laptops have: discoverable credentials, user verification. Picks EdDSA, the first algorithm offered.
  ctap2: {
    protocol: "ctap2",
    ctap2Version: "ctap2_1",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  },
  // An old security key: ES256 only, no user handle, found only through allowCredentials.
  u2f: {
    protocol: "u2f",
    transport: "usb",
    hasResidentKey: false,
    hasUserVerification: false,
    automaticPresenceSimulation: true,
  },
};

/**
 * Starts Chromium (CHROMIUM, or /usr/bin/chromium) with an empty profile.
 * Resolves to {open(origin, script), close()}; close removes the profile as well. `script` is what the page runs:
 * "official-client.js", the default, which offers window.createOfficialClient, or "react.js", an application.
 */
export async function launchBrowser() {
  const executablePath = await chromiumPath();
  const scripts = Object.fromEntries(await Promise.all(bundles.map(async (name) => [name, await readBundle(name)])));
  const profile = await mkdtemp(join(tmpdir(), "conformance-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: flags });
  return {
    open: (origin, script) => openPage(context, origin, scripts, script),
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function readBundle(name) {
  return readFile(fileURLToPath(new URL(`../client/dist/${name}`, import.meta.url)), "utf8").catch(() => {
    throw new Error("the official client is not bundled: run conformance/install.sh");
  });
}

// The page itself is answered here and never asked of the server: so any server can be tested, and its calls are still same-origin ones.
async function openPage(context, origin, scripts, script = "official-client.js") {
  await context.unroute(`${origin}/__client/**`);
  await context.route(`${origin}/__client/**`, (route) =>
    route.request().url().endsWith(".js")
      ? route.fulfill({ contentType: "text/javascript", body: scripts[script] })
      : route.fulfill({
          contentType: "text/html; charset=utf-8",
          body: `<!doctype html><title>Official client</title><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="${script}"></script>`,
        }),
  );
  const page = await context.newPage();
  const errors = consoleErrors(page);
  await page.goto(`${origin}/__client/`);
  await page.waitForFunction(() => typeof window.createOfficialClient === "function" || document.querySelector("#app > *"));
  return instrument(context, page, errors);
}

/**
 * Starts Chromium for pages that a server itself serves, with as many visitors as a test likes.
 * Resolves to {visit(url, options), close()}; visit opens a page in a context of its own, with its own cookies.
 * `options` are Playwright's for a new context, `prepare(page)`, called before the page is loaded, and `context` of
 * another visit, for a second tab beside it.
 */
export async function launchVisitors() {
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: flags });
  return {
    close: () => browser.close(),
    visit: async (url, { prepare, context: shared, ...options } = {}) => {
      const context = shared ?? (await browser.newContext(options));
      const page = await context.newPage();
      const errors = consoleErrors(page);
      const tab = await instrument(context, page, errors);
      await prepare?.(page);
      await page.goto(url);
      return { ...tab, context, close: () => context.close() };
    },
  };
}

async function chromiumPath() {
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  await access(executablePath, constants.X_OK).catch(() => {
    throw new Error(`no Chromium at ${executablePath}: apt-get install chromium, or set CHROMIUM to its path`);
  });
  return executablePath;
}

// What the console and uncaught exceptions say from now on; violations of a content security policy are among it.
function consoleErrors(page) {
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return errors;
}

async function instrument(context, page, errors) {
  page.setDefaultTimeout(patience);
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  return {
    page,
    /** What the console and uncaught exceptions said since the page was opened. */
    errors,
    /** The page's Chrome DevTools Protocol session. */
    session,
    /** Adds a virtual authenticator, "ctap2" or "u2f"; resolves to its id. `overrides` are members of WebAuthn.VirtualAuthenticatorOptions. */
    addAuthenticator: async (kind, overrides = {}) => {
      if (!Object.hasOwn(authenticators, kind)) throw new Error(`no authenticator ${kind}; there are ${Object.keys(authenticators).join(", ")}`);
      const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options: { ...authenticators[kind], ...overrides } });
      return authenticatorId;
    },
    removeAuthenticator: (authenticatorId) => session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
    close: () => page.close(),
  };
}
