// docs/first-hour.md, played block by block from an empty folder: two terminals, a browser with a virtual authenticator, and what the page says comes out.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchVisitors } from "./driver.mjs";
import { freePort } from "./vite.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const module = "github.com/better-auth-go/better-auth";
const patience = 120_000;

test("docs/first-hour.md", { timeout: 10 * patience }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "first-hour-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort(); // the documented one may be taken
  const page = (await readFile(join(root, "docs/first-hour.md"), "utf8")).replaceAll("localhost:3000", `localhost:${port}`);

  const env = await withoutTag(folder);
  const terminals = {};
  t.after(() => Object.values(terminals).forEach((terminal) => terminal.kill()));
  const terminal = (name) => (terminals[name] ??= openTerminal(folder, env));
  const browser = await launchVisitors();
  t.after(() => browser.close());

  const steps = stepsOf(page);
  let last;
  for (const [i, { kind, argument, code }] of steps.entries()) {
    switch (kind) {
      case "terminal": {
        last = terminal(argument);
        const told = steps[i + 1]?.kind === "output" ? pattern(steps[i + 1].code) : undefined;
        await last.run(code, told);
        if (code.includes("go mod init")) await assertReplaced(folder);
        break;
      }
      case "output":
        assert.match(last.printed, pattern(code));
        break;
      case "file": {
        const path = join(folder, "hello", argument);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, code);
        break;
      }
      case "browser":
        await follow(t, browser, argument, code);
        break;
      case "end":
        assert.equal(await terminal(argument.replace("of terminal ", "")).terminate(), 0, "the program's exit code");
        break;
    }
  }
});

test("the README's program is the one of docs/first-hour.md", async () => {
  const [readme, page] = await Promise.all(["README.md", "docs/first-hour.md"].map((name) => readFile(join(root, name), "utf8")));
  const program = (text) => /```go\n(package main[^]*?)```/.exec(text)[1];
  assert.equal(program(page), program(readme));
});

/** The blocks that say by the comment before them what they are, in order; any other block is an error. */
function stepsOf(page) {
  const steps = [];
  const parts = /<!-- (terminal|output|file|browser|end) ?(.*?) -->(?:\n```(?:\w+)\n([^]*?)```)?/g;
  for (const [, kind, argument, code] of page.matchAll(parts)) steps.push({ kind, argument, code });
  assert.equal(steps.filter(({ code }) => code).length, page.match(/^```\w/gm).length, "every block is played");
  return steps;
}

/** Text that stands for what is printed; "…" is anything. */
function pattern(text) {
  return new RegExp(text.trim().split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*?"));
}

/**
 * The environment in which `go get` finds this working tree: a replacement stands for the release's tag, written as soon as there is a go.mod, and a
 * list of no versions for what the module proxy says.
 */
async function withoutTag(folder) {
  const versions = join(folder, "proxy", module, "@v");
  await mkdir(versions, { recursive: true });
  await writeFile(join(versions, "list"), "");
  const bin = join(folder, "bin");
  await mkdir(bin);
  const go = execFileSync("which", ["go"], { encoding: "utf8" }).trim();
  const replace = `mod edit -replace='${module}=${root.replace(/\/$/, "")}'`;
  const script = `#!/bin/sh\nif [ "$1 $2" = "mod init" ]; then "${go}" "$@" && exec "${go}" ${replace}; fi\nexec "${go}" "$@"\n`;
  await writeFile(join(bin, "go"), script, { mode: 0o755 });
  const proxy = execFileSync(go, ["env", "GOPROXY"], { encoding: "utf8" }).trim();
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BETTER_)?AUTH_/.test(name)));
  return { ...environment, PATH: `${bin}:${process.env.PATH}`, GOPROXY: `file://${join(folder, "proxy")},${proxy}`, GOWORK: "off", GOFLAGS: "" };
}

async function assertReplaced(folder) {
  assert.match(await readFile(join(folder, "hello/go.mod"), "utf8"), new RegExp(`replace ${module} =>`));
}

/** A shell that is typed into; {printed, run(text, until), terminate(), kill()}. */
function openTerminal(cwd, env) {
  const shell = spawn("bash", ["--noprofile", "--norc"], { cwd, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  const terminal = { printed: "" };
  let all = "";
  const waiting = new Set();
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      all += text;
      terminal.printed += text;
      for (const check of waiting) check();
    });
  }
  const comes = (what, condition) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} does not come:\n${all}`)), patience);
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  let lines = 0;
  let prompt;
  /** Types text and waits for the prompt; a program that stays is there once it prints what `until` matches. */
  terminal.run = async (text, until) => {
    terminal.printed = "";
    prompt = `prompt-${++lines}`;
    shell.stdin.write(`set -e\n${text}\nset +e\necho "${prompt} $?"\n`);
    const failed = new Promise((_, reject) => shell.once("exit", (code) => reject(new Error(`ended with ${code}:\n${all}`))));
    failed.catch(() => {});
    const back = () => all.includes(`${prompt} `);
    await Promise.race([comes("the end of a command", () => back() || (until && until.test(terminal.printed))), failed]);
    terminal.printed = terminal.printed.replaceAll(/prompt-\d+ .*\n/g, "");
  };
  /** Ends the program as whatever runs it does; resolves to the exit code of the shell, which is that of `go run`. It passes on what the program ends with, but not after an interrupt. */
  terminal.terminate = () => {
    const code = new Promise((resolve) => shell.once("exit", (code, signal) => resolve(signal ?? code)));
    shell.stdin.end();
    const processes = execFileSync("ps", ["-A", "-o", "pid=,pgid=,comm="], { encoding: "utf8" }).trim().split("\n");
    const programs = processes.map((line) => line.trim().split(/\s+/)).filter(([pid, group, name]) => Number(group) === shell.pid && Number(pid) !== shell.pid && name !== "go");
    assert.equal(programs.length, 1, "one program runs");
    process.kill(Number(programs[0][0]), "SIGTERM");
    return code;
  };
  terminal.kill = () => {
    try {
      process.kill(-shell.pid, "SIGKILL");
    } catch {
      // it has ended
    }
  };
  return terminal;
}

/** Does at a page what the lines say. */
async function follow(t, browser, url, lines) {
  const tab = await browser.visit(url);
  t.after(tab.close);
  await tab.addAuthenticator("ctap2");
  for (const line of lines.trim().split("\n")) {
    const [, verb, what, where] = /^(see|press|type) "(.*?)"(?: into "(.*)")?$/.exec(line) ?? assert.fail(`nobody can do: ${line}`);
    if (verb === "see") await tab.page.getByText(what, { exact: true }).waitFor({ timeout: 60_000 });
    if (verb === "press") await tab.page.getByRole("button", { name: what, exact: true }).click();
    if (verb === "type") await tab.page.getByPlaceholder(where, { exact: true }).fill(what);
  }
  assert.deepEqual(tab.errors.filter((error) => !/favicon/.test(error)), []);
}
