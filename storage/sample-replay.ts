/** Reads the sample log back at the start. Samples are evidence, not promises: what is damaged is said and skipped. */
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Labels } from "./labels.ts";
import type { Log } from "./log.ts";
import { readBlock, type SampleColumns } from "./sample-block.ts";
import type { SegmentFile } from "./sample-log.ts";
import type { SeriesRef } from "./series.ts";
import { SeriesLimit } from "./series-limit.ts";
import { wordsOf } from "./store-error.ts";

/** Bytes read at a time. */
const PIECE = 4 << 20;

export interface ReplayOptions {
  readonly dir: string;
  readonly log: Log;
  /** Samples before this time are left out. */
  readonly keepFrom: number;
  /** Where samples go. */
  ref(labels: Labels): SeriesRef;
}

/** What was found in the folder. */
export interface Replayed {
  readonly files: readonly SegmentFile[];
  /** The number that the next segment may take. */
  readonly sequence: number;
}

/** Appends everything that can be read, in the order in which it was written. */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { dir, log } = options;
  const names = await readdir(dir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      log.error({ reason: wordsOf(dir, error).en }, "earlier samples cannot be read");
    return [];
  });
  const segments = names.filter((name) => /^\d{10}\.samples$/.test(name)).sort();
  const files: SegmentFile[] = [];
  for (const name of segments) {
    const path = join(dir, name);
    try {
      files.push(await replaySegment(path, options));
    } catch (error) {
      log.warn({ reason: wordsOf(path, error).en }, "a sample segment cannot be read; it is left out");
    }
  }
  return { files, sequence: Number.parseInt(segments.at(-1) ?? "0", 10) + 1 };
}

async function replaySegment(path: string, options: ReplayOptions): Promise<SegmentFile> {
  const series = new SegmentSeries(options);
  const file = await open(path, "r");
  try {
    let buffer = new ArrayBuffer(PIECE);
    let filled = 0;
    let offset = 0;
    let bytes = 0;
    for (;;) {
      const block = readBlock(buffer, offset, filled);
      if (typeof block === "object") {
        if (block.kind === "samples") series.append(block);
        else series.define(block.first, block.labels);
        offset += block.bytes;
        bytes += block.bytes;
        continue;
      }
      if (block !== undefined) {
        // Moves what is left to the front and reads on; blocks stay at multiples of 8.
        const roomy = block > buffer.byteLength ? new ArrayBuffer(block + PIECE) : buffer;
        new Uint8Array(roomy).set(new Uint8Array(buffer, offset, filled - offset));
        buffer = roomy;
        filled -= offset;
        offset = 0;
        const { bytesRead } = await file.read({ buffer: new Uint8Array(buffer, filled) });
        filled += bytesRead;
        if (bytesRead > 0) continue;
      }
      const { size, mtimeMs } = await file.stat();
      const rest = size - bytes;
      if (rest === 0) return { path, bytes, newestAt: series.newestAt };
      const where = { file: path, offset: bytes, bytes: rest };
      // An end without a whole block is what a kill leaves behind; anything else is damage.
      if (block !== undefined) options.log.info(where, "the torn end of a sample segment is dropped");
      else options.log.warn(where, "a sample segment is damaged; it is read up to there");
      // What cannot be read may be as late as the file itself, and stays as long.
      return { path, bytes: bytes + rest, newestAt: Math.max(series.newestAt, mtimeMs) };
    }
  } finally {
    await file.close();
  }
}

/** The series of one segment by their numbers. */
class SegmentSeries {
  newestAt = Number.NEGATIVE_INFINITY;
  readonly #refs: (SeriesRef | undefined)[] = [];
  readonly #options: ReplayOptions;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  define(first: number, labels: readonly Labels[]): void {
    labels.forEach((one, i) => {
      this.#refs[first + i] = this.#options.ref(one);
    });
  }

  append({ values, times, firsts, counts }: SampleColumns): void {
    let next = 0;
    for (let run = 0; run < times.length; run++) {
      const at = times[run] ?? Number.NaN;
      const from = next;
      next += counts[run] ?? 0;
      if (at > this.newestAt) this.newestAt = at;
      if (at < this.#options.keepFrom) continue;
      const shift = (firsts[run] ?? 0) - from;
      for (let i = from; i < next; i++) this.#one(i + shift, at, values[i] ?? Number.NaN);
    }
  }

  #one(series: number, at: number, value: number): void {
    try {
      this.#refs[series]?.append(at, value);
    } catch (error) {
      if (!(error instanceof SeriesLimit)) throw error;
      // There is no room for it now, nor for its further samples.
      this.#refs[series] = undefined;
    }
  }
}
