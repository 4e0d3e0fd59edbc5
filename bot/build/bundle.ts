/**
 * Bundles the house into `dist/bot/main.js`, over what the compiler has put there, and its packages into a file beside
 * it. As some 800 modules it takes twice as long to start and holds 13 MB more: a module costs Node a record, a promise
 * and a path of its own. With `--watch` it goes on until it is interrupted.
 */
import { join } from "node:path";
import { type BuildOptions, build, watch } from "rolldown";
import { packageRoot } from "../package-root.ts";
import { inAscii } from "./in-ascii.ts";
import { isLoadedLater } from "./loaded-later.ts";

const root = packageRoot();

const options: BuildOptions = {
  input: { main: join(root, "bot/main.ts") },
  cwd: root,
  platform: "node",
  tsconfig: join(root, "tsconfig.json"),
  external: isLoadedLater,
  // `depd`, a package under koa, names its functions with it; nothing of ours is in its reach.
  checks: { eval: false },
  plugins: [inAscii()],
  output: {
    dir: join(root, "dist/bot"),
    entryFileNames: "[name].js",
    chunkFileNames: "main/[name].js",
    format: "esm",
    sourcemap: true,
    // Not all in one: after a buffer as large as that, glibc gives memory back to the system twice as reluctantly, which
    // left some 5 MB more with a quiet house. Only packages can be taken apart: they know of nothing of ours.
    codeSplitting: { groups: [{ name: "packages", test: /node_modules/ }] },
    // What stays in the file stays in memory.
    comments: false,
  },
};

if (process.argv.includes("--watch")) {
  watch(options).on("event", (event) => {
    // The compiler beside it says what is wrong with the types; this is what cannot even be parsed.
    if (event.code === "ERROR") console.error(event.error);
    if (event.code === "BUNDLE_END" || event.code === "ERROR") void event.result.close();
  });
} else await build(options);
