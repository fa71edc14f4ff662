// What changed from one release of the reference to another, in plain text.
import { answersOf } from "./exchange.mjs";

const longest = 400;

/** The report's lines. `before` and `after` each have a manifest, a surface, transcripts and scenarios; `after` has problems too. */
export function report(before, after) {
  const stale = after.problems.filter((problem) => /does not happen \(any more\)/.test(problem));
  return [
    ...section("Pins", pins(before.manifest, after.manifest)),
    ...section("Operations", named(before.surface.operations, after.surface.operations)),
    ...section("Tables", named(before.surface.tables, after.surface.tables)),
    ...section("Error codes", named(before.surface.errorCodes, after.surface.errorCodes)),
    ...section("Recorded exchanges", transcripts(before.transcripts, after.transcripts)),
    ...section("Scenarios: what the reference answers", scenarios(before.scenarios, after.scenarios)),
    ...section("Allowed differences that do not happen any more", stale),
    ...section("Where the Go server is wrong now, or a scenario is", after.problems.filter((problem) => !stale.includes(problem))),
  ];
}

const section = (title, lines) => ["", title, ...(lines.length > 0 ? lines : ["nothing"]).map((line) => `  ${line.replaceAll("\n", "\n  ")}`)];
const clipped = (text = "nothing") => (text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text === "" ? "nothing" : text);
const change = (from, to) => `\n  was ${clipped(from).replaceAll("\n", "\n      ")}\n  is  ${clipped(to).replaceAll("\n", "\n      ")}`;
const both = (one, other) => [...new Set([...Object.keys(one), ...Object.keys(other)])];

function pins(before, after) {
  const all = ({ dependencies, devDependencies }) => ({ ...dependencies, ...devDependencies });
  const [was, is] = [all(before), all(after)];
  const overridden = ({ overrides = {} }) => overrides;
  return [
    ...both(was, is).filter((name) => was[name] !== is[name]).map((name) => `${name} ${was[name] ?? "none"} → ${is[name] ?? "none"}`),
    ...both(overridden(before), overridden(after))
      .filter((name) => overridden(before)[name] !== overridden(after)[name])
      .map((name) => `override of ${name}: ${overridden(before)[name] ?? "none"} → ${overridden(after)[name] ?? "none"}`),
  ];
}

// Things by name, each with lines that say all about it.
function named(before, after) {
  return both(before, after).sort().flatMap((name) => {
    if (!before[name]) return [`added: ${name}`, ...after[name].map((line) => `  + ${line}`)];
    if (!after[name]) return [`removed: ${name}`];
    const lines = [
      ...before[name].filter((line) => !after[name].includes(line)).map((line) => `  - ${line}`),
      ...after[name].filter((line) => !before[name].includes(line)).map((line) => `  + ${line}`),
    ];
    return lines.length > 0 ? [`changed: ${name}`, ...lines] : [];
  });
}

/** Where two sets of transcripts differ: "transcript / exchange / field", and both texts. */
export function transcripts(before, after) {
  return both(before, after).flatMap((name) => {
    if (!before[name] || !after[name]) return [`${name}: ${before[name] ? "gone" : "new"}`];
    return steps(name, answersOf(before[name]), answersOf(after[name]));
  });
}

/** The transcripts to keep: those of before where nothing changed, so that ids and dates stay as they were recorded. */
export function renewed(before, after) {
  return Object.fromEntries(Object.keys(after).map((name) => [name, before[name] && transcripts({ [name]: before[name] }, { [name]: after[name] }).length === 0 ? before[name] : after[name]]));
}

function scenarios(before, after) {
  return both(before, after).flatMap((name) => {
    const { steps: was = [], error: refused } = before[name] ?? {};
    const { steps: is = [], error } = after[name] ?? {};
    return [...(error && error !== refused ? [`${name}: does not go as written: ${clipped(error)}`] : []), ...steps(name, was, is)];
  });
}

function steps(name, was, is) {
  const lines = [];
  for (let at = 0; at < Math.max(was.length, is.length); at++) {
    if (was[at]?.label !== is[at]?.label) return [...lines, `${name} / step ${at + 1}:${change(was[at]?.label, is[at]?.label)}`];
    for (const field of both(was[at].fields, is[at].fields)) {
      const [from, to] = [was[at].fields[field], is[at].fields[field]];
      if (from !== to) lines.push(`${name} / ${was[at].label} / ${field}:${change(from, to)}`);
    }
  }
  return lines;
}
