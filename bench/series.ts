/** What samples cost: to append, to find, to look at, to keep in memory and to read back at the start. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../storage/clock.ts";
import type { Labels } from "../storage/labels.ts";
import { silentLog } from "../storage/log.ts";
import type { Matcher } from "../storage/matchers.ts";
import { openSeries, SeriesStore } from "../storage/series-store.ts";
import { median } from "./median.ts";

const SERIES = 10_000;
const START = 1_700_000_000_000;
const STEP = 15_000;
const NAME = "node_cpu_seconds_total";
const forever = { retentionMs: Number.MAX_SAFE_INTEGER };

function labelsOf(i: number): Labels {
  return {
    __name__: NAME,
    instance: `web-${i}.shop.example:9100`,
    job: `job-${i % 20}`,
    mode: i % 2 === 0 ? "idle" : "user",
  };
}

/** Nanoseconds per unit of work, the median of five rounds after one to warm up. */
function nsPer(units: number, work: () => void): number {
  const rounds = Array.from({ length: 6 }, () => {
    const began = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - began) / units;
  });
  return median(rounds.slice(1));
}

function say(what: string, figure: string): void {
  console.log(`${what.padEnd(62)} ${figure.padStart(12)}`);
}

function usedMemory(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("run with node --expose-gc");
  // Twice, because what the first round frees may hold array buffers that only the second gives back.
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes per series in memory; the bound is 16 bytes per sample and 1 KB per series. */
function memory(samples: number): void {
  const before = usedMemory();
  const store = new SeriesStore(silentLog, forever);
  for (let s = 0; s < SERIES; s++) {
    const ref = store.ref(labelsOf(s));
    for (let i = 0; i < samples; i++) ref.append(START + i * STEP, i);
  }
  const each = (usedMemory() - before) / SERIES;
  const bound = 16 * samples + 1024;
  say(`memory per series of ${samples} samples (bound ${bound})`, `${each.toFixed(0)} bytes`);
  if (store.stats().series !== SERIES) throw new Error("series are missing");
}

function speed(): void {
  const store = new SeriesStore(silentLog, { ...forever, maxSamples: 12_000_000 });
  const labels = Array.from({ length: SERIES }, (_, i) => labelsOf(i));
  const refs = labels.map((one) => store.ref(one));
  let at = START;
  const rounds = (count: number, append: (at: number) => void): void => {
    for (let i = 0; i < count; i++) {
      at += STEP;
      append(at);
    }
  };
  const ns = (figure: number): string => `${figure.toFixed(0)} ns`;
  const byRef = nsPer(SERIES * 50, () =>
    rounds(50, (t) => {
      for (const ref of refs) ref.append(t, 1);
    }),
  );
  say("append by reference (bound 1,000)", ns(byRef));
  const byObject = nsPer(SERIES * 50, () =>
    rounds(50, (t) => {
      for (const one of labels) store.append(one, t, 1);
    }),
  );
  say("append by labels, the same object as before", ns(byObject));
  const byCopy = nsPer(SERIES * 10, () =>
    rounds(10, (t) => {
      for (const one of labels) store.append({ ...one }, t, 1);
    }),
  );
  say("append by labels, a new object every time", ns(byCopy));

  const name: Matcher = { name: "__name__", op: "=", value: NAME };
  const finding = (what: string, found: number, units: number, more: readonly Matcher[]): void => {
    const figure = nsPer(units, () => {
      // A new list every time, since the answer to a known one is remembered.
      for (let i = 0; i < units; i++)
        if (store.select([name, ...more]).length !== found) throw new Error(what);
    });
    say(`select, ${found} of 10,000 by ${what}`, `${(figure / 1000).toFixed(1)} us`);
  };
  finding("instance=", 1, 10_000, [{ name: "instance", op: "=", value: "web-77.shop.example:9100" }]);
  finding("job=", 500, 500, [{ name: "job", op: "=", value: "job-3" }]);
  finding("job=~ a|b", 1_000, 200, [{ name: "job", op: "=~", value: "job-3|job-4" }]);
  finding("job=~, a real expression", 1_000, 200, [{ name: "job", op: "=~", value: "job-[34]" }]);
  finding("instance=~, 10,000 values", 1_000, 5, [{ name: "instance", op: "=~", value: "web-[0-9]*7[.].*" }]);
  const known = [name];
  const again = nsPer(1e6, () => {
    for (let i = 0; i < 1e6; i++) store.select(known);
  });
  say("select, asked again with the same list", ns(again));

  const all = store.select(known);
  let sum = 0;
  const look = (back: number): number =>
    nsPer(SERIES, () => {
      for (const series of all) sum += series.value(series.indexAt(at - back));
    });
  say("value now, one of 10,000 series", ns(look(0)));
  say("value 5 minutes ago, one of 10,000 series", ns(look(300_000)));
  const scan = nsPer(SERIES * 200, () => {
    for (const series of all)
      for (let i = series.length - 200; i < series.length; i++) sum += series.value(i);
  });
  say("value and next, along a series", ns(scan));
  if (Number.isNaN(sum)) throw new Error("a value is missing");
}

/** Writes 5 million samples to a real folder and opens it again, three times. */
async function restart(series: number): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "bench-series-"));
  const options = { dir, clock: systemClock, log: silentLog, ...forever };
  try {
    const total = Math.ceil(5_000_000 / series) * series;
    const store = await openSeries(options);
    const refs = Array.from({ length: series }, (_, i) => store.ref(labelsOf(i)));
    const began = process.hrtime.bigint();
    for (let i = 0; i < total / series; i++) {
      for (const ref of refs) ref.append(START + i * STEP, i);
      if ((i * series) % 500_000 < series) await store.flush();
    }
    await store.close();
    const ns = Number(process.hrtime.bigint() - began) / total;
    const { logBytes } = store.stats();
    say(`append and write, ${series} series`, `${ns.toFixed(0)} ns`);
    say(`log per sample, ${series} series`, `${(logBytes / total).toFixed(2)} bytes`);
    const times: number[] = [];
    const spent: number[] = [];
    for (let i = 0; i < 3; i++) {
      const opening = process.hrtime.bigint();
      const cpu = process.cpuUsage();
      const again = await openSeries(options);
      times.push(Number(process.hrtime.bigint() - opening) / 1e6);
      const { user, system } = process.cpuUsage(cpu);
      spent.push((user + system) / 1000);
      if (again.stats().samples !== total) throw new Error("samples are missing");
      await again.close();
    }
    say(`read back 5,000,000 samples, ${series} series (bound 1,000)`, `${median(times).toFixed(0)} ms`);
    say("the same in processor time", `${median(spent).toFixed(0)} ms`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

for (const samples of [1_000, 20, 1]) memory(samples);
speed();
for (const series of [10_000, 300]) await restart(series);
