/** Series in memory against a plain array per series: what is kept, what goes, what is found. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Labels } from "../../../storage/labels.ts";
import type { Log } from "../../../storage/log.ts";
import { silentLog } from "../../../storage/log.ts";
import { MemorySeries } from "../../../storage/memory-series.ts";
import type { Series } from "../../../storage/series.ts";
import { SeriesLimit } from "../../../storage/series-limit.ts";
import { usedMemory } from "../../support/heap.ts";

type Row = [at: number, value: number];

const forever = { retentionMs: Number.MAX_SAFE_INTEGER };

function rows(series: Series | undefined): Row[] {
  if (series === undefined) return [];
  return Array.from({ length: series.length }, (_, i) => [series.at(i), series.value(i)]);
}

function one(store: MemorySeries, host: string): Series | undefined {
  return store.select([{ name: "host", op: "=", value: host }])[0];
}

/** What an append means, said as plainly as possible. */
function appendTo(model: Row[], at: number, value: number): void {
  while (model.length > 0 && (model.at(-1)?.[0] ?? 0) >= at) model.pop();
  model.push([at, value]);
}

const anyValue = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0));
const anyHost = fc.constantFrom("a", "b", "c");
/** Mostly forward, sometimes the same instant, sometimes back, sometimes by years. */
const anyStep = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, -15_000, -3_600_000, 2 ** 33) },
);

test("series behave as arrays do: forward, at the same instant, backward, expired", () => {
  const anyAct = fc.oneof(
    { weight: 300, arbitrary: fc.record({ host: anyHost, step: anyStep, value: anyValue }) },
    { weight: 1, arbitrary: fc.record({ keepMs: fc.integer({ min: 0, max: 300_000 }) }) },
  );
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 1_000, size: "max" }), fc.boolean(), (acts, byRef) => {
      const store = new MemorySeries(silentLog, { retentionMs: 0 });
      const model = new Map<string, Row[]>();
      const refs = new Map(["a", "b", "c"].map((host) => [host, store.ref({ host })]));
      let now = 1_800_000_000_000;
      for (const act of acts) {
        if ("keepMs" in act) {
          store.expire(now - act.keepMs);
          for (const [host, all] of model)
            model.set(
              host,
              all.filter(([at]) => at >= now - act.keepMs),
            );
          continue;
        }
        now += act.step;
        if (byRef) refs.get(act.host)?.append(now, act.value);
        else store.append({ host: act.host }, now, act.value);
        const all = model.get(act.host) ?? [];
        model.set(act.host, all);
        appendTo(all, now, act.value);
      }
      for (const host of ["a", "b", "c"]) expect(rows(one(store, host))).toEqual(model.get(host) ?? []);
      const all = [...model.values()];
      expect(store.stats().samples).toBe(all.reduce((sum, { length }) => sum + length, 0));
      expect(store.stats().series).toBe(all.filter(({ length }) => length > 0).length);
      const oldest = Math.min(...all.flatMap(([first]) => (first === undefined ? [] : [first[0]])));
      expect(store.oldestAt()).toBe(oldest === Number.POSITIVE_INFINITY ? undefined : oldest);
    }),
    { numRuns: 60 },
  );
});

test("indexAt finds the last sample that is not later, however uneven the times are", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.nat(2 ** 31)), {
        minLength: 1,
        maxLength: 200,
      }),
      fc.array(fc.oneof(fc.integer({ min: -5, max: 1_005 }), fc.nat(2 ** 31))),
      (times, questions) => {
        times.sort((a, b) => a - b);
        const store = new MemorySeries(silentLog, forever);
        for (const at of times) store.append({ host: "a" }, at, at);
        const series = one(store, "a");
        for (const t of [...questions, ...times, Number.POSITIVE_INFINITY])
          expect(series?.indexAt(t)).toBe(times.findLastIndex((at) => at <= t));
      },
    ),
  );
});

