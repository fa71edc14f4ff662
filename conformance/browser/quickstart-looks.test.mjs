// How the page of the quickstart looks in each of its states, from a narrow phone to a desk, light and dark. screenshot.mjs makes pictures of the same.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchVisitors } from "./driver.mjs";
import { buildGo } from "./goserver.mjs";
import { looks } from "./looks.mjs";
import { everyLook, frame, tour } from "./quickstart-tour.mjs";
import { serve } from "./quickstart-visitor.mjs";

let browser, quickstart;
before(async () => ([browser, quickstart] = await Promise.all([launchVisitors(), buildGo("examples/quickstart")])));
after(() => Promise.all([browser?.close(), quickstart?.remove()]));

test("in every state and at every width nothing is cut off, too small for a finger or too faint to read", async (t) => {
  const server = await serve(t, quickstart);
  const wrong = [];
  await tour(t, browser, server, (page, state) =>
    everyLook(page, async (width, scheme) => {
      await frame(page);
      wrong.push(...(await looks(page)).map((sentence) => `${state}, ${width} pixels, ${scheme}: ${sentence}`));
    }),
  );
  assert.ok(wrong.length === 0, `\n${wrong.join("\n")}`);
});
