/** Where all samples live: big slabs of typed arrays, handed out and taken back in chunks of equal size. */

/** A chunk holds 2^4 samples: 224 bytes, so that a series with few samples wastes little. */
export const CHUNK_BITS = 4;
/** Samples per chunk. */
export const CHUNK = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK - 1;
/** A slab holds 2^16 samples: 0.9 MB, of which the system gives real memory only for the pages in use. */
const SLAB_BITS = 16;
const SLAB_MASK = (1 << SLAB_BITS) - 1;
const CHUNKS_PER_SLAB = 1 << (SLAB_BITS - CHUNK_BITS);
const HIGH = 2 ** 32;

/** The latest time that can be kept, in milliseconds since the epoch: 48 bits, the year 10889. */
export const LATEST = 2 ** 48 - 1;

/**
 * Samples in three columns: the time's lower 32 bits, its upper 16 bits, and the value; 14 bytes each. Whole times
 * rather than offsets from a base, so that no gap between two samples is too long. A place is named by its slot: the
 * slot of a chunk's first sample plus an index below `CHUNK`. Memory once taken is kept for reuse, never returned.
 */
export class SampleArena {
  readonly #lows: Uint32Array[] = [];
  readonly #highs: Uint16Array[] = [];
  readonly #values: Float64Array[] = [];
  readonly #free: number[] = [];
  #chunks = 0;

  /** Bytes of all slabs. */
  get bytes(): number {
    return this.#values.length * (14 << SLAB_BITS);
  }

  /** Hands out a chunk: the slot of its first sample. */
  take(): number {
    const chunk = this.#free.pop();
    if (chunk !== undefined) return chunk;
    if (this.#chunks % CHUNKS_PER_SLAB === 0) {
      this.#lows.push(new Uint32Array(1 << SLAB_BITS));
      this.#highs.push(new Uint16Array(1 << SLAB_BITS));
      this.#values.push(new Float64Array(1 << SLAB_BITS));
    }
    return this.#chunks++ << CHUNK_BITS;
  }

  /** Takes a chunk back. */
  give(chunk: number): void {
    this.#free.push(chunk);
  }

  write(slot: number, at: number, value: number): void {
    const slab = slot >>> SLAB_BITS;
    const i = slot & SLAB_MASK;
    const lows = this.#lows[slab];
    const highs = this.#highs[slab];
    const values = this.#values[slab];
    if (lows === undefined || highs === undefined || values === undefined) return;
    // A typed array keeps the lower bits of what it is given, so the lower half needs no masking.
    lows[i] = at;
    highs[i] = at / HIGH;
    values[i] = value;
  }

  setValue(slot: number, value: number): void {
    const values = this.#values[slot >>> SLAB_BITS];
    if (values !== undefined) values[slot & SLAB_MASK] = value;
  }

  at(slot: number): number {
    const slab = slot >>> SLAB_BITS;
    const i = slot & SLAB_MASK;
    return (this.#highs[slab]?.[i] ?? 0) * HIGH + (this.#lows[slab]?.[i] ?? 0);
  }

  value(slot: number): number {
    return this.#values[slot >>> SLAB_BITS]?.[slot & SLAB_MASK] ?? Number.NaN;
  }
}

/** The index inside its chunk of the sample at a position counted from a chunk's start. */
export function inChunk(position: number): number {
  return position & CHUNK_MASK;
}
