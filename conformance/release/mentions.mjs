// The pages that name the release that is compared with.
import { readFile, writeFile } from "node:fs/promises";

/** Each page, from this folder, and what comes before the version in it. */
export const mentions = [
  ["../README.md", "The TypeScript server is Better Auth "],
  ["../../docs/compatibility.md", "The TypeScript server is Better Auth "],
];

const release = String.raw`\d+\.\d+\.\d+(-[\w.]+)?(?=[\s.,])`;

/** The versions that the pages name, one for each. Throws where a page has no such sentence, or several. */
export async function mentioned() {
  return Promise.all(mentions.map(async ([page, before]) => found(page, before, await readFile(new URL(page, import.meta.url), "utf8"))));
}

/** Has all of them name another. */
export async function mention(version) {
  for (const [page, before] of mentions) {
    const file = new URL(page, import.meta.url);
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(before + found(page, before, text), before + version));
  }
}

function found(page, before, text) {
  const all = [...text.matchAll(new RegExp(`(?<=${before})${release}`, "g"))];
  if (all.length !== 1) throw new Error(`${page}: "${before}" and a version stands there ${all.length} times`);
  return all[0][0];
}
