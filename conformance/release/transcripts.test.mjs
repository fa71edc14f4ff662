// Shows that the recorded exchanges are those of the release that is installed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { transcripts } from "./report.mjs";
import { play } from "./transcripts.mjs";

test("the reference answers as it was recorded", async () => {
  const recorded = JSON.parse(await readFile(new URL("../testdata/transcripts.json", import.meta.url), "utf8"));
  assert.deepEqual(transcripts(recorded, await play(recorded)), []);
});
