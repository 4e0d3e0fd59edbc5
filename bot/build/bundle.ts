/**
 * Binds the house into `dist/gengfu.js`. As some 800 modules it takes twice as long to start and holds 13 MB more: a
 * module costs Node a record, a promise and a path of its own.
 */
import { join } from "node:path";
import { build } from "rolldown";
import { packageRoot } from "../package-root.ts";
import { inAscii } from "./in-ascii.ts";
import { LOADED_LATER } from "./loaded-later.ts";

const root = packageRoot();

await build({
  input: { gengfu: join(root, "bot/main.ts") },
  cwd: root,
  platform: "node",
  tsconfig: join(root, "tsconfig.json"),
  external: LOADED_LATER.map((name) => new RegExp(`^${name.replace(".", "\\.")}(/|$)`)),
  // `depd`, a package under koa, names its functions with it; nothing of ours is in its reach.
  checks: { eval: false },
  plugins: [inAscii()],
  output: {
    dir: join(root, "dist"),
    entryFileNames: "[name].js",
    chunkFileNames: "gengfu/[name].js",
    format: "esm",
    sourcemap: true,
    // What stays in the file stays in memory.
    comments: false,
  },
});
