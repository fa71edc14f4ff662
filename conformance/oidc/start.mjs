// Starts the OpenID provider for a test of this folder.
import { fileURLToPath } from "node:url";
import { startProgram, within } from "../program.mjs";

const program = fileURLToPath(new URL("./provider.mjs", import.meta.url));

/**
 * Starts a provider on a free port. Resolves, once it answers, to {issuer, control(name, body), stop(), terminate()}; rejects with what it printed when it
 * ends first. `control("accounts", {…})` posts to a control and resolves to its answer, without a body it gets; it rejects when the answer is an error.
 * Both other functions end it: terminate by a signal, stop as the end of the calling process would.
 */
export async function startProvider(flags = []) {
  const ready = ({ printed }) => /^\{"issuer":.*\}$/m.test(printed);
  const args = [program, "--port", "0", "--exit-with-stdin", ...flags];
  const { child, said, ended, kill } = await startProgram(process.execPath, args, { name: "the OpenID provider", ready, input: true });
  const { issuer } = JSON.parse(said.printed);

  const control = async (name, body) => {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(`${issuer}/control/${name}`, body === undefined ? {} : post);
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${name}: ${value.message}`);
    return value;
  };
  const stop = () => {
    child.stdin.end();
    return within(ended, kill, "OpenID provider");
  };
  const terminate = () => {
    child.kill("SIGTERM");
    return within(ended, kill, "OpenID provider");
  };
  return { issuer, control, stop, terminate };
}
