// Makes one file of the TypeScript server, as server.mjs configures it: a run of everything starts it more than a hundred times, and most of a start goes
// into loading the thousand files of its packages.
//
//   node reference/bundle.mjs     prints the path of that file
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Resolves to the path of the file, which is made anew where a file of this folder or an installed package is another than before. */
export async function bundleReference() {
  // Below the packages, where it finds better-sqlite3 and goes when they go.
  const file = here(`../node_modules/.reference/${await fingerprint()}.mjs`);
  if (existsSync(file)) return file;
  const unfinished = `${file}.${process.pid}`; // other tests may make the same one meanwhile
  await build({
    entryPoints: [here("./server.mjs")],
    outfile: unfinished,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["better-sqlite3"], // compiled for this machine
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' }, // for packages that are no modules
    logLevel: "warning",
  });
  await rename(unfinished, file);
  return file;
}

async function fingerprint() {
  const sources = (await readdir(here("."))).filter((name) => name.endsWith(".mjs")).sort();
  const installed = "../node_modules/.package-lock.json"; // what npm wrote after it had put the packages there
  const hash = createHash("sha256");
  for (const path of [...sources.map((name) => `./${name}`), installed]) hash.update(`${path}\0`).update(await readFile(here(path)));
  return hash.digest("hex").slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await bundleReference());
