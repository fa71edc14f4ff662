// Makes docs/quickstart.png, and pictures of every state, width and colour scheme in browser/screenshots, to be looked at.
//
//	node browser/screenshot.mjs
import { fileURLToPath } from "node:url";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { everyLook, folder, painter, tour } from "./quickstart-tour.mjs";

const documented = fileURLToPath(new URL("../../docs/quickstart.png", import.meta.url));

const ends = [];
const t = { after: (end) => ends.unshift(end) };
const quickstart = await buildGo("examples/quickstart");
t.after(quickstart.remove);
try {
  const browser = await launchVisitors();
  t.after(browser.close);
  const server = await quickstart.start();
  t.after(server.stop);
  const paint = await painter();
  await tour(t, browser, server, async (page, state) => {
    if (state === "signed-in") {
      await page.setViewportSize({ width: 1200, height: 540 });
      await page.emulateMedia({ colorScheme: "light" });
      await page.screenshot({ path: documented });
    }
    await everyLook(page, (width, scheme) => paint(page, state, scheme, width));
  });
  console.log(`pictures: ${documented}, ${folder}`);
} finally {
  for (const end of ends) await end();
}
