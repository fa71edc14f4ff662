// What npm knows of packages, asked with its own command, so that its configuration counts.
import { execFile } from "node:child_process";

/** Says that npm cannot be asked. */
export class NoNetwork extends Error {}

const unreachable = /^(E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|NOTCACHED|RR_SOCKET_TIMEOUT)|ERR_SOCKET_TIMEOUT|E5\d\d|FETCH_ERROR)$/;

/** Asks `npm view`; each question once. `ask` takes its arguments and resolves to what it prints, for tests. */
export class Npm {
  #answers = new Map();

  constructor(ask = view) {
    this.ask = ask;
  }

  /** All versions of a package, as they were published. */
  async versions(name) {
    return [await this.#once(name, "versions")].flat();
  }

  /** {name, version, dependencies, peerDependencies, engines} of one version. */
  async manifest(name, version) {
    return this.#once(`${name}@${version}`, "name", "version", "dependencies", "peerDependencies", "engines");
  }

  async #once(...question) {
    const key = question.join(" ");
    if (!this.#answers.has(key)) this.#answers.set(key, this.ask(question));
    return read(await this.#answers.get(key), question[0]);
  }
}

function view(question) {
  return new Promise((resolve, reject) => {
    execFile("npm", ["view", ...question, "--json", "--prefer-online", "--fetch-retries=1", "--fetch-timeout=30000"], { maxBuffer: 1 << 26 }, (error, stdout) => {
      if (error?.code === "ENOENT") reject(new NoNetwork("npm is missing: apt-get install npm"));
      else resolve(stdout);
    });
  });
}

function read(text, what) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new NoNetwork(`npm view ${what} says nothing that can be read: ${text.slice(0, 200)}`);
  }
  const { error } = answer;
  if (!error) return answer;
  if (unreachable.test(error.code)) throw new NoNetwork(`npm cannot be asked about ${what}: ${error.code}. Is there a network?`);
  throw new Error(`npm view ${what}: ${error.code ?? ""} ${error.summary ?? ""}`);
}
