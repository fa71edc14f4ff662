// Shows that an installation happens as a whole or not at all.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { faultsOf, install, textOf } from "./install.mjs";

const lock = (packages) => JSON.stringify({ packages });

test("a lock has no registry's address, and the reference one copy of what its packages share", () => {
  const own = "node_modules/better-auth/node_modules/";
  const faults = (packages) => faultsOf(lock({ "": {}, "node_modules/zod": { version: "4.6.7" }, "node_modules/better-auth": {}, ...packages }), ["zod", "@better-auth/core"]);
  assert.deepEqual(faults({}), []);
  assert.deepEqual(faults({ "node_modules/other/node_modules/zod": {}, [`${own}semver`]: {}, [`${own}my-zod`]: {}, [`${own}semver/node_modules/zod`]: {} }), []);
  assert.deepEqual(faults({ [`${own}zod`]: { version: "3.0.0" } }), [`${own}zod 3.0.0 is a second copy`]);
  assert.equal(faults({ "node_modules/@better-auth/kysely-adapter/node_modules/@better-auth/core": {} }).length, 1);
  assert.equal(faults({ "node_modules/zod": { resolved: "https://registry.example/zod.tgz" } }).length, 1);
});

async function folderWith(t) {
  const folder = await mkdtemp(join(tmpdir(), "conformance-install-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules", "a"), { recursive: true });
  await writeFile(join(folder, "node_modules", "a", "index.js"), "old");
  await writeFile(join(folder, "package.json"), "old");
  await writeFile(join(folder, "package-lock.json"), "old");
  return folder;
}
const read = (folder, ...path) => readFile(join(folder, ...path), "utf8");
const moved = { "package.json": "new", "package-lock.json": "new" };

test("what was installed is there again when the installation fails", async (t) => {
  const folder = await folderWith(t);
  let calls = 0;
  const failing = async () => {
    calls++;
    assert.equal(await read(folder, "package.json"), calls === 1 ? "new" : "old");
    if (calls > 1) return; // the second time it finds everything as it was
    await mkdir(join(folder, "node_modules", "half"), { recursive: true });
    throw new Error("no compiler");
  };
  await assert.rejects(install(folder, moved, failing), /no compiler/);
  for (const path of [["package.json"], ["package-lock.json"], ["node_modules", "a", "index.js"]]) assert.equal(await read(folder, ...path), "old");
  assert.ok(!existsSync(join(folder, "node_modules", "half")));
  assert.ok(!existsSync(join(folder, ".before")));
});

test("the new packages are installed from nothing, and nothing of the old ones is left", async (t) => {
  const folder = await folderWith(t);
  await install(folder, moved, async () => {
    assert.ok(!existsSync(join(folder, "node_modules")));
    await mkdir(join(folder, "node_modules"));
  });
  assert.equal(await read(folder, "package-lock.json"), "new");
  assert.ok(!existsSync(join(folder, ".before")));
});

test("the same pins leave the packages alone", async (t) => {
  const folder = await folderWith(t);
  await install(folder, { "package.json": "old", "package-lock.json": "old" }, async () => assert.equal(await read(folder, "node_modules", "a", "index.js"), "old"));
});

test("package.json is written as npm writes it", async () => {
  const file = await readFile(new URL("../package.json", import.meta.url), "utf8");
  assert.equal(textOf(JSON.parse(file)), file);
});
