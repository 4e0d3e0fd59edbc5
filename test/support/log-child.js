/**
 * A process that follows `FOLDER/app.log` as fast as it can and says what it has counted, until it is killed:
 * `node log-child.js FOLDER`. What is heard of matched lines is summed up in the commits that move the position.
 */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openLogs } from "../../dist/monitors/log/logs.js";
import { logOptions } from "../../dist/monitors/log/options.js";
import { createMonitorBook } from "../../dist/monitors/monitor-book.js";
import { systemClock } from "../../dist/storage/clock.js";
import { openStore } from "../../dist/storage/embedded/embedded-store.js";

const folder = process.argv[2];
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const store = await openStore({ dir: join(folder, "data"), compactAfterBytes: 100_000 });
const book = createMonitorBook(store);
const sums = store.table("sums", (raw) => raw);
const logs = openLogs({ store, book, clock: systemClock, log: silent });
const options = logOptions.parse({
  path: join(folder, "app.log"),
  from: "start",
  multiline: "off",
  patterns: [{ name: "number", match: "line (?P<number>\\d+)" }],
});
if (book.table.get("app") === undefined)
  await store.commit((change) =>
    book.add(
      change,
      { name: "app", kind: "log", options, intervalMs: 1_000, timeoutMs: 1_000, labels: {} },
      { kind: "file" },
    ),
  );
const matches = {
  heard(change, lines) {
    const before = change.get(sums, "all") ?? { count: 0, sum: 0, squares: 0 };
    let { count, sum, squares } = before;
    for (const { groups } of lines) {
      const number = Number(groups.number);
      count++;
      sum += number;
      squares += (number % 1_000) ** 2;
    }
    change.put(sums, "all", { count, sum, squares });
  },
};
process.stdout.write("following\n");
for (;;) {
  const about = { signal: new AbortController().signal, elapsed: () => performance.now(), matches };
  const { readings } = await logs.look("app", book.table.get("app").options, about);
  const lines = readings
    .filter(({ name }) => name === "log_lines_total")
    .reduce((sum, { value }) => sum + value, 0);
  process.stdout.write(`${JSON.stringify({ lines, ...sums.get("all") })}\n`);
  await wait(2);
}