test("samples that go are always the oldest of all, and no more than there need be", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ host: anyHost, step: fc.nat(3) }), { minLength: 70, maxLength: 600, size: "max" }),
      (acts) => {
        const store = new MemorySeries(silentLog, { ...forever, maxSamples: 64 });
        const model: { host: string; at: number }[] = [];
        let now = 0;
        for (const { host, step } of acts) {
          now += step;
          if (model.some((sample) => sample.host === host && sample.at === now)) continue;
          store.append({ host }, now, now);
          model.push({ host, at: now });
          const { samples, evicted } = store.stats();
          expect(samples).toBeLessThanOrEqual(64);
          expect(samples + evicted).toBe(model.length);
          if (evicted > 0) expect(samples).toBeGreaterThan(32);
        }
        const kept = ["a", "b", "c"].flatMap((host) => rows(one(store, host)).map(([at]) => at));
        kept.sort((a, b) => a - b);
        expect(kept).toEqual(model.map(({ at }) => at).slice(-kept.length));
      },
    ),
    { numRuns: 50 },
  );
});

test("too many samples of one instant: as many go as must, and it is said once", () => {
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_fields, message) => warnings.push(message) };
  const store = new MemorySeries(log, { ...forever, maxSamples: 1_600 });
  for (let i = 0; i < 1_750; i++) store.append({ host: String(i) }, 1, i);
  expect(store.stats()).toMatchObject({ samples: 1_548, series: 1_548, evicted: 202 });
  expect(warnings).toHaveLength(1);
});

test("a clock set back an hour is said once, and every series goes on from there", () => {
  const warnings: object[] = [];
  const log: Log = { ...silentLog, warn: (fields) => warnings.push(fields) };
  const store = new MemorySeries(log, forever);
  const hour = 3_600_000;
  for (let i = 0; i < 240; i++)
    for (const host of ["a", "b", "c"]) store.append({ host }, 10 * hour + i * 15_000, i);
  const back = 10 * hour + 5_000;
  // The last of them comes round so late that the jump would be said again, were it not known to be the same.
  store.append({ host: "slow" }, 10 * hour + 240_000, 1);
  store.append({ host: "slow" }, 11 * hour - 20_000, 1);
  for (let i = 0; i < 4; i++)
    for (const [n, host] of ["a", "b", "c"].entries()) store.append({ host }, back + i * 60_000 + n, 500 + i);
  expect(warnings).toEqual([{ from: 11 * hour - 15_000, to: back, backMs: hour - 20_000 }]);
  expect(rows(one(store, "c"))).toEqual([
    [10 * hour, 0],
    [back + 2, 500],
    [back + 60_002, 501],
    [back + 120_002, 502],
    [back + 180_002, 503],
  ]);
  store.append({ host: "slow" }, back + 230_000, 2);
  expect(warnings).toHaveLength(1);
  expect(store.stats().discarded).toBe(3 * 239 + 2);
  for (const host of ["a", "b", "c"]) store.append({ host }, 9 * hour, 1);
  expect(warnings).toHaveLength(2);
});

