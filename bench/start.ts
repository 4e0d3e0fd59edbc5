/** How fast the process is ready, and how much memory it holds when idle. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BOT } from "./command.ts";
import { median } from "./median.ts";

const ROUNDS = 5;
/** Long enough for the first looks and evaluations, and for memory to settle. */
const IDLE_MS = 40_000;

interface Round {
  readonly readyMs: number;
  readonly rssMb: number;
}

async function round(idleMs: number): Promise<Round> {
  const dir = mkdtempSync(join(tmpdir(), "gengfu-bench-"));
  const startedAt = performance.now();
  const child = spawn(process.execPath, BOT, {
    cwd: dir,
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: join(dir, "data"), PORT: "0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error("the bot ended before it was ready")));
      child.stdout.on("data", (chunk: Buffer) => {
        if (chunk.includes('"listening"')) resolve();
      });
    });
    const readyMs = performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    return { readyMs, rssMb: rssOf(child.pid ?? 0) };
  } finally {
    child.removeAllListeners("exit");
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await gone;
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Resident memory of a process in MB, from Linux' /proc. */
function rssOf(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1] ?? Number.NaN) / 1024;
}

const ready: number[] = [];
for (let i = 0; i < ROUNDS; i++) ready.push((await round(0)).readyMs);
const idle = await round(IDLE_MS);
console.log(`ready after ${median(ready).toFixed(0)} ms (median of ${ROUNDS}; target under 1000)`);
console.log(`idle for ${IDLE_MS / 1000} s: ${idle.rssMb.toFixed(1)} MB RSS (target under 90)`);
