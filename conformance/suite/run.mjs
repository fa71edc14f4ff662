// Runs every scenario at the reference and at the Go server, and compares what the official client returned and what went over the wire.
//
//   npm run conformance                     everything, and the figure
//   npm run conformance -- --only "word"    scenarios whose name or site has the word; no table
//   npm run conformance -- --write          also writes the table in docs/compatibility.md, and testdata/scenarios.json
//   npm run conformance -- --reference      the reference alone: scenarios say what they expect
//   npm run conformance -- --record FILE    also writes what the reference answered, and the problems, as JSON
//
// The exit code is 0 only when every answer was the same, or differed as differences.json allows.
import { writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Coverage } from "./coverage.mjs";
import { explain, readDifferences } from "./differences.mjs";
import { startRangeAPI } from "./pwned.mjs";
import { Recording } from "./recording.mjs";
import { differences, lacking, transcript } from "./record.mjs";
import { withProvider } from "./provider.mjs";
import { buildGoServer, sites, startGo, startReference } from "./sites.mjs";
import { checkTable, writeTable } from "./table.mjs";
import { World } from "./world.mjs";

const folder = new URL("../scenarios/", import.meta.url);
const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    write: { type: "boolean", default: false },
    reference: { type: "boolean", default: false },
    record: { type: "string" },
  },
});

const problems = [];
const answers = {};
const allowed = await readDifferences(new URL("differences.json", folder));
const coverage = new Coverage();
const recording = new Recording();

const go = flags.reference ? undefined : await buildGoServer();
const rangeAPI = await startRangeAPI();
const started = Date.now();
try {
  const waiting = Object.entries(await scenariosBySite()).filter(([, scenarios]) => Object.keys(scenarios).length > 0);
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await runSite(...next);
  };
  await Promise.all(Array.from({ length: 3 }, work));
} finally {
  await go?.remove();
  rangeAPI.stop();
}
report();

async function scenariosBySite() {
  const bySite = Object.fromEntries(Object.keys(sites).map((site) => [site, {}]));
  const names = new Set();
  for (const file of (await readdir(fileURLToPath(folder))).filter((name) => name.endsWith(".mjs")).sort()) {
    for (const [site, scenarios] of Object.entries((await import(new URL(file, folder))).default)) {
      for (const [name, run] of Object.entries(scenarios)) {
        if (names.has(name)) throw new Error(`${file}: two scenarios are called "${name}"`);
        names.add(name);
        if (!flags.only || `${site} ${file} ${name}`.includes(flags.only)) bySite[site][name] = run;
      }
    }
  }
  return bySite;
}

async function runSite(site, scenarios) {
  const args = ["--database", "sqlite::memory:", "--range-api", rangeAPI.url, ...sites[site]];
  const start = [startReference, ...(go ? [(flags) => startGo(go.program, flags)] : [])];
  const servers = await Promise.all(start.map((each) => withProvider(each, args)));
  for (const [name, run] of Object.entries(scenarios)) {
    const [reference, here] = await Promise.all(servers.map((server) => play(server, run)));
    compare(name, reference, here);
    if (here) recording.add(name, site, sites[site], reference.world, here.world, reference.steps);
  }
  await Promise.all(servers.map((server) => server.stop()));
}

// From a clean state to what happened, and to why the scenario failed where it did.
async function play(server, run) {
  const world = new World(server);
  try {
    await world.control("reset-state", {});
    await run(world);
    return { world, steps: transcript(world.events, server.url, server.provider?.issuer) };
  } catch (error) {
    return { world, steps: transcript(world.events, server.url, server.provider?.issuer), error };
  }
}

function compare(name, reference, here) {
  if (reference.error) problems.push(`${name}\n  the reference does not do what the scenario expects: ${reference.error.stack}`);
  coverage.add(name, reference.steps);
  answers[name] = { steps: reference.steps.map(({ label, fields }) => ({ label, fields })), error: reference.error?.message };
  if (!here) return;
  for (const where of lacking(here.steps)) problems.push(`${name} / ${where}\n  the Go server's answer lacks it`);
  const different = differences(reference.steps, here.steps);
  for (const difference of different) {
    const where = `${name} / ${difference.where}`;
    const entries = explain(allowed, where, difference.reference, difference.here);
    if (entries) {
      for (const { id } of entries) coverage.allow(difference.where, id);
      continue;
    }
    problems.push(`${where}\n  reference ${difference.reference.replaceAll("\n", "\n            ")}\n       here ${difference.here.replaceAll("\n", "\n            ")}`);
  }
  if (here.error && !reference.error) {
    problems.push(`${name}\n  the Go server does not do what the scenario expects: ${here.error.message}`);
  }
  coverage.compared(name, here.steps);
}

function report() {
  const whole = !flags.only && !flags.reference;
  if (whole) {
    for (const { id, places } of allowed) {
      for (const { text, used } of places) if (!used) problems.push(`differences.json: ${id} does not happen (any more) at ${text}`);
    }
  }
  if (!flags.only) problems.push(...coverage.gaps().map((gap) => `no scenario sees ${gap}`));
  if (whole) {
    const table = coverage.table();
    if (flags.write) {
      writeTable(table);
      recording.write();
    } else problems.push(...checkTable(table), ...recording.check());
  }
  for (const problem of problems) console.log(`!! ${problem}\n`);
  if (flags.record) writeFileSync(flags.record, JSON.stringify({ scenarios: answers, problems }));
  const used = allowed.filter(({ places }) => places.some((place) => place.used));
  console.log(
    `conformance: ${coverage.scenarios} scenarios, ${coverage.operations} operations, ${coverage.answers} answers compared, ` +
      `${used.length} allowed differences, ${problems.length} problems, ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
  // Connections that are kept alive would keep the process, too.
  setImmediate(() => process.exit());
}
