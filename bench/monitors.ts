/**
 * A thousand sites, or five thousand ports, looked at every 20 s by one process: how many looks come late, what one
 * costs, how much memory it takes. The other side is a process of its own, whose time is not counted.
 */
import { fork } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { createMonitorBook } from "../monitors/monitor-book.ts";
import { createOpenNetwork } from "../monitors/network.ts";
import { watch } from "../monitors/watch.ts";
import { systemClock } from "../storage/clock.ts";
import { silentLog } from "../storage/log.ts";
import { memoryStore } from "../storage/memory-store.ts";
import { quantile } from "./median.ts";

const INTERVAL_MS = 20_000;
/** A look that begins later than this after its turn is late. */
const LATE_MS = 1_000;

const [kind = "http", count = "1000", seconds = "120"] = process.argv.slice(2);
if (kind === "peer") servePeer();
else await measure(kind, Number(count), Number(seconds) * 1_000);

/** Answers every request, and takes every connection. */
function servePeer(): void {
  const server = createServer((_request, response) => response.end("well"));
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
}

async function measure(probe: string, monitors: number, forMs: number): Promise<void> {
  const peer = fork(fileURLToPath(import.meta.url), ["peer"]);
  const port = await new Promise<number>((resolve) =>
    peer.once("message", (value) => resolve(Number(value))),
  );
  const store = memoryStore();
  const book = createMonitorBook(store);
  await store.commit((change) => {
    for (let i = 0; i < monitors; i++) {
      const options =
        probe === "tcp"
          ? { target: `127.0.0.1:${port}` }
          : { url: `http://127.0.0.1:${port}/${i}`, method: "GET", follow_redirects: true };
      const name = `${probe} ${i}`;
      const times = { intervalMs: INTERVAL_MS, timeoutMs: 10_000 };
      book.add(change, { name, kind: probe, options, ...times, labels: {} }, { kind: "file" });
    }
  });

  /** When each monitor looked first, and how late it was each time after that. */
  const first = new Map<string, { at: number; looks: number }>();
  const lateMs: number[] = [];
  let failed = 0;
  const looking = watch({
    book,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    world: { network: createOpenNetwork(), elapsed: () => performance.now() },
    sink: {
      append({ __name__: metric, monitor = "" }, at, value) {
        if (metric !== "up") return;
        if (value !== 1) failed += 1;
        const begun = first.get(monitor);
        if (begun === undefined) first.set(monitor, { at, looks: 1 });
        else lateMs.push(at - (begun.at + INTERVAL_MS * begun.looks++));
      },
      ref() {
        throw new Error("probes write each sample by its labels");
      },
    },
  });
  const before = process.cpuUsage();
  looking.start();
  await systemClock.sleep(forMs, new AbortController().signal);
  const { user, system } = process.cpuUsage(before);
  const { looks, skipped } = looking.figures;
  await looking.stop();
  peer.kill();
  const late = lateMs.filter((ms) => ms > LATE_MS).length;
  console.log(
    `${monitors} ${probe} monitors every 20 s for ${forMs / 1_000} s: ${looks} looks, ${failed} failed`,
  );
  console.log(
    `late by more than 1 s: ${late}; skipped: ${skipped}; p99 ${quantile(lateMs, 0.99).toFixed(0)} ms`,
  );
  console.log(`CPU per look: ${((user + system) / 1_000 / looks).toFixed(2)} ms`);
  console.log(`RSS: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
}
