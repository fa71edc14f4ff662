// The page of examples/spa as its developer runs it: installed by npm ci, served by Vite.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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

/** Runs one of Vite's commands; resolves to its process once `done(text printed)` says so. */
function vite(args, env, done) {
  const child = spawn(process.execPath, [join(web, "node_modules/vite/bin/vite.js"), ...args], { cwd: web, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => child.kill("SIGKILL"));
  let printed = "";
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        printed += text;
        if (done(printed)) resolve(child);
      });
    }
    child.once("exit", (code) => reject(new Error(`vite ${args.join(" ")} ended with ${code}: ${printed}`)));
  });
}

/** Serves the page at http://localhost:PORT for the server at `authURL`; resolves to stop(). */
export async function servePage(port, authURL) {
  const child = await vite(["--port", String(port)], { VITE_AUTH_URL: authURL }, (text) => text.includes(`:${port}`));
  return () =>
    new Promise((resolve) => {
      child.removeAllListeners("exit").once("exit", resolve);
      child.kill("SIGKILL");
    });
}
