/** Series across restarts, with real files, damage and a disk that refuses. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SeriesSource } from "../../../storage/series.ts";
import { openSeries, type SeriesOptions, type SeriesStore } from "../../../storage/series-store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start = Date.UTC(2026, 10, 25);

let dir: string;
let clock: FakeClock;
let said: { level: string; message: string; fields: Record<string, unknown> }[];
let opened: SeriesStore[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "series-"));
  clock = new FakeClock(start);
  said = [];
  opened = [];
});

afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(dir, { recursive: true });
});

async function reopen(options: Partial<SeriesOptions> = {}): Promise<SeriesStore> {
  const say =
    (level: string) =>
    (fields: object, message: string): void => {
      said.push({ level, message, fields: fields as Record<string, unknown> });
    };
  const log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  const store = await openSeries({ dir: join(dir, "samples"), clock, log, ...options });
  opened.push(store);
  return store;
}

function segments(): string[] {
  return readdirSync(join(dir, "samples"))
    .sort()
    .map((name) => join(dir, "samples", name));
}

function contents(store: SeriesSource): Record<string, [at: number, value: number][]> {
  const rows: Record<string, [number, number][]> = {};
  for (const series of store.select([]))
    rows[JSON.stringify(series.labels)] = Array.from({ length: series.length }, (_, i) => [
      series.at(i),
      series.value(i),
    ]);
  return rows;
}

const worrying = (): string[] => said.filter(({ level }) => level !== "info").map(({ message }) => message);

test("everything is there after a restart: values, times, odd labels, replaced and discarded samples", async () => {
  const store = await reopen();
  const odd = { __name__: "数据", 'quote"\n': "\u2028\ud800", __proto: "x", empty: "" };
  const proto = JSON.parse('{"__name__":"p","__proto__":"own"}') as Record<string, string>;
  for (let i = 0; i < 2_000; i++) {
    store.append({ __name__: "cpu", host: `h${i % 7}` }, start + i * 1000, i / 3);
    if (i % 100 === 0)
      store.append(odd, start + i * 1000, i % 200 === 0 ? Number.NaN : Number.NEGATIVE_INFINITY);
    if (i === 700) await store.flush();
  }
  store.append(proto, start, -0);
  store.append(proto, start, 1);
  store.append({ __name__: "back" }, start + HOUR, 1);
  store.append({ __name__: "back" }, start + 1000, 2);
  const before = contents(store);
  await store.close();
  const after = await reopen();
  expect(contents(after)).toEqual(before);
  expect(after.select([{ name: "__proto__", op: "=", value: "own" }])).toHaveLength(1);
  expect(after.stats().samples).toBe(store.stats().samples);
});

test("several restarts add up, each in a segment of its own, and an idle one leaves no file", async () => {
  for (let round = 0; round < 3; round++) {
    const store = await reopen();
    expect(store.stats().samples).toBe(round * 10);
    for (let i = 0; i < 10; i++) store.append({ __name__: "n" }, start + round * 100 + i, i);
    await store.close();
    await (await reopen()).close();
  }
  expect(segments()).toHaveLength(3);
});

test("samples are written by the clock, without anybody asking", async () => {
  const store = await reopen({ flushEveryMs: 500 });
  store.append({ __name__: "n" }, start, 1);
  await clock.advance(499);
  expect(store.stats().pending).toBe(1);
  await clock.advance(1);
  await store.flush();
  expect(store.stats().pending).toBe(0);
  expect(contents(await reopen())).toEqual(contents(store));
});

test("a torn end is dropped and said, and what follows goes to a new segment", async () => {
  const store = await reopen();
  store.append({ __name__: "n" }, start, 1);
  await store.flush();
  store.append({ __name__: "n" }, start + 1, 2);
  await store.close();
  const [file = ""] = segments();
  truncateSync(file, statSync(file).size - 5);
  const after = await reopen();
  expect(contents(after)).toEqual({ '{"__name__":"n"}': [[start, 1]] });
  expect(said.find(({ message }) => message.includes("torn"))?.fields).toMatchObject({ file });
  expect(worrying()).toEqual([]);
  after.append({ __name__: "n" }, start + 2, 3);
  await after.close();
  expect(contents(await reopen())).toEqual({
    '{"__name__":"n"}': [
      [start, 1],
      [start + 2, 3],
    ],
  });
});

test("every possible cut leaves a beginning of what was written", async () => {
  const store = await reopen();
  for (let i = 0; i < 6; i++) {
    store.append({ __name__: "n", i: String(i % 2) }, start + i, i);
    await store.flush();
  }
  await store.close();
  const [file = ""] = segments();
  const whole = readFileSync(file);
  let last = 6;
  for (let cut = whole.length; cut >= 0; cut -= 7) {
    writeFileSync(file, whole.subarray(0, cut));
    const after = await reopen();
    const values = Object.values(contents(after)).flatMap((rows) => rows.map(([, value]) => value));
    expect(values.sort()).toEqual([0, 1, 2, 3, 4, 5].slice(0, values.length));
    expect(values.length).toBeLessThanOrEqual(last);
    last = values.length;
    await after.close();
  }
  expect(last).toBe(0);
});

test("damage skips the rest of its segment, says where, and leaves the other segments alone", async () => {
  for (let round = 0; round < 2; round++) {
    const store = await reopen();
    for (let i = 0; i < 3; i++) {
      store.append({ __name__: "n", round: String(round) }, start + i, i);
      await store.flush();
    }
    await store.close();
  }
  const [file = ""] = segments();
  const bytes = readFileSync(file);
  // The last block of three: 16 bytes of head, 8 + 8 + 16 of content.
  const offset = bytes.length - 2 * 48;
  bytes[offset + 30] = (bytes[offset + 30] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const after = await reopen();
  expect(Object.values(contents(after)).map((rows) => rows.length)).toEqual([1, 3]);
  expect(said.find(({ level }) => level === "warn")?.fields).toEqual({ file, offset, bytes: 96 });
});

test("a folder full of nonsense does not keep it from starting", async () => {
  await (await reopen()).close();
  const folder = join(dir, "samples");
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(folder, "a file where the folder should be");
  const store = await reopen();
  store.append({ __name__: "n" }, start, 1);
  await store.flush();
  expect(store.trouble?.reason).toContain(folder);
  expect(store.trouble?.since).toBe(start);
  await store.flush();
  expect(worrying()).toEqual([
    "earlier samples cannot be read",
    "samples cannot be saved; they are kept in memory and tried again",
  ]);
  rmSync(folder);
  await store.flush();
  expect(store.trouble).toBeUndefined();
  expect(said.at(-1)?.message).toBe("samples are saved again");
  expect(contents(await reopen())).toEqual(contents(store));
});

test("segments follow the time, and go when nothing in them is kept any more", async () => {
  const store = await reopen({ retentionMs: DAY, flushEveryMs: HOUR });
  for (let hour = 0; hour < 72; hour++) {
    store.append({ __name__: "n" }, clock.now(), hour);
    await store.flush();
    await clock.advance(HOUR);
    await store.flush();
  }
  await store.sweep(clock.now());
  expect(store.stats().samples).toBe(24);
  expect(segments().length).toBeGreaterThan(20);
  expect(segments().length).toBeLessThan(30);
  const before = contents(store);
  await store.close();
  expect(contents(await reopen({ retentionMs: DAY }))).toEqual(before);
});

test("a clock set back does not stop segments from following the time", async () => {
  const store = await reopen({ retentionMs: DAY });
  store.append({ __name__: "n" }, clock.now(), 1);
  await store.flush();
  clock.set(start - 5 * HOUR);
  store.append({ __name__: "n" }, clock.now(), 2);
  await store.flush();
  store.append({ __name__: "n" }, clock.now() + 1, 3);
  await store.flush();
  expect(segments()).toHaveLength(2);
  await store.close();
  said = [];
  expect(contents(await reopen())).toEqual({
    '{"__name__":"n"}': [
      [start - 5 * HOUR, 2],
      [start - 5 * HOUR + 1, 3],
    ],
  });
  expect(worrying()).toEqual([]);
});

test("a log longer than what is read at a time, with a label set longer still", async () => {
  const store = await reopen();
  const long = "长".repeat(2_000_000);
  for (let i = 0; i < 9_000; i++) {
    for (let s = 0; s < 100; s++) store.append({ __name__: "n", s: String(s) }, start + i, i * s);
    if (i === 5_000) store.append({ __name__: "n", long }, start, 1);
    if (i % 700 === 0) await store.flush();
  }
  await store.close();
  expect(store.stats().logBytes).toBeGreaterThan(13_000_000);
  const after = await reopen();
  expect(after.stats().samples).toBe(900_001);
  for (const series of after.select([{ name: "s", op: "!=", value: "" }]))
    expect([series.length, series.value(8_999)]).toEqual([9_000, 8_999 * Number(series.labels["s"])]);
  expect(after.select([{ name: "long", op: "=", value: long }])).toHaveLength(1);
  expect(worrying()).toEqual([]);
});

test("what is older than the retention is not read back", async () => {
  const store = await reopen();
  for (let i = 0; i < 10; i++) store.append({ __name__: "n" }, start + i * HOUR, i);
  await store.close();
  clock.set(start + 10 * HOUR);
  const after = await reopen({ retentionMs: 5 * HOUR });
  expect(after.oldestAt()).toBe(start + 5 * HOUR);
});

test("more series than may be are left out when reading back, and counted", async () => {
  const store = await reopen();
  for (let i = 0; i < 10; i++)
    for (let s = 0; s < 10; s++) store.append({ __name__: "n", s: String(s) }, start + i, i);
  await store.close();
  const after = await reopen({ maxSeries: 4 });
  expect(after.stats()).toMatchObject({ series: 4, samples: 40, refused: 6 });
});
