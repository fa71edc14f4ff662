// An OpenID provider for tests: the certified oidc-provider with pages, accounts and clients of its own.
//
//   node oidc/provider.mjs --port 0 --client app --secret hush --redirect http://localhost:3000/api/auth/callback/oidc
//
// Once it answers, it prints one line of JSON, {"issuer": "http://localhost:PORT"}. Before that it ends with exit code 1 and a reason. The README lists the
// flags and the controls.
import http from "node:http";
import { controlsOf } from "./control.mjs";
import { readFlags } from "./flags.mjs";
import { answerInteraction } from "./interactions.mjs";
import { Operator } from "./operator.mjs";

console.info = console.error; // oidc-provider's notices: standard output is for the one line

try {
  await main(readFlags(process.argv.slice(2)));
} catch (error) {
  console.error(`OpenID provider: ${error.error_description ?? error.message}`);
  process.exit(1);
}

async function main({ port, host, clients, settings, exitWithStdin }) {
  let answer = (_request, response) => response.writeHead(503).end();
  const server = http.createServer((request, response) => answer(request, response));
  // With port 0 the number is known only now, and the issuer needs it.
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const issuer = `http://${host}:${server.address().port}`;
  const operator = new Operator(issuer, settings);
  for (const client of clients) await operator.addClient(client);
  answer = answerWith(operator);

  const stop = () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (exitWithStdin) process.stdin.once("end", stop).once("error", stop).resume();
  console.log(JSON.stringify({ issuer }));
}

function answerWith(operator) {
  const controls = controlsOf(operator);
  return async (request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url, operator.issuer);
    if (path === "/favicon.ico") return response.writeHead(204).end(); // browsers ask for it, and tests look at their console
    if (path.startsWith("/control/")) return controls(request, response, path, query);
    if (operator.settings.down) return response.writeHead(503, { "content-type": "text/plain" }).end("down for maintenance");
    try {
      if (path.startsWith("/interaction/")) return await answerInteraction(operator, request, response);
      if (path === "/token" && operator.settings.tokenDelay > 0) await new Promise((resolve) => setTimeout(resolve, operator.settings.tokenDelay));
      return await operator.answer(request, response);
    } catch (error) {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      return response.end();
    }
  };
}
