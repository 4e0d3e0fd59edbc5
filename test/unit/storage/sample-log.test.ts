/** The bytes of the sample log, and its bound on what may wait for the disk. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Column } from "../../../storage/column.ts";
import type { Labels } from "../../../storage/labels.ts";
import { type Log, silentLog } from "../../../storage/log.ts";
import { SampleArena } from "../../../storage/sample-arena.ts";
import { encodeDefinitions, readBlock, SampleBlock } from "../../../storage/sample-block.ts";
import { SampleLog } from "../../../storage/sample-log.ts";
import { openSeries } from "../../../storage/series-store.ts";
import { NotSaved } from "../../../storage/store.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const anySamples = fc.array(
  fc.tuple(fc.nat(5), fc.integer({ min: 0, max: 3 }), fc.oneof(fc.double(), fc.constant(Number.NaN))),
  { minLength: 1, maxLength: 600, size: "max" },
);

test("a block of samples is read as it was written", () => {
  fc.assert(
    fc.property(anySamples, (samples) => {
      const block = new SampleBlock();
      for (const [series, at, value] of samples) block.add(series, at, value);
      const bytes = block.encode();
      const read = readBlock(bytes.buffer as ArrayBuffer, 0, bytes.length);
      if (typeof read !== "object" || read.kind !== "samples") throw new Error("not a block of samples");
      const found: [number, number, number][] = [];
      read.times.forEach((at, run) => {
        for (let i = 0; i < (read.counts[run] ?? 0); i++)
          found.push([(read.firsts[run] ?? 0) + i, at, read.values[found.length] ?? 0]);
      });
      expect(found).toEqual(samples);
      expect(read.bytes).toBe(bytes.length);
      expect(block.newestAt).toBe(Math.max(...samples.map(([, at]) => at)));
    }),
  );
});

test("what one monitor writes in one go takes 8 bytes per sample and a bit", () => {
  const block = new SampleBlock();
  for (let at = 0; at < 10; at++) for (let series = 0; series < 100; series++) block.add(series, at, series);
  expect(block.encode().length).toBe(16 + 8 + 8 * 1_000 + 16 * 10);
});

test("no changed byte is believed", () => {
  const labels: Labels[] = [{ __name__: "温度" }, {}];
  const block = new SampleBlock();
  block.add(7, 1, 2);
  for (const bytes of [encodeDefinitions(3, labels), block.encode()])
    for (let i = 0; i < bytes.length; i++)
      for (const change of i < 16 ? Array.from({ length: 255 }, (_, n) => n + 1) : [1, 128]) {
        const changed = Uint8Array.from(bytes);
        changed[i] = (changed[i] ?? 0) ^ change;
        // Another length may ask for more bytes than there are; it must never be taken for a block.
        expect(typeof readBlock(changed.buffer, 0, changed.length)).not.toBe("object");
      }
  const { buffer } = encodeDefinitions(3, labels);
  expect(readBlock(buffer as ArrayBuffer, 0, buffer.byteLength)).toMatchObject({ first: 3, labels });
});

test("while the disk refuses, the newest samples wait; the oldest are given up, counted, and it is said once", async () => {
  const parent = mkdtempSync(join(tmpdir(), "samples-"));
  const dir = join(parent, "samples");
  writeFileSync(dir, "in the way");
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (_fields, message) => errors.push(message) };
  const clock = new FakeClock(0);
  const samples = new SampleLog({
    dir,
    clock,
    log,
    segmentMs: 1e12,
    maxPending: 100_000,
    files: [],
    sequence: 1,
  });
  const column = new Column(new SampleArena(), { __name__: "n" });
  for (let i = 0; i < 400_000; i++) {
    samples.add(column, i, i);
    if (i % 50_000 === 0) await samples.flush();
  }
  expect(samples.pending).toBeLessThanOrEqual(100_000);
  expect(samples.pending + samples.lost).toBe(400_000);
  expect(errors).toHaveLength(2);
  rmSync(dir);
  await samples.close();
  expect(samples.trouble).toBeUndefined();
  const store = await openSeries({ dir, clock, log });
  const [series] = store.select([]);
  expect(series?.length).toBe(400_000 - samples.lost);
  expect(series?.value(series.length - 1)).toBe(399_999);
  await store.close();
  rmSync(parent, { recursive: true });
});

test("what is persisted is in the file; those who ask together share, and the next life reads it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "samples-"));
  const clock = new FakeClock(0);
  const store = await openSeries({ dir, clock, log: silentLog });
  for (let i = 0; i < 50; i++) store.append({ __name__: "n" }, i, i);
  const first = Promise.all(Array.from({ length: 20 }, () => store.persist()));
  store.append({ __name__: "late" }, 50, 50);
  await Promise.all([first, store.persist()]);
  expect(store.stats().pending).toBe(0);
  const again = await openSeries({ dir, clock, log: silentLog });
  expect(again.select([]).map(({ labels, length }) => `${labels["__name__"]} ${length}`)).toEqual([
    "n 50",
    "late 1",
  ]);
  await again.close();
  await store.close();
  rmSync(dir, { recursive: true });
});

test("to persist on a disk that refuses rejects, each time, until it takes them", async () => {
  const parent = mkdtempSync(join(tmpdir(), "samples-"));
  const dir = join(parent, "samples");
  writeFileSync(dir, "in the way");
  const samples = new SampleLog({
    dir,
    clock: new FakeClock(0),
    log: silentLog,
    segmentMs: 1e12,
    files: [],
    sequence: 1,
  });
  const column = new Column(new SampleArena(), { __name__: "n" });
  samples.add(column, 1, 1);
  const both = await Promise.allSettled([samples.persist(), samples.persist()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(samples.persist()).rejects.toBeInstanceOf(NotSaved);
  rmSync(dir);
  await samples.persist();
  expect(samples.pending).toBe(0);
  await samples.close();
  rmSync(parent, { recursive: true });
});

test("to persist what was given up meanwhile rejects, though the disk is well again", async () => {
  const parent = mkdtempSync(join(tmpdir(), "samples-"));
  const samples = new SampleLog({
    dir: join(parent, "samples"),
    clock: new FakeClock(0),
    log: silentLog,
    segmentMs: 1e12,
    maxPending: 10,
    files: [],
    sequence: 1,
  });
  const column = new Column(new SampleArena(), { __name__: "n" });
  samples.add(column, 1, 1);
  const waiting = samples.persist();
  for (let at = 2; at < 100; at++) samples.add(column, at, at);
  expect(samples.lost).toBeGreaterThan(0);
  await expect(waiting).rejects.toThrow("given up");
  await samples.close();
  rmSync(parent, { recursive: true });
});
