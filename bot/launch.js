// The door of `npm start` and `npm test`: plain JavaScript on purpose, since it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["bot", "commands", "alerts", "monitors", "rules", "storage", "bench"];
const installed = join(root, "node_modules", ".gengfu-installed");
const built = join(root, "dist", ".built");

/** @param {string} text */
function stop(text) {
  process.stderr.write(`gengfu: ${text}\n`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(
      `Node ${process.versions.node} is too old; 20.19 or newer is needed. 需要 Node 20.19 或更新的版本。 https://nodejs.org`,
    );
  }
}

/** @param {string} stamp @param {string} hash */
function isCurrent(stamp, hash) {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

/** Runs Node on a script and ends this process when it fails. @param {string[]} args @param {string} doing */
function node(args, doing) {
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) stop(`${doing} failed (${signal ?? `exit code ${status}`}); see the lines above`);
}

function install() {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(process.versions.modules)
    .digest("hex");
  if (isCurrent(installed, hash)) return;
  process.stderr.write("gengfu: installing packages… 正在安装依赖…\n");
  // The build needs the types among the development packages, also where NODE_ENV=production would leave them out.
  // `npm` is a .cmd file on Windows, which only a shell can start; the words are fixed, so a shell is safe here.
  const { status } = spawnSync(
    "npm",
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) {
    stop(
      "npm ci failed; is the npm registry reachable? 安装失败，请检查 npm 源是否可达 (npm config get registry)",
    );
  }
  writeFileSync(installed, hash);
}

/** What the compiler would see, without reading it: paths, sizes and times. */
function sourcesHash() {
  const hash = createHash("sha256").update(process.versions.node);
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (/\.(ts|json)$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(join(root, path));
        hash.update(`${path}:${size}:${mtimeMs}\n`);
      }
    }
  };
  for (const folder of sources) walk(folder);
  for (const file of ["tsconfig.json", "package-lock.json"]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

const tsc = "node_modules/typescript/bin/tsc";

function build() {
  const hash = sourcesHash();
  if (isCurrent(built, hash)) return;
  process.stderr.write("gengfu: building… 正在编译…\n");
  node([tsc, "-p", "."], "the build");
  node([tsc, "-p", "bot/console/page"], "the build of the console page");
  node(["dist/bot/build/bundle.js"], "the bundling");
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(built, hash);
}

/** Rebuilds and restarts on every change, until interrupted. */
function dev() {
  build();
  const children = [
    // It says what is wrong with the types; what runs comes from the bundler.
    [tsc, "-p", ".", "--noEmit", "--watch", "--preserveWatchOutput"],
    ["dist/bot/build/bundle.js", "--watch"],
    [tsc, "-p", "bot/console/page", "--watch", "--preserveWatchOutput"],
    ["--watch", "dist/bot/main.js"],
  ].map((args) => spawn(process.execPath, args, { cwd: root, stdio: "inherit" }));
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    process.on(signal, () => {
      for (const child of children) child.kill(signal);
    });
  }
}

const [, , word = "start", ...rest] = process.argv;
checkNode();
install();
switch (word) {
  case "start":
    build();
    process.argv = [process.argv[0] ?? "node", join(root, "dist/bot/main.js"), ...rest];
    await import("../dist/bot/main.js");
    break;
  case "dev":
    dev();
    break;
  case "build":
    build();
    break;
  case "test":
    node(["node_modules/vitest/vitest.mjs", "run", ...rest], "the test run");
    break;
  case "check":
    build();
    node([tsc, "-p", "test"], "the type check of the tests");
    node(["node_modules/@biomejs/biome/bin/biome", "check", "."], "the lint");
    node(["node_modules/vitest/vitest.mjs", "run", ...rest], "the test run");
    break;
  default:
    stop(`unknown word '${word}'; one of: start, dev, build, test, check`);
}
