// Installs another set of pins in the place of the present one, or leaves everything as it was.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Says what is wrong with a lock, or that an installation failed. */
export class NotInstalled extends Error {}

/** package.json as npm writes it. */
export const textOf = (manifest) => `${JSON.stringify(manifest, null, 2)}\n`;

/** The lock that npm makes for a package.json, from the present one, so that what may stay as it is stays. Nothing in `folder` changes. */
export async function lockFor(manifest, folder) {
  const work = await mkdtemp(join(tmpdir(), "conformance-lock-"));
  try {
    await writeFile(join(work, "package.json"), textOf(manifest));
    await copyFile(join(folder, "package-lock.json"), join(work, "package-lock.json"));
    await run(work, "npm", ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved", "--loglevel=error"]);
    return await readFile(join(work, "package-lock.json"), "utf8");
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * What keeps a lock from being used: addresses of a registry, or a copy of its own that a package of the reference has of what they share.
 * Other packages may have theirs: what better-call needs for itself is nothing that it shares.
 */
export function faultsOf(lock, shared) {
  const { packages } = JSON.parse(lock);
  const addresses = Object.keys(packages).filter((path) => /^https?:/.test(packages[path].resolved ?? ""));
  const copies = Object.keys(packages).filter((path) => shared.includes(/^node_modules\/(?:@better-auth\/[^/]+|better-auth)\/node_modules\/(.+)$/.exec(path)?.[1]));
  return [...addresses.map((path) => `${path} has the address of a registry`), ...copies.map((path) => `${path} ${packages[path].version} is a second copy`)];
}

/**
 * Writes both files and installs what they say, with install.sh of `folder`. Where that fails, or somebody stops it, the files and the
 * packages are those of before, and the error says why.
 */
export async function install(folder, files, installer = () => run(folder, join(folder, "install.sh"), [])) {
  const names = ["package.json", "package-lock.json"];
  const before = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")])));
  if (names.every((name) => before[name] === files[name])) return installer();

  const [packages, aside] = [join(folder, "node_modules"), join(folder, ".before", "node_modules")];
  // What asks the process to end ends the installer too, and the rest is to be put right first.
  const wait = () => {};
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, wait);
  try {
    await rm(join(folder, ".before"), { recursive: true, force: true });
    await setAside(packages, aside);
    try {
      for (const name of names) await writeFile(join(folder, name), files[name]);
      await installer();
    } catch (error) {
      for (const name of names) await writeFile(join(folder, name), before[name]);
      await rm(packages, { recursive: true, force: true });
      await setAside(aside, packages);
      await installer().catch(() => {}); // the client's bundle; the packages are there
      throw error;
    } finally {
      await rm(join(folder, ".before"), { recursive: true, force: true });
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, wait);
  }
}

async function setAside(from, to) {
  if (!existsSync(from)) return;
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
}

/** Runs a program and shows what it prints; rejects when it fails. */
export function run(cwd, program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", (error) => reject(new NotInstalled(`${program}: ${error.message}`)));
    child.once("exit", (code, signal) => (code === 0 ? resolve() : reject(new NotInstalled(`${program} ${args[0] ?? ""} ended with ${signal ?? code}`))));
  });
}
