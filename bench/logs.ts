/**
 * What a line of a log costs on one core: `node dist/bench/logs.js`. A file is followed as the `log` monitor follows it,
 * with levels, kinds of lines and stack traces; each look's commit goes to a store on disk.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { openLogs } from "../monitors/log/logs.ts";
import { logOptions } from "../monitors/log/options.ts";
import { createMonitorBook } from "../monitors/monitor-book.ts";
import { systemClock } from "../storage/clock.ts";
import { openStore } from "../storage/embedded/embedded-store.ts";
import { silentLog } from "../storage/log.ts";
import { median } from "./median.ts";

const LINES = 1_000_000;
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), "gengfu-bench-"));
const users = ["alice", "bob", "carol", "dave", "张三", "李四"];

function line(i: number): string {
  const time = new Date(Date.UTC(2026, 10, 28) + i * 7).toISOString();
  const worker = `[worker-${i % 16}]`;
  const user = users[i % users.length];
  if (i % 997 === 0) return `${time} ERROR ${worker} com.shop.Order - timeout after ${i % 500}ms for ${user}`;
  if (i % 101 === 0)
    return `${time} WARN  ${worker} com.shop.Pool - slow query ${i} took ${i % 900}ms rows=${i % 77}`;
  return `${time} INFO  ${worker} com.shop.OrderService - order ${i * 7} of user ${user} took ${i % 500}ms status=200`;
}

const path = join(folder, "app.log");
const text = Array.from({ length: LINES }, (_, i) => line(i)).join("\n");
writeFileSync(path, `${text}\n`);

const ten = [
  "OutOfMemoryError",
  "timeout after (?P<ms>\\d+)ms",
  "slow query .* took [5-9]\\d\\dms",
  "(?i)deadlock|lock wait",
  "connection (?:refused|reset)",
  "status=5\\d\\d",
  "panic: ",
  "disk (?:is )?full",
  "denied for user '(?P<user>\\w+)'",
  "Too many open files",
].map((match, i) => ({ name: `p${i}`, match }));

const cases = {
  "one literal": [{ name: "oom", match: "OutOfMemoryError" }],
  "ten patterns": ten,
  "no pattern": [],
};

const store = await openStore({ dir: join(folder, "data"), clock: systemClock, log: silentLog });
const book = createMonitorBook(store);
const logs = openLogs({ store, book, clock: systemClock, log: silentLog });
console.log(`${LINES} lines of ${Math.round(Buffer.byteLength(text) / LINES)} bytes`);

let made = 0;
for (const [name, patterns] of Object.entries(cases)) {
  const options = logOptions.parse({ path, from: "start", patterns });
  const rates: number[] = [];
  const cpu: number[] = [];
  let longest = 0;
  for (let i = 0; i < ROUNDS; i++) {
    const monitor = `bench-${made++}`;
    await store.commit((change) =>
      book.add(
        change,
        { name: monitor, kind: "log", options, intervalMs: 5_000, timeoutMs: 5_000, labels: {} },
        { kind: "file" },
      ),
    );
    let before = performance.now();
    const pauses = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 1);
    const begun = performance.now();
    const used = process.cpuUsage();
    let count = 0;
    while (count < LINES - 1) {
      const { readings } = await logs.look(monitor, options, {
        signal: new AbortController().signal,
        elapsed: () => performance.now(),
      });
      count = readings
        .filter((one) => one.name === "log_lines_total")
        .reduce((sum, { value }) => sum + value, 0);
    }
    rates.push((count / (performance.now() - begun)) * 1_000);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / count);
    clearInterval(pauses);
  }
  console.log(
    `${name}: ${Math.round(median(rates)).toLocaleString("en")} lines/s, ${median(cpu).toFixed(2)} µs of CPU a line, ` +
      `longest pause of the event loop ${longest.toFixed(0)} ms`,
  );
}
await logs.stop();
await store.close();
rmSync(folder, { recursive: true, force: true });
