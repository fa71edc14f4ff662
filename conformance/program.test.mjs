// What starts the servers of every test here: each way a program can fail to become ready is an error, never a test that waits for ever.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startProgram } from "./program.mjs";

const run = (script, options) => startProgram(process.execPath, ["-e", script], { name: "the program", ...options });
const stays = "setInterval(() => {}, 1000);";

test("colours do not hide that a program is ready", async () => {
  const { said, kill } = await run(`console.log("http://localhost:\\x1b[1m5173\\x1b[22m/");${stays}`, { ready: ({ printed }) => printed.includes(":5173") });
  assert.equal(said.printed.trim(), "http://localhost:5173/");
  assert.equal(await kill(), "SIGKILL");
});

test("either stream says that a program is ready", async () => {
  const { kill } = await run(`console.error("listening");${stays}`, { ready: ({ errors }) => errors.includes("listening") });
  await kill();
});

test("a program that ends first is an error, with what it said", async () => {
  await assert.rejects(run(`console.error("no room"); process.exit(3)`, { ready: () => false }), /the program ended with 3: no room/);
});

test("a program that never becomes ready is an error, and is ended", async () => {
  await assert.rejects(run(stays, { ready: () => false, patience: 0.5 }), /the program is not ready after 0\.5 seconds/);
});

test("a program that does not exist is an error", async () => {
  await assert.rejects(startProgram("/nowhere/program", [], { ready: () => false }), /ENOENT/);
});
