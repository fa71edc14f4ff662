// examples/spa as its developer runs it: the page from Vite on one origin, the Go server on another, in a browser that lets neither off.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { freePort, installedVersions, servePage } from "./vite.mjs";

const secret = { BETTER_AUTH_SECRET: "a secret of forty characters for testing" };
let browser, program, server, page, stopPage;
before(async () => {
  const [port, ...started] = await Promise.all([freePort(), launchVisitors(), buildGo("examples/spa")]);
  [browser, program] = started;
  page = `http://localhost:${port}`;
  server = await program.start(["-page", page], secret);
  stopPage = await servePage(port, server.url);
});
after(async () => {
  await browser?.close();
  await stopPage?.();
  await server?.stop();
  await program?.remove();
});

test("what is installed is what is documented", async () => {
  for (const [name, [pinned, installed]] of Object.entries(await installedVersions())) {
    assert.equal(installed, pinned, name);
  }
  const text = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
  const { dependencies, overrides } = JSON.parse(await text("examples/spa/web/package.json"));
  const [, block] = /```json\n([^]*?)```/.exec(await text("docs/frontend.md"));
  assert.deepEqual(JSON.parse(block), { dependencies, overrides });
  const readme = await text("README.md");
  for (const name of ["better-auth", "@better-auth/passkey"]) assert.ok(readme.includes(`\`${name}\` ${dependencies[name]}`), name);
});

/** Somebody at a page, by what can be read and pressed on it. */
async function visit(t, url) {
  const tab = await browser.visit(url);
  t.after(tab.close);
  await tab.addAuthenticator("ctap2");
  const heading = (name) => tab.page.getByRole("heading", { name, exact: true }).waitFor({ timeout: 60_000 });
  const press = (name) => tab.page.getByRole("button", { name, exact: true }).click();
  const fill = async (fields) => {
    for (const [label, value] of Object.entries(fields)) await tab.page.getByLabel(label, { exact: true }).fill(value);
  };
  return { ...tab, heading, press, fill };
}

describe("the page on another origin", () => {
  test("signs up, makes a passkey, signs out and in with it", async (t) => {
    const { page: tab, context, errors, heading, press, fill } = await visit(t, page);
    const asked = [];
    tab.on("request", (request) => request.url().startsWith(server.url) && asked.push(request.method()));
    await heading("Sign in");
    await press("I am new here");
    await heading("Sign up");
    await fill({ Name: "Ada", "E-mail": "ada@example.com", Password: "correct horse battery" });
    await press("Create the account");
    await heading("Ada");
    await tab.getByText("The application says: Hello Ada").waitFor(); // its own API, on the other origin as well

    await press("Add a passkey");
    await tab.getByRole("listitem").getByText("This device").waitFor();
    await press("Sign out");
    await heading("Sign in");
    await press("Sign in with a passkey");
    await heading("Ada");
    await tab.reload();
    await heading("Ada");
    await tab.getByText("The application says: Hello Ada").waitFor();

    const cookies = await context.cookies(server.url);
    assert.ok(cookies.some(({ name }) => name === "better-auth.session_token"));
    for (const cookie of cookies) {
      assert.equal(cookie.sameSite, "Lax", "one site, whatever the ports: nothing about cookies was relaxed");
      assert.equal(cookie.httpOnly, true, cookie.name);
    }
    assert.ok(asked.length > 5 && asked.includes("POST"));
    assert.deepEqual(errors.filter((error) => !/401 \(Unauthorized\)/.test(error)), []);
  });

  test("reads why it is refused, and how long to wait", async (t) => {
    const { page: tab, heading, press, fill } = await visit(t, page);
    await heading("Sign in");
    await fill({ "E-mail": "ada@example.com", Password: "not the password" });
    await press("Sign in with the password");
    await tab.getByText("Invalid email or password").waitFor();
    const limited = await tab.evaluate(async (url) => {
      for (let i = 0; i < 20; i++) {
        const answer = await fetch(`${url}/api/auth/sign-in/email`, {
          method: "POST", credentials: "include", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ email: "nobody@example.com", password: "not the password" }),
        });
        if (answer.status === 429) return Number(answer.headers.get("X-Retry-After"));
      }
      return "never limited";
    }, server.url);
    assert.ok(limited > 0, `X-Retry-After ${limited}`);
  });
});

test("a page on an origin that is not trusted reads nothing and changes nothing, and the log says what to do", async (t) => {
  const elsewhere = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end("<!doctype html><title>Elsewhere</title>"));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  t.after(() => elsewhere.close());
  const other = `http://127.0.0.1:${elsewhere.address().port}`; // this machine by another name is another site
  const tab = await browser.visit(other);
  t.after(tab.close);
  const call = (path, init) =>
    tab.page.evaluate(([url, init]) => fetch(url, { credentials: "include", ...init }).then((answer) => answer.status, () => "refused by the browser"), [server.url + path, init]);
  assert.equal(await call("/api/auth/get-session"), "refused by the browser");
  assert.equal(await call("/me"), "refused by the browser");
  assert.equal(
    await call("/api/auth/sign-up/email", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "Eve", email: "eve@example.com", password: "correct horse battery" }) }),
    "refused by the browser",
  );
  assert.match(server.errors, new RegExp(`origin=${other} .*add the origin to Config.TrustedOrigins`));
});
