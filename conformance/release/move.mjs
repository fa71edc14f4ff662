// Moves the comparison to another release of the reference, records anew, and prints what changed.
//
//   make reference VERSION=1.7.25
//
// It asks npm which packages go together, installs them, records what this folder has recorded, and plays every scenario before and after. It changes
// package.json and package-lock.json, the recordings in testdata, and in the docs the release's number and the table of scenarios; nothing else, and
// nothing at all where the installation fails. With the release that is pinned it changes nothing.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { faultsOf, install, lockFor, NotInstalled, textOf } from "./install.mjs";
import { mention } from "./mentions.mjs";
import { NoNetwork, Npm } from "./npm.mjs";
import { NoRelease, pinsFor, reference } from "./pins.mjs";
import { renewed, report } from "./report.mjs";

const folder = fileURLToPath(new URL("..", import.meta.url));
const recording = join(folder, "testdata", "transcripts.json");

class Refused extends Error {}

try {
  await move(process.argv[2]);
} catch (error) {
  if (![Refused, NoRelease, NoNetwork, NotInstalled].some((kind) => error instanceof kind)) throw error;
  console.error(`make reference: ${error.message}`);
  process.exitCode = 1;
}

async function move(version) {
  if (!version) throw new Refused("say which release: make reference VERSION=1.7.25");
  await demandClean();
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const pins = await pinsFor(version, manifest, new Npm());
  const lock = await lockFor(pins.manifest, folder);
  const faults = faultsOf(lock, pins.shared);
  if (faults.length > 0) throw new NotInstalled(`what npm would install does not do:\n  ${faults.join("\n  ")}`);

  say(`what ${manifest.dependencies[reference]} answers`);
  const before = { manifest, ...(await observe(["--reference"])), transcripts: JSON.parse(await readFile(recording, "utf8")) };
  say(`installing ${version}`);
  await install(folder, { "package.json": textOf(pins.manifest), "package-lock.json": lock });
  say(`what ${version} answers, here and there`);
  const after = { manifest: pins.manifest, ...(await observe(["--write"]).catch(explain(version))) };

  await writeFile(recording, `${JSON.stringify(renewed(before.transcripts, after.transcripts), null, 1)}\n`);
  await mention(version);
  console.log(report(before, after).join("\n"));
  console.log("\nWhat is left to do is what the last two lists say, and what these find: go test ./conformance/... and make test");
}

// The new release is there and cannot be played, because the suite does not know what changed in it.
const explain = (version) => (error) => {
  throw new Error(`${version} is installed, and cannot be played; git checkout conformance && conformance/install.sh goes back`, { cause: error });
};

// What is written here must not be mixed with work that is not yet committed.
async function demandClean() {
  const { stdout } = await promisify(execFile)("git", ["status", "--porcelain", "--", ".", "../docs/compatibility.md"], { cwd: folder });
  if (stdout) throw new Refused(`commit or put away first what is changed in conformance/ and docs/compatibility.md:\n${stdout.trimEnd()}`);
}

// What is installed, and what becomes of the scenarios with it.
async function observe(flags) {
  const work = await mkdtemp(join(tmpdir(), "conformance-release-"));
  const file = join(work, "scenarios.json");
  try {
    const installed = JSON.parse(await node(["release/installed.mjs"]));
    // Scenarios that fail are part of the report.
    await node(["suite/run.mjs", "--record", file, ...flags]).catch(() => {});
    const played = await readFile(file, "utf8").catch(() => {
      throw new Error("the scenarios could not be played: npm run conformance says why");
    });
    return { ...installed, ...JSON.parse(played) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function node(args) {
  return (await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 28 })).stdout;
}

function say(text) {
  console.log(`… ${text}`);
}
