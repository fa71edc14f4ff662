// Prints as JSON what the installed reference offers and answers: {surface, transcripts}. A process of its own, since what a process has loaded
// stays loaded when the packages are exchanged.
import { readFile } from "node:fs/promises";
import { surface } from "./surface.mjs";
import { play } from "./transcripts.mjs";

const recorded = JSON.parse(await readFile(new URL("../testdata/transcripts.json", import.meta.url), "utf8"));
console.log(JSON.stringify({ surface: await surface(), transcripts: await play(recorded) }));
