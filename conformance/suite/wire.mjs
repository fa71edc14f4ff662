// One request on the wire, with exactly the headers it is given: fetch would add some of its own, which servers look at.
import http from "node:http";

const agent = new http.Agent({ keepAlive: true });

/** Resolves to a Response; redirects are not followed. `body` is a string or nothing. */
export function send(url, { method, headers, body }) {
  return new Promise((resolve, reject) => {
    const raw = {};
    for (const [name, value] of new Headers(headers)) raw[name] = value;
    if (typeof body === "string") raw["content-length"] = Buffer.byteLength(body);
    const request = http.request(url, { method, headers: raw, agent, timeout: 120_000 });
    request.once("timeout", () => request.destroy(new Error(`${method} ${url}: no answer`)));
    request.once("error", reject);
    request.once("response", (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part)).once("error", reject);
      response.once("end", () => {
        const answered = new Headers();
        for (let i = 0; i < response.rawHeaders.length; i += 2) answered.append(response.rawHeaders[i], response.rawHeaders[i + 1]);
        resolve(new Response(Buffer.concat(parts), { status: response.statusCode, statusText: response.statusMessage, headers: answered }));
      });
    });
    request.end(body);
  });
}
