/**
 * The page of an exporter with 10,000 samples, scraped again and again by one process: samples per second from the
 * socket to the series in memory and in the log, fetching included. Beside it the first page, whose series are all new,
 * and the reading alone. The exporter is a process of its own.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Exposition } from "../monitors/exposition/exposition.ts";
import { createOpenNetwork } from "../monitors/network.ts";
import { scrape } from "../monitors/scrape/scrape.ts";
import { systemClock } from "../storage/clock.ts";
import { silentLog } from "../storage/log.ts";
import { openSeries } from "../storage/series-store.ts";
import { median } from "./median.ts";

const SAMPLES = 10_000;
const PAGES = 200;
const START = 1_700_000_000_000;
const STEP = 15_000;

/** Counters, gauges and a histogram, as node_exporter and an application write them. */
function page(turn: number): string {
  const lines = ["# HELP http_requests_total Requests.", "# TYPE http_requests_total counter"];
  for (let i = 0; lines.length < SAMPLES + 2; i++) {
    const labels = `method="${i % 2 === 0 ? "GET" : "POST"}",path="/api/v1/orders/${i}",code="${200 + (i % 4)}"`;
    lines.push(`http_requests_total{${labels}} ${1_000_000 + turn * 17 + i}`);
    lines.push(`http_request_duration_seconds_bucket{${labels},le="0.25"} ${turn * 3 + i}`);
    lines.push(`http_request_duration_seconds_sum{${labels}} ${(turn * 0.731 + i / 7).toFixed(9)}`);
    lines.push(`process_resident_memory_bytes{shard="${i}"} ${((1.5 + i / 1e4) * 1e7).toExponential(6)}`);
  }
  return `${lines.slice(0, SAMPLES + 2).join("\n")}\n`;
}

if (process.argv[2] === "peer") servePages();
else await measure();

function servePages(): void {
  const pages = Array.from({ length: 8 }, (_, turn) => page(turn));
  let turn = 0;
  const server = createServer((_request, response) => response.end(pages[turn++ % pages.length]));
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

async function measure(): Promise<void> {
  const peer = fork(fileURLToPath(import.meta.url), ["peer"]);
  const port = await new Promise<number>((resolve) =>
    peer.once("message", (value) => resolve(Number(value))),
  );
  const dir = mkdtempSync(join(tmpdir(), "gengfu-bench-scrape-"));
  const store = await openSeries({ dir, clock: systemClock, log: silentLog, retentionMs: 2 ** 50 });
  const options = scrape.options.parse({ url: `http://127.0.0.1:${port}/metrics`, body_size_limit: "4MB" });
  const world = { network: createOpenNetwork(), elapsed: () => performance.now() };
  const monitor = scrape.create(options, world, "bench", { monitor: "bench", instance: "bench:9100" });
  const { signal } = new AbortController();

  const tookMs: number[] = [];
  const cpu = process.cpuUsage();
  for (let turn = 0; turn < PAGES; turn++) {
    const began = performance.now();
    const { batch, failure } = await monitor.look(signal);
    if (batch === undefined) throw new Error(failure?.detail);
    batch.write(store, START + turn * STEP);
    await store.flush();
    tookMs.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  const { series, samples } = store.stats();
  await store.close();
  peer.kill();
  rmSync(dir, { recursive: true });

  const alone = new Exposition((labels) => labels);
  const bodies = Array.from({ length: 8 }, (_, turn) => Buffer.from(page(turn)));
  const readMs = Array.from({ length: PAGES }, (_, turn) => {
    const began = performance.now();
    alone.read(bodies[turn % 8] ?? Buffer.alloc(0), "text");
    return performance.now() - began;
  });

  const perSecond = (ms: number): string => `${Math.round(SAMPLES / (ms / 1000)).toLocaleString("en")}/s`;
  console.log(`${PAGES} pages of ${SAMPLES} samples: ${series} series, ${samples} samples stored`);
  console.log(`fetched, read, stored and written to the log: ${perSecond(median(tookMs.slice(1)))}`);
  console.log(`the first page, all series new: ${perSecond(tookMs[0] ?? Number.NaN)}`);
  console.log(`read alone: ${perSecond(median(readMs.slice(1)))}`);
  console.log(`CPU per page: ${((user + system) / 1_000 / PAGES).toFixed(1)} ms`);
}
