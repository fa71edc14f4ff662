// Compiles the Go programs that tests start.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const patience = 300_000; // of a first compilation on a busy machine, in milliseconds

/**
 * Compiles the main package in a folder of the project, such as "examples/quickstart"; resolves to {program, remove()}.
 * A run of everything compiles each program once, and names the folder that holds them in BETTERAUTH_GO_PROGRAMS.
 */
export async function compileGo(folder) {
  const compiled = process.env.BETTERAUTH_GO_PROGRAMS;
  if (compiled) return { program: join(compiled, basename(folder)), remove: async () => {} };
  const out = await mkdtemp(join(tmpdir(), "conformance-go-"));
  const program = join(out, basename(folder));
  await promisify(execFile)("go", ["build", "-o", program, `./${folder}`], { cwd: root, timeout: patience }).catch((error) => {
    throw new Error(error.code === "ENOENT" ? "no Go: the tests of the Go server need go on the PATH" : `go build ./${folder}: ${error.message}`);
  });
  return { program, remove: () => rm(out, { recursive: true, force: true }) };
}
