// Runs the browser scenario against a server that is already there; for tests written in another language.
//
//   node browser/run.mjs --url http://localhost:3000 [--base-path /api/auth] [--authenticator ctap2|u2f]
//
// Prints JSON: {"ok":true,"runs":[{authenticator,user,passkey,session}]}, or {"ok":false,"error":…} with exit code 1.
import { parseArgs } from "node:util";
import { launchBrowser } from "./driver.mjs";
import { passkeyScenario } from "./scenario.mjs";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    "base-path": { type: "string", default: "/api/auth" },
    authenticator: { type: "string", multiple: true, default: ["ctap2", "u2f"] },
  },
});

let browser;
try {
  if (!flags.url) throw new Error("--url is required");
  const { origin } = new URL(flags.url);
  browser = await launchBrowser();
  const runs = [];
  for (const kind of flags.authenticator) {
    const tab = await browser.open(origin);
    runs.push({ authenticator: kind, ...(await passkeyScenario(tab, { baseURL: origin + flags["base-path"], kind })) });
    await tab.close();
  }
  console.log(JSON.stringify({ ok: true, runs }, null, 2));
} catch (error) {
  console.log(JSON.stringify({ ok: false, error: error.message }, null, 2));
  process.exitCode = 1;
} finally {
  await browser?.close();
}
