// Makes docs/quickstart.png: the quickstart as it looks to somebody with two passkeys and two sessions.
//
//	node browser/screenshot.mjs [--all FOLDER]
//
// With --all, every state in light and dark, on a desktop and on a phone, as FOLDER/*.png instead.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { change } from "./quickstart-visitor.mjs";

const { values: flags } = parseArgs({ options: { all: { type: "string" } } });
const documented = fileURLToPath(new URL("../../docs/quickstart.png", import.meta.url));
const desktop = { width: 1200, height: 540 };
const phone = { width: 360, height: 740 };
const ada = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery" };
const telephone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1";
const laptop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

const quickstart = await buildGo("examples/quickstart");
const browser = await launchVisitors();
let server;
try {
  server = await quickstart.start();
  const tab = await browser.visit(server.url, { viewport: desktop, userAgent: laptop, deviceScaleFactor: 1 });
  const { page } = tab;
  await page.getByRole("heading", { name: "Sign in", exact: true }).waitFor();
  const shoot = async (state) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const [size, viewport] of Object.entries({ desktop, phone })) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        await page.waitForTimeout(250); // colours fade
        await page.screenshot({ path: join(flags.all, `${state}-${size}-${colorScheme}.png`), fullPage: true });
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(desktop);
  };
  const shootAll = async (state) => flags.all && shoot(state);

  await shootAll("signed-out");
  await page.goto(`${server.url}/?link=reset&token=x`);
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await shootAll("reset");
  await page.goto(`${server.url}/?link=reset&error=INVALID_TOKEN`);
  await page.getByText("no longer works").waitFor();
  await shootAll("forgot");
  await page.goto(server.url);
  await page.getByRole("button", { name: "Create an account" }).click();
  await shootAll("sign-up-passkey");
  await page.getByRole("button", { name: "Use a password instead" }).click();
  for (const [label, value] of [["Name", ada.name], ["E-mail", ada.email], ["Password", ada.password]]) {
    await page.locator("#sign-up-password").getByLabel(label).fill(value);
  }
  await shootAll("sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("No passkey yet").waitFor();
  await shootAll("no-passkey");

  await page.goto(`${server.url}/dev/mail`);
  await page.getByText("The whole message").click();
  await shootAll("mail");
  await page.getByRole("link", { name: "Open the link" }).click();
  await page.getByText("is confirmed").waitFor();
  await shootAll("confirmed");

  // The same person on a telephone.
  await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": telephone },
    body: JSON.stringify(ada),
  });
  for (const [name, options] of [["MacBook", { transport: "internal", defaultBackupEligibility: true, defaultBackupState: true }], ["Security key", { transport: "usb" }]]) {
    const authenticator = await tab.addAuthenticator("ctap2", options);
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill(name);
    await shootAll(`add-${options.transport}`);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText(`“${name}” is ready`).waitFor();
    await tab.removeAuthenticator(authenticator);
  }
  // Virtual authenticators all say that they are none: this is what a MacBook's says.
  change(server, "update passkey set aaguid = 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd' where name = 'MacBook'");
  await page.reload();
  await page.locator("#sessions .row").nth(1).waitFor();
  if (!flags.all) await page.screenshot({ path: documented });
  await shootAll("signed-in");

  if (flags.all) {
    await page.getByRole("button", { name: "Delete MacBook" }).click();
    await shoot("delete");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Delete account" }).click();
    await shoot("delete-account");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.locator("#sign-in").getByLabel("E-mail").fill(ada.email);
    await page.locator("#sign-in").getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("is wrong").waitFor();
    await shoot("error");
  }
} finally {
  await browser.close();
  await server?.stop();
  await quickstart.remove();
}