describe("limits and labels", () => {
  test("one series too many is refused by name and counted; the others go on", () => {
    const store = new MemorySeries(silentLog, { ...forever, maxSeries: 2 });
    store.append({ host: "a" }, 1, 1);
    store.append({ host: "b" }, 1, 1);
    const ref = store.ref({ host: "c" });
    for (const refused of [() => store.append({ host: "c" }, 1, 1), () => ref.append(1, 1)]) {
      expect(refused).toThrow(SeriesLimit);
      expect(refused).toThrow('there are 2 series already, the most there may be; the new series {host="c"}');
    }
    store.append({ host: "a" }, 2, 1);
    expect(store.stats()).toMatchObject({ series: 2, refused: 4, samples: 3 });
    store.append({ host: "b" }, 100, 1);
    store.expire(Number.MAX_SAFE_INTEGER + 50);
    ref.append(101, 1);
    expect(rows(one(store, "c"))).toEqual([[101, 1]]);
  });

  test("a series that has gone comes back for those who still hold it", () => {
    const store = new MemorySeries(silentLog, { retentionMs: 10 });
    const labels = { __name__: "n", host: "a" };
    const ref = store.ref(labels);
    for (let i = 0; i < 3; i++) store.append(labels, i, i);
    const matchers = [{ name: "host", op: "=", value: "a" }] as const;
    const [gone] = store.select(matchers);
    store.expire(100);
    expect([store.select(matchers), gone?.length, gone?.indexAt(100), store.names().size]).toEqual([
      [],
      0,
      -1,
      0,
    ]);
    store.append(labels, 101, 1);
    ref.append(102, 2);
    expect(rows(store.select(matchers)[0])).toEqual([
      [101, 1],
      [102, 2],
    ]);
  });

  test("a label with an empty value is no label; the order of labels does not matter", () => {
    const store = new MemorySeries(silentLog, forever);
    store.append({ __name__: "n", a: "1", b: "", c: "2" }, 1, 1);
    store.append({ c: "2", a: "1", __name__: "n" }, 2, 2);
    expect(store.select([]).map(({ labels }) => labels)).toEqual([{ __name__: "n", a: "1", c: "2" }]);
    expect(store.stats()).toMatchObject({ series: 1, samples: 2 });
    expect(store.names()).toEqual(new Map([["n", 1]]));
  });

  test.each([Number.NaN, -1, 2 ** 48, Number.POSITIVE_INFINITY])("%d is not a time", (at) => {
    const store = new MemorySeries(silentLog, forever);
    expect(() => store.append({ host: "a" }, at, 1)).toThrow(RangeError);
    expect(store.stats()).toMatchObject({ series: 0, samples: 0 });
  });

  test("times are cut to milliseconds, and the last that can be kept is kept", () => {
    const store = new MemorySeries(silentLog, forever);
    store.append({ host: "a" }, 1.9, 1);
    store.append({ host: "a" }, 2 ** 48 - 1, 2);
    expect(rows(one(store, "a"))).toEqual([
      [1, 1],
      [2 ** 48 - 1, 2],
    ]);
    expect([one(store, "a")?.at(2), one(store, "a")?.value(-1)]).toEqual([Number.NaN, Number.NaN]);
  });
});

/** Fills a store and says how many bytes it took. */
function bytesFor(many: number, samples: number): number {
  const before = usedMemory();
  const store = new MemorySeries(silentLog, forever);
  for (let s = 0; s < many; s++) {
    const labels: Labels = {
      __name__: "node_cpu_seconds_total",
      instance: `web-${s}:9100`,
      mode: `m${s % 8}`,
    };
    const ref = store.ref(labels);
    for (let i = 0; i < samples; i++) ref.append(i * 15_000, i);
  }
  const bytes = usedMemory() - before;
  expect(store.stats().samples).toBe(many * samples);
  return bytes;
}

test.each([
  [3_000, 1_000],
  [10_000, 20],
  [10_000, 1],
])("%d series of %d samples take 16 bytes per sample and 1 KB per series", (many, samples) => {
  // The heap is shared with the test runner, which may take a megabyte of its own while we look: the least of
  // three looks is the store's.
  const looks = [bytesFor(many, samples), bytesFor(many, samples), bytesFor(many, samples)];
  expect(Math.min(...looks)).toBeLessThan(many * (16 * samples + 1024));
});

test("a reference knows when its series was last written, by whomever, and when it is gone", () => {
  const store = new MemorySeries(silentLog, { retentionMs: 1_000 });
  const ref = store.ref({ host: "a" });
  expect(ref.lastAt).toBe(Number.NEGATIVE_INFINITY);
  store.append({ host: "a" }, 5_000, 1);
  expect(ref.lastAt).toBe(5_000);
  ref.append(6_000, 2);
  expect(ref.lastAt).toBe(6_000);
  store.expire(10_000);
  expect(ref.lastAt).toBe(Number.NEGATIVE_INFINITY);
});

test("memory of what has gone is used again", () => {
  const store = new MemorySeries(silentLog, { retentionMs: 100_000 });
  const round = (from: number): void => {
    for (let i = 0; i < 100; i++)
      for (let s = 0; s < 1_000; s++) store.append({ s: String((s + from) % 1_500) }, from + i * 1_000, i);
  };
  round(0);
  const { bytes } = store.stats();
  for (let n = 1; n < 5; n++) {
    store.expire(n * 1_000_000);
    round(n * 1_000_000);
  }
  expect(store.stats()).toMatchObject({ bytes, samples: 100_000, series: 1_000 });
});
