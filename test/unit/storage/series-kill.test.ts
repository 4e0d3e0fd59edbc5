/** The sample log of a real process that is killed, and of one whose disk takes no more. */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../storage/clock.ts";
import { type Log, silentLog } from "../../../storage/log.ts";
import { openSeries } from "../../../storage/series-store.ts";

const compiled = new URL("../../../dist/storage/", import.meta.url);
const SERIES = 50;

/** The head of a child's program: a store on the folder named by its first argument, and how to append one round. */
const PRELUDE = `
  const { openSeries } = await import(${JSON.stringify(new URL("series-store.js", compiled).href)});
  const { systemClock } = await import(${JSON.stringify(new URL("clock.js", compiled).href)});
  const { silentLog } = await import(${JSON.stringify(new URL("log.js", compiled).href)});
  const [dir, flushEveryMs] = process.argv.slice(1);
  const store = await openSeries({
    dir, clock: systemClock, log: silentLog, retentionMs: Number.MAX_SAFE_INTEGER, flushEveryMs: Number(flushEveryMs),
  });
  const say = (what) => process.stdout.write(JSON.stringify(what) + "\\n");
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const round = (n) => {
    for (let s = 0; s < ${SERIES}; s++) store.append({ __name__: "n", s: String(s) }, n, n + s);
  };
`;

let dir: string;
let children: ChildProcessByStdio<null, Readable, null>[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "series-"));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true });
});

interface Child {
  /** What it has said, with the time at which that was heard. */
  readonly heard: { at: number; said: unknown }[];
  readonly ended: Promise<void>;
  readonly pid: number;
  kill(): void;
  hears(enough: (said: unknown) => boolean): Promise<void>;
}

function start(program: string, flushEveryMs: number, wrap: readonly string[] = []): Child {
  const own = ["--input-type=module", "-e", PRELUDE + program, "--", dir, String(flushEveryMs)];
  const [command = "", ...rest] = [...wrap, process.execPath, ...own];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const heard: Child["heard"] = [];
  const waiting = new Set<() => void>();
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) heard.push({ at: performance.now(), said: JSON.parse(line) as unknown });
    for (const look of waiting) look();
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    heard,
    ended,
    pid: child.pid ?? 0,
    kill: () => child.kill("SIGKILL"),
    hears: (enough) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!heard.some(({ said }) => enough(said))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error("the child ended before it said so")));
      }),
  };
}

/** Reads the log back; how many whole rounds there are. Fails where anything is missing, doubled or wrong before that. */
async function recovered(log: Log = silentLog): Promise<number> {
  const store = await openSeries({
    dir,
    clock: systemClock,
    log,
    retentionMs: Number.MAX_SAFE_INTEGER,
  });
  const all = store.select([{ name: "__name__", op: "=", value: "n" }]);
  let rounds = all.length < SERIES ? 0 : Number.POSITIVE_INFINITY;
  for (const series of all) {
    for (let i = 0; i < series.length; i++)
      if (series.at(i) !== i || series.value(i) !== i + Number(series.labels["s"]))
        throw new Error(`series ${series.labels["s"]}: sample ${i} is ${series.at(i)}, ${series.value(i)}`);
    rounds = Math.min(rounds, series.length);
  }
  await store.close();
  return rounds;
}

function lastSaid(child: Child, before = Number.POSITIVE_INFINITY): number {
  return Number(child.heard.findLast(({ at }) => at < before)?.said ?? 0);
}

test("kill -9 at any moment loses nothing that was flushed, again and again on the same folder", async () => {
  const program = `
    let n = store.select([{ name: "s", op: "=", value: "${SERIES - 1}" }])[0]?.length ?? 0;
    // What a kill cut off in the middle of a round is written again, at the same times.
    for (;;) { round(n++); await store.flush(); say(n); }
  `;
  let known = 0;
  for (let kill = 0; kill < 8; kill++) {
    const child = start(program, 2_000);
    await child.hears((said) => Number(said) > known + kill * 7);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    child.kill();
    await child.ended;
    const rounds = await recovered();
    expect(rounds).toBeGreaterThanOrEqual(lastSaid(child));
    known = rounds;
  }
  expect(known).toBeGreaterThan(100);
});

test("without anybody flushing, kill -9 loses no more than the last moments", async () => {
  const child = start("for (let n = 0; ; ) { round(n++); say(n); await pause(5); }", 20);
  await child.hears((said) => said === 1);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const killedAt = performance.now();
  child.kill();
  await child.ended;
  // Flushed every 20 ms; two seconds allow for a machine that is busy.
  const certain = lastSaid(child, killedAt - 2_000);
  expect(certain).toBeGreaterThan(0);
  expect(await recovered()).toBeGreaterThanOrEqual(certain);
});

interface Full {
  readonly trouble: string | null;
  readonly pending: number;
}

// The limit that makes the disk "full" can be lifted from outside by util-linux' prlimit only.
const canLift = spawnSync("prlimit", ["--version"]).status === 0;

test.skipIf(!canLift)(
  "a disk that takes no more: the process goes on, and writes everything when there is room again",
  async () => {
    const program = `
    const full = () => say({ trouble: store.trouble?.reason ?? null, pending: store.stats().pending });
    let n = 0;
    for (; n < 400; n++) { round(n); if (n % 10 === 9) await store.flush(); }
    full();
    for (let i = 0; i < 40; i++) { await pause(50); round(n++); await store.flush(); if (!store.trouble) break; }
    full();
    await store.close();
    say(n);
  `;
    // 32 blocks of 512 bytes: the limit is met in the middle of a block of samples.
    const child = start(program, 1_000_000, ["sh", "-c", 'ulimit -S -f 32; exec "$@"', "sh"]);
    await child.hears((said) => typeof said === "object");
    const full = child.heard[0]?.said as Full | undefined;
    expect(full?.trouble).toMatch(/0000000001\.samples: .*\(EFBIG\)$/);
    expect(full?.pending).toBeGreaterThan(10_000);
    execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:unlimited"]);
    await child.ended;
    expect(child.heard[1]?.said).toEqual({ trouble: null, pending: 0 });
    const worries: string[] = [];
    const log: Log = { ...silentLog, warn: (_fields, message) => worries.push(message) };
    expect(await recovered(log)).toBe(lastSaid(child));
    expect(worries).toEqual([]);
  },
);
