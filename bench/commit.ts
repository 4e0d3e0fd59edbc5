/**
 * What a commit costs on a store of 100,000 documents against one of 100, compaction included:
 * `node dist/bench/commit.js [folder]`. The two stores take turns, so that a busy disk hurts both alike.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { openStore } from "../storage/embedded/embedded-store.ts";
import { silentLog } from "../storage/log.ts";
import type { Store, Table } from "../storage/store.ts";
import { quantile } from "./median.ts";

interface Document {
  readonly id: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly since: number;
}

interface Subject {
  readonly size: number;
  readonly store: Store;
  readonly table: Table<Document>;
  readonly costs: number[];
  snapshots: number;
}

const ROUNDS = 3_000;
const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), "gengfu-bench-"));

function document(id: number): Document {
  const labels = {
    alertname: "CpuHot",
    instance: `web-${id % 5_000}.example:9100`,
    severity: "warning",
    zone: "a",
  };
  return { id, labels, value: id * 1.5, since: 1_700_000_000_000 + id };
}

async function subject(size: number): Promise<Subject> {
  const found = { snapshots: 0 };
  const log = {
    ...silentLog,
    debug: (_: object, message: string) => {
      if (message === "wrote a snapshot") found.snapshots++;
    },
  };
  const store = await openStore({ dir: join(folder, String(size)), log, compactAfterBytes: 64 * 1024 });
  const table = store.table("documents", (raw) => raw as Document);
  for (let id = 0; id < size; id += 1_000)
    await store.commit((change) => {
      for (let i = id; i < Math.min(id + 1_000, size); i++) change.put(table, String(i), document(i));
    });
  return Object.assign(found, { size, store, table, costs: [] });
}

async function commit({ store, table, size }: Subject, i: number): Promise<void> {
  const id = (i * 7_919) % size;
  await store.commit((change) => change.put(table, String(id), document(id + i)));
}

/** Enough journal that the next commit begins a snapshot of the big store, whose own size is the threshold. */
async function fillJournal(big: Subject): Promise<void> {
  for (let round = 0; round < 24; round++)
    await big.store.commit((change) => {
      for (let i = 0; i < 5_000; i++) change.put(big.table, String(i), document(i + round));
    });
}

function print(name: string, value: string): void {
  process.stdout.write(`${name.padEnd(58)} ${value}\n`);
}

const small = await subject(100);
const big = await subject(100_000);
const seeded = { small: small.snapshots, big: big.snapshots };
await fillJournal(big);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
for (let i = 0; i < ROUNDS; i++) {
  for (const one of i % 2 === 0 ? [small, big] : [big, small]) {
    const from = performance.now();
    await commit(one, i);
    one.costs.push(performance.now() - from);
  }
}
delay.disable();
for (const one of [small, big])
  print(
    `commit, ${one.size.toLocaleString("en")} documents: median, p99, max`,
    `${[0.5, 0.99, 1].map((q) => quantile(one.costs, q).toFixed(3)).join(", ")} ms`,
  );
const ratio = (q: number): string => (quantile(big.costs, q) / quantile(small.costs, q)).toFixed(2);
print("ratio of medians (target: at most 2), of p99", `${ratio(0.5)}, ${ratio(0.99)}`);
print(
  "snapshots written meanwhile, small and big",
  `${small.snapshots - seeded.small}, ${big.snapshots - seeded.big}`,
);
print("longest pause of the event loop meanwhile", `${(delay.max / 1e6).toFixed(1)} ms`);

const flood = 50_000;
const from = performance.now();
let lanes = 0;
await Promise.all(
  Array.from({ length: 200 }, async () => {
    for (; lanes < flood; ) await commit(big, lanes++);
  }),
);
print(
  "commits per second, 200 at a time",
  Math.round((flood * 1_000) / (performance.now() - from)).toLocaleString("en"),
);
const alone = performance.now();
for (let i = 0; i < 500; i++) await commit(big, i);
print(
  "commits per second, one at a time",
  Math.round(500_000 / (performance.now() - alone)).toLocaleString("en"),
);
await Promise.all([small.store.close(), big.store.close()]);
const reopening = performance.now();
const again = await openStore({ dir: join(folder, "100000") });
print("opening the store of 100,000 documents", `${(performance.now() - reopening).toFixed(0)} ms`);
await again.close();
await rm(folder, { recursive: true });
