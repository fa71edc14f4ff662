// What may differ, as scenarios/differences.json says. Each entry has an id, a reason, and places "scenario / METHOD /path / field" where the answer
// here adds or removes lines, replaces texts, or is something else altogether; "*" in a place stands for anything.
import { readFile } from "node:fs/promises";

/** Reads the list: {id, reason, places} each. Throws when an entry lacks something. */
export async function readDifferences(file) {
  return JSON.parse(await readFile(file, "utf8")).map(({ id, reason, allows }) => {
    if (!id || !reason || !(allows?.length > 0)) throw new Error(`differences.json: ${id} lacks something`);
    return { id, reason, places: allows.flatMap(placesOf) };
  });
}

function placesOf({ where, ...change }) {
  if (!(where?.length > 0) || !Object.keys(change).every((name) => ["adds", "removes", "replaces", "here"].includes(name))) {
    throw new Error(`differences.json: ${JSON.stringify({ where, ...change })} does not say what may differ`);
  }
  return where.map((text) => ({ text, pattern: glob(text), change, used: false }));
}

/**
 * The entries that together explain a difference at "scenario / METHOD /path / field", undefined when none do.
 * Every place of theirs that was needed is marked as used.
 */
export function explain(entries, where, reference, here) {
  const candidates = entries.flatMap((entry) => entry.places.filter(({ pattern }) => pattern.test(where)).map((place) => ({ entry, place })));
  for (let chosen = 1; chosen < 1 << candidates.length; chosen++) {
    const some = candidates.filter((_, at) => chosen & (1 << at));
    const pair = some.reduce((pair, { place }) => pair && settle(place.change, ...pair), [reference, here]);
    if (!pair || pair[0] !== pair[1]) continue;
    for (const { place } of some) place.used = true;
    return some.map(({ entry }) => entry);
  }
  return undefined;
}

// Takes from both texts what the entry is about; undefined when it is not there.
function settle({ adds = [], removes = [], replaces = [], here: exactly }, reference, here) {
  if (exactly !== undefined) return exactly === here ? [here, here] : undefined;
  for (const [from, to] of replaces) {
    if (!reference.includes(from)) return undefined;
    reference = reference.replaceAll(from, to);
  }
  for (const line of adds) if ((here = without(here, line)) === undefined) return undefined;
  for (const line of removes) if ((reference = without(reference, line)) === undefined) return undefined;
  return [reference, here];
}

// A text without the line; one that ends with "*" is any that starts so.
function without(text, wanted) {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => (wanted.endsWith("*") ? line.startsWith(wanted.slice(0, -1)) : line === wanted));
  return at < 0 ? undefined : lines.toSpliced(at, 1).join("\n");
}

// "*" stands for any text without " / ".
function glob(text) {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(?:(?! / ).)*")}$`);
}
