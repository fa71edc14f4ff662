// The page of examples/spa as its developer runs it: installed by npm ci, served by Vite.
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram } from "../program.mjs";

export const web = fileURLToPath(new URL("../../examples/spa/web", import.meta.url));

/** The packages that package.json pins, with what is installed: {name: [pinned, installed]}. */
export async function installedVersions() {
  const { dependencies, devDependencies, overrides } = await readJSON(join(web, "package.json"));
  const pinned = Object.entries({ ...dependencies, ...devDependencies, ...overrides });
  return Object.fromEntries(await Promise.all(pinned.map(async ([name, version]) => [name, [version, await installed(name)]])));
}

async function installed(name) {
  const { version } = await readJSON(join(web, "node_modules", name, "package.json")).catch(() => {
    throw new Error("the page of examples/spa is not installed: run conformance/install.sh");
  });
  return version;
}

async function readJSON(path) {
  return JSON.parse(await readFile(path, "utf8"));
}

/** A port of this machine that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "localhost", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Serves the page at http://localhost:PORT for the server at `authURL`; resolves to stop(). */
export async function servePage(port, authURL) {
  const { kill } = await startProgram(process.execPath, [join(web, "node_modules/vite/bin/vite.js"), "--port", String(port)], {
    name: "vite", cwd: web, env: { ...process.env, VITE_AUTH_URL: authURL }, ready: ({ printed }) => printed.includes(`:${port}`),
  });
  return kill;
}
