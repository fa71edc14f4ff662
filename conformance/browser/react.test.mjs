// The official React client's hooks in a browser against the quickstart's server: the page shows what useSession and useListPasskeys answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sqliteDatabase, startReference } from "../reference/start.mjs";
import { launchBrowser } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchBrowser(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

const servers = {
  quickstart: () => quickstart.start(),
  reference: async (t) => startReference(["--database", await sqliteDatabase(t), "--migrate"]),
};

/** The React page on a server of its own, as somebody reads and presses it. */
async function open(t, start = servers.quickstart) {
  const server = await start(t);
  t.after(server.stop);
  const tab = await browser.open(server.url, "react.js");
  await tab.page.context().clearCookies(); // cookies are the host's, whatever the port
  t.after(tab.close);
  const shown = (text) => tab.page.getByText(text, { exact: true }).waitFor({ timeout: 60_000 });
  return {
    ...tab,
    server,
    shown,
    press: (name) => tab.page.getByRole("button", { name, exact: true }).click(),
    passkeys: () => tab.page.locator("li span").allTextContents(),
    session: () => tab.page.locator("[data-session]").getAttribute("data-session"),
    reload: async () => {
      await tab.page.reload();
      await tab.page.locator("h1").waitFor();
    },
  };
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: useSession and useListPasskeys follow what happens`, async (t) => {
    const { addAuthenticator, errors, page, passkeys, press, reload, session, shown } = await open(t, start);
    await addAuthenticator("ctap2");
    await shown("Nobody is signed in");

    await page.getByLabel("E-mail").fill("grace@example.com");
    await press("Sign up");
    await shown("Grace Hopper");
    await shown("grace@example.com");
    const first = await session();
    await shown("0 passkeys");

    await press("Add a passkey");
    await shown("1 passkeys");
    assert.deepEqual(await passkeys(), ["Laptop"]);
    await press("Rename");
    await shown("Laptop, renamed");

    await reload();
    await shown("Laptop, renamed");
    assert.equal(await session(), first, "the session is the one of before");

    await press("Sign out");
    await shown("Nobody is signed in");
    await reload();
    await shown("Nobody is signed in");

    await press("Sign in with a passkey");
    await shown("Grace Hopper");
    assert.notEqual(await session(), first);
    await shown("Laptop, renamed");
    await press("Delete");
    await shown("0 passkeys");
    // Signing out, the client asks for the list once more before the page lets go of it.
    assert.deepEqual(errors.filter((error) => !/401.*list-user-passkeys/.test(error)), []);
  });
}

test("useSession follows another tab, and the end of the session", async (t) => {
  const { page, press, server, session, shown } = await open(t);
  await shown("Nobody is signed in");
  await page.getByLabel("E-mail").fill("grace@example.com");
  await press("Sign up");
  await shown("Grace Hopper");

  // The same person in a second tab: the client tells the other tabs when it signs out.
  const second = await browser.open(server.url, "react.js");
  t.after(second.close);
  await second.page.getByText("Grace Hopper").waitFor();
  assert.equal(await second.page.locator("[data-session]").getAttribute("data-session"), await session());
  await second.page.getByRole("button", { name: "Sign out" }).click();
  await second.page.getByText("Nobody is signed in").waitFor();
  await shown("Nobody is signed in");
});

test("a refusal is the application's to show", async (t) => {
  const { page, press, shown } = await open(t);
  await page.getByLabel("E-mail").fill("nobody@example.com");
  await press("Sign in");
  await shown("Invalid email or password");
  await page.getByText("Nobody is signed in").waitFor();
});
