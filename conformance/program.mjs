// Starts a program that serves until it is ended, for a test of this folder: readiness has a deadline, and no test that dies leaves a program behind.
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/**
 * Starts `file` with `args` and resolves once `ready({printed, errors})`, called on each output, is true. It rejects, with all that was printed, when the
 * program ends before, cannot be started, or is not ready after `patience` seconds. `options` are those of spawn; `input` leaves its standard input open.
 *
 * It resolves to {said: {printed, errors}, child, ended, kill()}: `said` is the plain text of both streams so far, `ended` resolves to the exit code, or to
 * the signal, and kill ends it at once and resolves when it has.
 */
export async function startProgram(file, args, { name = file, ready, input = false, patience = 120, ...options }) {
  const child = spawn(file, args, { ...options, stdio: [input ? "pipe" : "ignore", "pipe", "pipe"] });
  const said = { printed: "", errors: "" };
  const abandon = () => child.kill("SIGKILL");
  process.once("exit", abandon);
  const ended = new Promise((resolve, reject) => child.once("exit", (code, signal) => resolve(signal ?? code)).once("error", reject));
  const forget = () => process.removeListener("exit", abandon);
  ended.then(forget, forget);
  const kill = () => {
    abandon();
    return ended;
  };

  let deadline;
  try {
    await new Promise((resolve, reject) => {
      const fail = (what) => reject(new Error(`${name} ${what}: ${said.printed}${said.errors}`));
      const listen = (stream, key) =>
        stream.setEncoding("utf8").on("data", (text) => {
          // Programs colour what they print when the environment has CI or FORCE_COLOR, pipe or not.
          said[key] += stripVTControlCharacters(text);
          if (ready(said)) resolve();
        });
      listen(child.stdout, "printed");
      listen(child.stderr, "errors");
      ended.then((code) => fail(`ended with ${code}`), reject);
      deadline = setTimeout(() => fail(`is not ready after ${patience} seconds`), patience * 1000);
    });
  } catch (error) {
    abandon();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  return { child, said, ended, kill };
}

/** Resolves as `ended` does; rejects, and has the program killed, when that takes more than `patience` seconds. */
export async function within(ended, kill, name, patience = 120) {
  let deadline;
  const late = new Promise((resolve, reject) => {
    deadline = setTimeout(() => {
      kill();
      reject(new Error(`the ${name} server does not end within ${patience} seconds`));
    }, patience * 1000);
  });
  return Promise.race([ended, late]).finally(() => clearTimeout(deadline));
}

/**
 * Starts a server that prints URL and READY and ends with its standard input, as those in reference/ and server/ do.
 * Resolves to {name, url, said(), stop(), terminate()}: both end it, stop as the end of this process would, terminate by a signal. They reject when it
 * does not end.
 */
export async function startServer(name, file, args, env) {
  const ready = ({ printed }) => /^READY$/m.test(printed);
  const { child, said, ended, kill } = await startProgram(file, [...args, "--port", "0", "--exit-with-stdin"], {
    name: `the ${name} server`, ready, input: true, env: { ...process.env, ...env },
  });
  const stop = async () => {
    child.stdin.end();
    await within(ended, kill, name);
  };
  const terminate = async () => {
    child.kill("SIGTERM");
    await within(ended, kill, name);
  };
  return { name, url: /^URL (.*)$/m.exec(said.printed)[1], said: () => said.errors, stop, terminate };
}
