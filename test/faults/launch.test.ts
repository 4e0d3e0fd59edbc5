/** `npm start` on a fresh tree, and again: what it installs and builds, and what it does not. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDir } from "../support/bot.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const cleanUps: (() => void | Promise<void>)[] = [];
let tree = "";

/** In the place of npm: writes down how it was called, and lends the packages of this tree. */
const NPM = `#!/bin/sh
echo "$@" >> calls
[ -e refuse ] && exit 1
rm -rf node_modules && mkdir node_modules && ln -s "${root}"node_modules/* node_modules/
`;

beforeAll(() => {
  tree = makeDir(cleanUps);
  const rooms = ["bot", "commands", "alerts", "monitors", "rules", "storage", "bench"];
  for (const part of [...rooms, "package.json", "package-lock.json", "tsconfig.json"])
    cpSync(join(root, part), join(tree, part), { recursive: true });
  mkdirSync(join(tree, "bin"));
  writeFileSync(join(tree, "bin/npm"), NPM);
  chmodSync(join(tree, "bin/npm"), 0o755);
});
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Launched {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  readonly tookMs: number;
}

/** Runs a word of `npm start` and its kin. What it starts is asked to stop as soon as it listens. */
async function launch(word: string, env: Record<string, string> = {}): Promise<Launched> {
  const began = performance.now();
  const child = spawn(process.execPath, ["bot/launch.js", word], {
    cwd: tree,
    env: {
      PATH: `${join(tree, "bin")}${delimiter}${process.env["PATH"]}`,
      HOME: tree,
      PORT: "0",
      LOCALE: "en",
      DATA_DIR: join(tree, "data"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  let tookMs = Number.NaN;
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    if (!Number.isNaN(tookMs) || !output.includes('"listening"')) return;
    tookMs = performance.now() - began;
    child.kill("SIGTERM");
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, output, errors, tookMs };
}

/** How npm was called since the last time this was asked. */
function calls(): string[] {
  const path = join(tree, "calls");
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  rmSync(path);
  return lines;
}

const INSTALLS = "installing packages";
const BUILDS = "building";

// Each test goes on where the one before it has ended, as days with one tree do.
describe.skipIf(process.platform === "win32")("npm start", { timeout: 120_000 }, () => {
  test("that cannot install says what to look at, and tries again the next time", async () => {
    writeFileSync(join(tree, "refuse"), "");
    const { code, errors } = await launch("start");
    rmSync(join(tree, "refuse"));
    expect(code).toBe(1);
    expect(errors).toContain("npm ci failed; is the npm registry reachable?");
    expect(errors).not.toContain(BUILDS);
    expect(calls()).toHaveLength(1);
  });

  test("on a fresh tree installs, builds and runs, also where NODE_ENV says production", async () => {
    const { code, output, errors } = await launch("start", { NODE_ENV: "production" });
    expect(errors).toContain(INSTALLS);
    expect(errors).toContain(BUILDS);
    expect(errors).toContain("The watchman is on duty.");
    expect(output).toContain('"msg":"stopped"');
    expect(code).toBe(0);
    // The build needs what only development packages have.
    expect(calls()).toEqual(["ci --include=dev --no-audit --no-fund --loglevel=error"]);
  });

  test("again does neither", async () => {
    const { code, errors } = await launch("start");
    expect(code).toBe(0);
    expect(errors).toContain("The watchman is on duty.");
    expect(errors).not.toContain(INSTALLS);
    expect(errors).not.toContain(BUILDS);
    expect(calls()).toEqual([]);
  });

  test("after a change of the source builds, and installs nothing", async () => {
    const banner = join(tree, "bot/banner.ts");
    writeFileSync(banner, readFileSync(banner, "utf8").replace("is on duty", "is on duty again"));
    const { code, errors } = await launch("start");
    expect(code).toBe(0);
    expect(errors).toContain("The watchman is on duty again.");
    expect(errors).toContain(BUILDS);
    expect(errors).not.toContain(INSTALLS);
    expect(calls()).toEqual([]);
  });

  test("with a source that does not compile says where, and runs nothing old", async () => {
    const banner = join(tree, "bot/banner.ts");
    const good = readFileSync(banner, "utf8");
    writeFileSync(banner, `${good}\nexport const wrong: number = "text";\n`);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, output, errors } = await launch("start");
      expect(code).toBe(1);
      expect(output + errors).toMatch(/bot\/banner\.ts.*error TS2322/);
      expect(errors).toContain("the build failed");
      expect(output).not.toContain("listening");
    }
    writeFileSync(banner, good);
    expect((await launch("build")).code).toBe(0);
  });

  test("after a change of the packages installs and builds", async () => {
    const lock = join(tree, "package-lock.json");
    writeFileSync(lock, `${readFileSync(lock, "utf8")}\n`);
    const { code, errors } = await launch("build");
    expect(code).toBe(0);
    expect(errors).toContain(INSTALLS);
    expect(calls()).toHaveLength(1);
  });

  test("a folder of node_modules that somebody removed is made again", async () => {
    rmSync(join(tree, "node_modules"), { recursive: true });
    const { code, errors } = await launch("build");
    expect(code).toBe(0);
    expect(errors).toContain(INSTALLS);
    expect(errors).not.toContain(BUILDS);
    expect(calls()).toHaveLength(1);
  });

  test("a source that was only touched is built once and no more", async () => {
    utimesSync(join(tree, "bot/banner.ts"), new Date(), new Date());
    expect((await launch("build")).code).toBe(0);
    const { errors } = await launch("build");
    expect(errors).toBe("");
  });

  test("a word that there is not gets those that there are", async () => {
    const { code, errors } = await launch("strat");
    expect(code).toBe(1);
    expect(errors).toContain("unknown word 'strat'; one of: start, dev, build, test, check");
  });
});
