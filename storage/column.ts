/** The samples of one series, as a view on the arena: which chunks are its own and which part of them is in use. */
import type { Labels } from "./labels.ts";
import { CHUNK, CHUNK_BITS, inChunk, type SampleArena } from "./sample-arena.ts";
import type { Series } from "./series.ts";

const NEVER = Number.NEGATIVE_INFINITY;
const NONE: number[] = [];
/** Up to so many chunks the list is copied by `concat`, which takes what it needs: an array that grows, or is spread, takes room for 16 more. */
const EXACT = 8;

/**
 * One series, written by the store alone; readers know it as `Series`. All chunks are full but the first, whose
 * oldest samples may have been dropped, and the last: the place of sample `i` is found without a search.
 */
export class Column implements Series {
  readonly labels: Labels;
  /** Rises with every series that enters the index; gives `select` its order. */
  serial = 0;
  /** Whether the index knows it. A series leaves the index when its last sample goes. */
  listed = false;
  /** The next series with the same hash, if any. */
  next: Column | undefined = undefined;
  /** The labels object it was last found by, until the next sweep; see `SeriesStore.append`. */
  foundBy: Labels | undefined = undefined;
  /** The time of the last sample, `-Infinity` while there is none. */
  lastAt = NEVER;
  endedAt = NEVER;
  endedBlind = false;
  length = 0;
  /** The segment of the log that has last defined this series, and its number there; see sample-log.ts. */
  segment = -1;
  numberInSegment = 0;
  readonly #arena: SampleArena;
  #chunks: number[] = NONE;
  /** How many samples of the first chunk have been dropped; below `CHUNK`. */
  #skipped = 0;

  constructor(arena: SampleArena, labels: Labels) {
    this.#arena = arena;
    this.labels = labels;
  }

  at(i: number): number {
    return i >= 0 && i < this.length ? this.#arena.at(this.#slot(i)) : Number.NaN;
  }

  value(i: number): number {
    return i >= 0 && i < this.length ? this.#arena.value(this.#slot(i)) : Number.NaN;
  }

  indexAt(t: number): number {
    // Nearly every question is about now.
    if (this.lastAt <= t) return this.length - 1;
    const last = this.length - 1;
    const firstAt = this.at(0);
    if (!(firstAt <= t)) return -1;
    // Samples come at even intervals as a rule, so the first guess is near; from there in steps that double.
    let low = Math.floor(((t - firstAt) / (this.lastAt - firstAt)) * last);
    let high = low + 1;
    if (this.at(low) <= t) {
      for (let step = 1; high < last && this.at(high) <= t; step *= 2) {
        low = high;
        high = Math.min(last, high + step);
      }
    } else {
      for (let step = 1; this.at(low) > t; step *= 2) {
        high = low;
        low = Math.max(0, low - step);
      }
    }
    // Always: sample `low` is not after t, sample `high` is.
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) <= t) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Adds a sample later than the last. */
  push(at: number, value: number): void {
    const position = this.#skipped + this.length;
    const index = inChunk(position);
    if (index === 0) this.#addChunk();
    this.#arena.write((this.#chunks[position >>> CHUNK_BITS] ?? 0) + index, at, value);
    this.length++;
    this.lastAt = at;
  }

  /** Gives the last sample another value. */
  replaceLast(value: number): void {
    if (this.length > 0) this.#arena.setValue(this.#slot(this.length - 1), value);
  }

  /** Drops the newest samples, so that `length` remain. */
  keepFirst(length: number): void {
    if (length >= this.length) return;
    this.length = length;
    const needed = length === 0 ? 0 : (this.#skipped + length + CHUNK - 1) >>> CHUNK_BITS;
    for (const chunk of this.#chunks.splice(needed)) this.#arena.give(chunk);
    if (length === 0) {
      this.#skipped = 0;
      this.#chunks = NONE;
    }
    this.lastAt = length === 0 ? NEVER : this.at(length - 1);
  }

  /** Drops the oldest `count` samples. */
  dropFirst(count: number): void {
    if (count <= 0) return;
    if (count >= this.length) {
      this.keepFirst(0);
      return;
    }
    this.length -= count;
    const skipped = this.#skipped + count;
    this.#skipped = inChunk(skipped);
    for (const chunk of this.#chunks.splice(0, skipped >>> CHUNK_BITS)) this.#arena.give(chunk);
  }

  /** See `SeriesRecorder.end`. */
  end(at: number, blind: boolean): void {
    this.endedAt = Math.floor(at);
    this.endedBlind = blind;
  }

  #addChunk(): void {
    const chunk = this.#arena.take();
    if (this.#chunks.length < EXACT) this.#chunks = this.#chunks.concat(chunk);
    else this.#chunks.push(chunk);
  }

  #slot(i: number): number {
    const position = this.#skipped + i;
    return (this.#chunks[position >>> CHUNK_BITS] ?? 0) + inChunk(position);
  }
}
