// Makes a user at one server and checks it at another, over HTTP alone: the same commands for the reference and for any other server.
//
//   node interop/reference.mjs seed  --url http://localhost:3000 >state.json
//   node interop/reference.mjs check --url http://localhost:4000 --origin http://localhost:3000 --state state.json
//   node interop/reference.mjs handover --url http://localhost:3000 --url http://localhost:4000 --origin http://localhost:3000
//
// Prints JSON; the exit code is 0 only when everything was right. The README lists the flags.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { check } from "./check.mjs";
import { seed } from "./seed.mjs";

const commands = {
  seed: async ({ base, origin, flags }) => ({ ok: true, output: await seed({ base, origin, email: flags.email, password: flags.password }) }),
  check: async ({ base, origin, flags }) => {
    if (!flags.state) throw new Error("--state FILE is required: what seed printed");
    const state = JSON.parse(await readFile(flags.state, "utf8"));
    const output = await check(state, { base, origin, cookieCache: flags["cookie-cache"] });
    return { ok: output.ok, output };
  },
  // All of a user's ways between two servers in one process, which takes longer to start than a check to run.
  handover: async ({ base, other, origin, flags }) => {
    const seeded = await seed({ base, origin, email: flags.email, password: flags.password });
    const checks = [];
    let state = seeded;
    for (const at of [other, base, other]) {
      checks.push(await check(state, { base: at, origin, cookieCache: flags["cookie-cache"] }));
      ({ state } = checks.at(-1));
    }
    return { ok: checks.every(({ ok }) => ok), output: { seeded, checks } };
  },
};

try {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: "string", multiple: true, default: [] },
      "base-path": { type: "string", default: "/api/auth" },
      origin: { type: "string" },
      state: { type: "string" },
      email: { type: "string" },
      password: { type: "string" },
      "cookie-cache": { type: "boolean", default: false },
    },
  });
  const [name, ...rest] = positionals;
  if (rest.length > 0 || !Object.hasOwn(commands, name ?? "")) throw new Error(`give one command: ${Object.keys(commands).join(" or ")}`);
  const servers = flags.url.map((url) => new URL(url).origin);
  const needed = name === "handover" ? 2 : 1;
  if (servers.length !== needed) throw new Error(`--url is required, ${needed === 1 ? "once" : "twice"}`);
  const [base, other] = servers.map((server) => server + flags["base-path"]);
  const { ok, output } = await commands[name]({ base, other, origin: flags.origin ?? servers[0], flags });
  console.log(JSON.stringify(output, null, 2));
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(`interop: ${error.message}`);
  process.exitCode = 2;
}
