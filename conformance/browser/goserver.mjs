// Builds and starts a Go program of this project for a test, with a database of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileGo } from "../compile.mjs";
import { startProgram, within } from "../program.mjs";

/** Builds the main package in a folder of the project, such as "examples/quickstart"; resolves to {start, remove}. */
export async function buildGo(folder) {
  const { program, remove } = await compileGo(folder);
  return { start: (flags = [], env = {}) => startServer(program, flags, env), remove };
}

/**
 * Starts it on a free port, with `env` beside the environment; resolves to {url, printed, errors, database, interrupt(), stop()} once it says where it is.
 * interrupt asks it to end, as Ctrl+C does, and resolves to its exit code or rejects when it goes on; stop ends it at once and removes its database.
 */
async function startServer(program, flags, env) {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const database = join(folder, "auth.db");
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BETTER_)?AUTH_/.test(name)));
  const url = /http:\/\/localhost:\d+/;
  // Programs say where they are on either stream.
  const ready = ({ printed, errors }) => url.test(printed) || url.test(errors);
  const { child, said, ended, kill } = await startProgram(program, ["-addr", "localhost:0", "-database", database, ...flags], {
    name: "the server", ready, env: { ...environment, ...env },
  });
  return {
    database,
    url: (url.exec(said.printed) ?? url.exec(said.errors))[0],
    get printed() { return said.printed; },
    get errors() { return said.errors; },
    interrupt: () => {
      child.kill("SIGINT");
      return within(ended, kill, "Go");
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
