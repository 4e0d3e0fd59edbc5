/**
 * A thousand sites, or five thousand ports, looked at every 20 s by a whole bot: how many looks come late, what one
 * costs, how much memory the bot takes, and how fast its board answers meanwhile. The other side is a process of its
 * own, whose time is not counted; what is counted is that of the bot, all of it.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../storage/clock.ts";
import { silentLog } from "../storage/log.ts";
import { openSeries } from "../storage/series-store.ts";
import { median, quantile } from "./median.ts";
import { startBot } from "./start-bot.ts";

const INTERVAL_MS = 20_000;
/** A look that begins later than this after its turn is late. */
const LATE_MS = 1_000;
/** Starting is not watching: from here on it is measured. */
const WARM_MS = 25_000;
const BOARD_EVERY_MS = 500;
const BOARD_TARGET_MS = 100;
/**
 * Uptime Kuma 2.5.3 with 1,000 http monitors every 20 s, on 2 quiet cores, where a bare request on a new connection cost
 * 0.19 ms. A busy machine makes everything dearer, the bare request too: cost is compared in bare requests.
 */
const KUMA = { msPerCheck: 5.3, bareMs: 0.19, rssMb: 263, boardMs: 4_600 };
const BARE_REQUESTS = 500;

const [kind = "http", count = "1000", seconds = "60"] = process.argv.slice(2);
if (kind === "peer") servePeer();
else await measure(kind, Number(count), Number(seconds) * 1_000);

/** Answers every request, and takes every connection. */
function servePeer(): void {
  const server = createServer((_request, response) => response.end("well"));
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

/** A `gengfu.yml` with so many monitors of what listens at `port`. */
function configOf(probe: string, monitors: number, port: number): string {
  const lines = Array.from({ length: monitors }, (_, i) => {
    const target = probe === "tcp" ? `target: "127.0.0.1:${port}"` : `url: "http://127.0.0.1:${port}/${i}"`;
    return `  - { name: "${probe} ${i}", kind: ${probe}, ${target}, interval: ${INTERVAL_MS / 1_000}s }`;
  });
  return `monitors:\n${lines.join("\n")}\n`;
}

interface Figures {
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly looks: number;
  readonly failures: number;
  readonly skipped: number;
}

async function figuresOf(url: string): Promise<Figures> {
  const text = await (await fetch(new URL("/metrics", url))).text();
  const read = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
  return {
    cpuMs: read("process_cpu_seconds_total") * 1_000,
    rssMb: read("process_resident_memory_bytes") / 1e6,
    looks: read("gengfu_monitor_looks_total"),
    failures: read("gengfu_monitor_look_failures_total"),
    skipped: read("gengfu_monitor_looks_skipped_total"),
  };
}

/** How late each look began after its turn, from the samples that the bot left. */
async function latenessOf(dir: string, probe: string): Promise<readonly number[]> {
  const series = await openSeries({ dir: join(dir, "data", "samples"), clock: systemClock, log: silentLog });
  const late = series
    .select([
      { name: "__name__", op: "=", value: "up" },
      { name: "monitor", op: "=~", value: `${probe} .*` },
    ])
    .flatMap((one) =>
      Array.from({ length: one.length }, (_, i) => one.at(i) - one.at(0) - i * INTERVAL_MS).slice(1),
    );
  await series.close();
  return late;
}

/** CPU of a request on a connection of its own, with nothing around it, at the rate at which the bot makes them. */
async function bareCost(port: number): Promise<number> {
  const ask = (i: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const asking = request({ host: "127.0.0.1", port, path: `/${i}`, agent: false }, (answer) => {
        answer.resume().on("end", resolve);
      });
      asking.on("error", reject).end();
    });
  for (let i = 0; i < BARE_REQUESTS / 5; i++) await ask(i);
  const before = process.cpuUsage();
  for (let i = 0; i < BARE_REQUESTS; i++) {
    await Promise.all([ask(i), systemClock.sleep(20, new AbortController().signal)]);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / BARE_REQUESTS;
}

async function measure(probe: string, monitors: number, forMs: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "gengfu-bench-"));
  const peer = fork(fileURLToPath(import.meta.url), ["peer"]);
  const sleep = (ms: number): Promise<void> => systemClock.sleep(ms, new AbortController().signal);
  try {
    const port = await new Promise<number>((resolve) =>
      peer.once("message", (value) => resolve(Number(value))),
    );
    const bareMs = await bareCost(port);
    writeFileSync(join(dir, "gengfu.yml"), configOf(probe, monitors, port));
    const bot = await startBot(dir);
    await sleep(WARM_MS);
    const before = await figuresOf(bot.url);
    const board: number[] = [];
    for (const endsAt = performance.now() + forMs; performance.now() < endsAt; await sleep(BOARD_EVERY_MS)) {
      const askedAt = performance.now();
      await (await fetch(new URL("/api/console/board", bot.url))).text();
      board.push(performance.now() - askedAt);
    }
    const after = await figuresOf(bot.url);
    await bot.stop();
    report(probe, monitors, { bareMs, before, after, board, late: await latenessOf(dir, probe) });
  } finally {
    peer.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

function report(
  probe: string,
  monitors: number,
  found: {
    bareMs: number;
    before: Figures;
    after: Figures;
    board: readonly number[];
    late: readonly number[];
  },
): void {
  const { bareMs, before, after, board, late } = found;
  const looks = after.looks - before.looks;
  const cost = (after.cpuMs - before.cpuMs) / looks;
  const kuma = KUMA.msPerCheck / KUMA.bareMs;
  const tooLate = late.filter((ms) => ms > LATE_MS).length;
  const worst = (values: readonly number[]): string =>
    `p99 ${quantile(values, 0.99).toFixed(1)} ms, worst ${Math.max(...values).toFixed(1)} ms`;
  for (const line of [
    `${monitors} ${probe} monitors every ${INTERVAL_MS / 1_000} s: ${looks} looks, ${after.failures} failed`,
    `late by more than 1 s: ${tooLate} of ${late.length}, skipped ${after.skipped}; ${worst(late)} (target: none late)`,
    `CPU per look, all of the bot: ${cost.toFixed(2)} ms; a bare request: ${bareMs.toFixed(2)} ms`,
    `  in bare requests ${(cost / bareMs).toFixed(1)}, Uptime Kuma ${kuma.toFixed(1)}: 1/${((kuma * bareMs) / cost).toFixed(1)} of it (target: 1/10)`,
    `RSS: ${after.rssMb.toFixed(0)} MB, ${(after.rssMb / KUMA.rssMb).toFixed(2)} of Uptime Kuma's ${KUMA.rssMb} MB (target: 0.50)`,
    `board: median ${median(board).toFixed(1)} ms, ${worst(board)} (target: ${BOARD_TARGET_MS} ms; Uptime Kuma ${KUMA.boardMs} ms)`,
  ])
    console.log(line);
}
