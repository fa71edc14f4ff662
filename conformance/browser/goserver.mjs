// Builds and starts a Go program of this project for a test, with a database of its own.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the main package in a folder of the project, such as "examples/quickstart"; resolves to {start, remove}. */
export async function buildGo(folder) {
  const out = await mkdtemp(join(tmpdir(), "conformance-go-"));
  const program = join(out, "server");
  await promisify(execFile)("go", ["build", "-o", program, `./${folder}`], { cwd: root }).catch((error) => {
    throw new Error(error.code === "ENOENT" ? "no Go: the tests of the Go server need go on the PATH" : `go build ./${folder}:\n${error.stderr}`);
  });
  return {
    start: (flags = [], env = {}) => startProgram(program, flags, env),
    remove: () => rm(out, { recursive: true, force: true }),
  };
}

/**
 * Starts it on a free port, with `env` beside the environment; resolves to {url, printed, errors, database, interrupt(), stop()} once it says where it is.
 * interrupt asks it to end, as Ctrl+C does, and resolves to its exit code; stop ends it at once and removes its database.
 */
async function startProgram(program, flags, env) {
  const folder = await mkdtemp(join(tmpdir(), "conformance-"));
  const database = join(folder, "auth.db");
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BETTER_)?AUTH_/.test(name)));
  const child = spawn(program, ["-addr", "localhost:0", "-database", database, ...flags], { env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const server = { printed: "", errors: "", database };
  // A test that dies must not leave the server behind.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve, reject) => {
    // Programs say where they are on either stream.
    const read = (stream, key) =>
      stream.setEncoding("utf8").on("data", (text) => {
        server[key] += text;
        server.url ??= /http:\/\/localhost:\d+/.exec(server[key])?.[0];
        if (server.url) resolve();
      });
    read(child.stdout, "printed");
    read(child.stderr, "errors");
    ended.then((code) => reject(new Error(`the server ended with ${code}: ${server.errors}`)));
  });
  server.interrupt = () => {
    child.kill("SIGINT");
    return ended;
  };
  server.stop = async () => {
    kill();
    await ended;
    process.removeListener("exit", kill);
    await rm(folder, { recursive: true, force: true });
  };
  return server;
}
