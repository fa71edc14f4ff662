// Bundles client/entry.mjs into client/dist/official-client.js, one ES module without imports.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [here("./entry.mjs")],
  outfile: here("./dist/official-client.js"),
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  // What the client reads of process.env does not exist in a browser; a bundler of an application replaces it in the same way.
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
