// Signing in at a provider in a popup that the official client opens, and popups that others open.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";
import { offered, withProvider } from "../suite/provider.mjs";
import { buildGoServer, startGo } from "../suite/sites.mjs";
import { atProvider } from "./at-provider.mjs";
import { launchBrowser } from "./driver.mjs";

let browser, go;
before(async () => ([browser, go] = await Promise.all([launchBrowser(), buildGoServer()])));
after(() => Promise.all([browser?.close(), go?.remove()]));

/** A page with the official client, at a server with a provider and popups. */
async function open(t) {
  const server = await withProvider((flags) => startGo(go.program, flags), ["--database", "sqlite::memory:", "--with", "popup", ...offered]);
  t.after(server.stop);
  const tab = await browser.open(server.url);
  t.after(tab.close);
  await tab.page.context().clearCookies(); // cookies are the host's, whatever the port
  await tab.page.evaluate((url) => void (window.client = window.createOfficialClient(url)), server.url);
  return { ...tab, server };
}

/** What the client opens, and what it says in the end. */
async function popup(page, options = {}) {
  const opened = page.waitForEvent("popup");
  const said = page.evaluate((given) => window.client.signIn.popup({ provider: "oidc", callbackURL: "/__client/", ...given }), options);
  const window = await opened;
  const errors = [];
  window.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  window.on("pageerror", (error) => errors.push(String(error)));
  return { window, said, errors };
}

test("a person declines in a popup, then signs in in one, and the page stays", async (t) => {
  const { page, server } = await open(t);
  const place = page.url();
  const first = await popup(page);
  await atProvider(first.window).signIn("ada");
  await atProvider(first.window).deny();
  assert.equal((await first.said).error.code, "access_denied");
  assert.ok(first.window.isClosed() || (await first.window.waitForEvent("close"), true));

  const second = await popup(page);
  await atProvider(second.window).allow();
  const { data, error } = await second.said;
  assert.deepEqual([data?.success, error], [true, null]);
  assert.equal((await page.evaluate(async () => (await window.client.getSession()).data)).user.email, "ada@example.com");
  assert.equal(page.url(), place);
  assert.deepEqual([...first.errors, ...second.errors], [], "the policy of the page admits what it does");

  const unknown = await popup(page, { provider: "other" });
  assert.equal((await unknown.said).error.code, "provider_not_found");
  assert.equal((await server.provider.control("counts")).token, 1);
});

test("another site cannot open a popup that signs its visitor in, nor learn of one", async (t) => {
  const { page, server } = await open(t);
  const evil = http.createServer((request, response) =>
    response.writeHead(200, { "content-type": "text/html", ...(request.url === "/silent" && { "referrer-policy": "no-referrer" }) }).end("<!doctype html>"),
  );
  evil.listen(0, "127.0.0.1");
  await once(evil, "listening");
  t.after(() => evil.close().closeAllConnections());
  const own = `http://127.0.0.1:${evil.address().port}`;
  for (const [path, origin] of [["/", server.url], ["/silent", server.url], ["/", own], ["/silent", own]]) {
    await page.goto(own + path);
    const opened = page.waitForEvent("popup");
    await page.evaluate(
      ([url, popupOrigin]) => void window.open(`${url}/api/auth/oauth-popup/start?${new URLSearchParams({ provider: "oidc", popupOrigin, popupNonce: "n" })}`),
      [server.url, origin],
    );
    const window = await opened;
    await window.getByText("INVALID_ORIGIN").waitFor();
    await window.close();
  }
});
