// Which versions go with a release of the reference, so that exactly one copy of each package is installed.
import semver from "semver";

/** The package whose release the others follow. */
export const reference = "better-auth";

// What the reference and its sisters are built on; its own needs count beside theirs.
const core = "@better-auth/core";

// Compiled for one Node, so it has to have the running one.
const native = "better-sqlite3";

/** Says that the release, or one that goes with it, does not exist. */
export class NoRelease extends Error {}

/**
 * Resolves to {manifest, shared}: the package.json that pins a release of the reference, and the names of what its packages are or ask for. In
 * the manifest
 *
 * - what the reference depends on is what it asks for, and stays as it is pinned where that is in the range;
 * - its sister packages are the newest that are not newer than it and accept it;
 * - anything else stays, unless a sister asks for another, or the running Node does not fit;
 * - where a sister asks for another version of what is pinned, an override points it there.
 *
 * `npm` answers versions(name) and manifest(name, version). Rejects with NoRelease where nothing fits.
 */
export async function pinsFor(version, manifest, npm, node = process.versions.node) {
  if (semver.valid(version) !== version) throw new NoRelease(`${version} is no version: give it in full, such as 1.7.25`);
  const released = await npm.versions(reference);
  if (!released.includes(version)) throw new NoRelease(`there is no ${reference} ${version}; the newest is ${newest(released)}`);

  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  const family = [await npm.manifest(reference, version)];
  const pins = { [reference]: version };
  for (const name of Object.keys(packages).filter((name) => isSister(name, family[0]))) {
    const sister = await sisterFor(name, version, npm);
    pins[name] = sister.version;
    family.push(sister);
  }
  for (const [name, present] of Object.entries(packages)) {
    pins[name] ??= await pinFor(name, present, asksFor(name, family), npm, node);
  }
  if (pins[core]) family.push(await npm.manifest(core, pins[core]));

  const moved = structuredClone(manifest);
  for (const group of ["dependencies", "devDependencies"]) {
    for (const name of Object.keys(moved[group] ?? {})) moved[group][name] = pins[name];
  }
  const overrides = { ...others(manifest.overrides), ...overridesFor(pins, family) };
  if (Object.keys(overrides).length > 0) moved.overrides = overrides;
  else delete moved.overrides;
  return { manifest: moved, shared: [...new Set(family.flatMap((one) => [one.name, ...Object.keys(asks(one))]))] };
}

const asks = ({ dependencies, peerDependencies }) => ({ ...peerDependencies, ...dependencies });
const newest = (versions) => semver.rsort([...versions].filter((version) => !semver.prerelease(version)))[0] ?? semver.rsort([...versions])[0];

// Released beside the reference and not by it: it depends on the rest of its own family.
const isSister = (name, { name: _, ...root }) => name.startsWith("@better-auth/") && !(name in asks(root));

// The ranges that decide about a package: the reference's own where it has one, else those of the sisters.
function asksFor(name, [root, ...sisters]) {
  const own = asks(root)[name];
  return own ? [own] : sisters.map((sister) => asks(sister)[name]).filter(Boolean);
}

async function sisterFor(name, version, npm) {
  const options = { includePrerelease: semver.prerelease(version) !== null };
  const candidates = semver.rsort((await npm.versions(name)).filter((one) => semver.lte(one, version) && (options.includePrerelease || !semver.prerelease(one))));
  for (const candidate of candidates) {
    const sister = await npm.manifest(name, candidate);
    const range = asks(sister)[reference];
    if (range && semver.satisfies(version, range, options)) return sister;
    // Older ones ask for older releases still.
    if (range && semver.gtr(version, range, options)) break;
  }
  throw new NoRelease(`no release of ${name} goes with ${reference} ${version}`);
}

async function pinFor(name, present, ranges, npm, node) {
  const fits = (version) => ranges.every((range) => semver.satisfies(version, range));
  if (name !== native) {
    if (fits(present)) return present;
    const found = newest((await npm.versions(name)).filter(fits));
    if (!found) throw new NoRelease(`no release of ${name} is ${ranges.join(" and ")}`);
    return found;
  }
  const runs = async (version) => semver.satisfies(node, (await npm.manifest(name, version)).engines?.node ?? "*");
  if (fits(present) && (await runs(present))) return present;
  for (const candidate of semver.rsort((await npm.versions(name)).filter((one) => fits(one) && !semver.prerelease(one)))) {
    if (await runs(candidate)) return candidate;
  }
  throw new NoRelease(`no release of ${name} runs on Node ${node}`);
}

// npm would install a second copy, or nothing at all, for whoever asks for another version than the pinned one.
function overridesFor(pins, family) {
  const differs = (name) => family.some((one) => asks(one)[name] && !semver.satisfies(pins[name], asks(one)[name]));
  return Object.fromEntries(Object.keys(pins).filter(differs).sort().map((name) => [name, `$${name}`]));
}

// Overrides that are not of this kind stay as they are.
const others = (overrides = {}) => Object.fromEntries(Object.entries(overrides).filter(([name, value]) => value !== `$${name}`));
