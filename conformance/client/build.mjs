// Bundles the programs of this folder into client/dist, each one ES module without imports: the official client, and a page with its React hooks.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [
    { in: here("./entry.mjs"), out: "official-client" },
    { in: here("./react.jsx"), out: "react" },
  ],
  outdir: here("./dist"),
  bundle: true,
  format: "esm",
  jsx: "automatic",
  platform: "browser",
  target: "es2022",
  // What the client reads of process.env does not exist in a browser; a bundler of an application replaces it in the same way.
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
