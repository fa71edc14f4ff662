// Stands in for the range API of Pwned Passwords, https://haveibeenpwned.com/API/v3#PwnedPasswords: knows a few passwords, and misbehaves for others.
import { createHash } from "node:crypto";
import http from "node:http";

/** What it answers when somebody asks for the hashes that begin as this password's. */
export const passwords = {
  known: "everybody knows this",
  padding: "only padding has this",
  down: "the service is down",
  cut: "the line is cut",
  nonsense: "a count that is none",
};

const hashes = Object.entries(passwords).map(([kind, password]) => [kind, createHash("sha1").update(password).digest("hex").toUpperCase()]);
const other = `${"0".repeat(35)}:7`;

/** Starts it on a free port; resolves to {url, stop()}. */
export async function startRangeAPI() {
  const server = http.createServer((request, response) => {
    const prefix = /^\/range\/([0-9A-F]{5})$/.exec(request.url)?.[1];
    if (!prefix || request.headers["add-padding"] !== "true" || !request.headers["user-agent"]) return response.writeHead(400).end();
    const [kind, hash] = hashes.find(([, hash]) => hash.startsWith(prefix)) ?? [];
    if (kind === "down") return response.writeHead(503).end();
    if (kind === "cut") return request.socket.destroy();
    const count = { known: ":12", padding: ":0", nonsense: ":many" }[kind];
    response.writeHead(200, { "content-type": "text/plain" }).end([other, ...(hash ? [hash.slice(5) + count] : [])].join("\r\n"));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "localhost", resolve));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://localhost:${server.address().port}/range`, stop };
}
