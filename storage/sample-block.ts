/**
 * The bytes of the sample log. A segment is a row of blocks, each with a checksum:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | the mark `GFS1`; the digit is the version of this format |
 * | 4 | kind: 1 definitions, 2 samples |
 * | 4 | length of the content, a multiple of 8 |
 * | 4 | CRC-32 of kind, length and content |
 *
 * Definitions: number of the first series (4), length of the text (4), the label sets as a JSON array, zeros. Numbers
 * go on from there and mean something within the segment only.
 * Samples: how many values (4) and runs (4); the values (8 each); then per run, column after column: the time (8), the
 * first series (4) and how many series follow each other (4). What a monitor writes in one go is one run, which makes
 * 8 bytes per sample and a bit. Numbers are in the machine's own byte order; the mark does not fit on another machine.
 */
import { crc32 } from "node:zlib";
import type { Labels } from "./labels.ts";

const MARK = 0x31534647;
const DEFINITIONS = 1;
const SAMPLES = 2;
/** Bytes before a block's content. */
const HEAD = 16;
/** The longest content that is believed. */
const LONGEST = 64 << 20;
/** A block of samples is full with so many values. */
const FULL = 1 << 16;
const SMALLEST = 1 << 8;

/** Samples on their way to the log, in the order in which they were appended. */
export class SampleBlock {
  newestAt = Number.NEGATIVE_INFINITY;
  #values = new Float64Array(SMALLEST);
  #times = new Float64Array(SMALLEST);
  #firsts = new Uint32Array(SMALLEST);
  #counts = new Uint32Array(SMALLEST);
  #size = 0;
  #runs = 0;
  #next = -1;
  #at = Number.NaN;

  /** How many samples. */
  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size >= FULL;
  }

  /** Adds a sample of the series with this number in the segment. */
  add(series: number, at: number, value: number): void {
    if (this.#size === this.#values.length) this.#values = longer(this.#values);
    this.#values[this.#size++] = value;
    if (at !== this.#at || series !== this.#next) this.#begin(series, at);
    const last = this.#runs - 1;
    this.#counts[last] = (this.#counts[last] ?? 0) + 1;
    this.#next = series + 1;
  }

  encode(): Uint8Array {
    const size = this.#size;
    const runs = this.#runs;
    const bytes = new Uint8Array(HEAD + 8 + 8 * size + 16 * runs);
    new Uint32Array(bytes.buffer, HEAD, 2).set([size, runs]);
    new Float64Array(bytes.buffer, HEAD + 8, size).set(this.#values.subarray(0, size));
    const times = HEAD + 8 + 8 * size;
    new Float64Array(bytes.buffer, times, runs).set(this.#times.subarray(0, runs));
    new Uint32Array(bytes.buffer, times + 8 * runs, runs).set(this.#firsts.subarray(0, runs));
    new Uint32Array(bytes.buffer, times + 12 * runs, runs).set(this.#counts.subarray(0, runs));
    return sealed(bytes, SAMPLES);
  }

  #begin(series: number, at: number): void {
    if (this.#runs === this.#times.length) {
      this.#times = longer(this.#times);
      this.#firsts = longer(this.#firsts);
      this.#counts = longer(this.#counts);
    }
    this.#times[this.#runs] = at;
    this.#firsts[this.#runs] = series;
    this.#counts[this.#runs++] = 0;
    this.#at = at;
    if (at > this.newestAt) this.newestAt = at;
  }
}

/** The block that gives label sets their numbers: `first` and those after it. */
export function encodeDefinitions(first: number, labels: readonly Labels[]): Uint8Array {
  const text = Buffer.from(JSON.stringify(labels));
  const bytes = new Uint8Array(HEAD + Math.ceil((8 + text.length) / 8) * 8);
  new Uint32Array(bytes.buffer, HEAD, 2).set([first, text.length]);
  bytes.set(text, HEAD + 8);
  return sealed(bytes, DEFINITIONS);
}

/** Samples as read: views on the buffer they were read from. */
export interface SampleColumns {
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly firsts: Uint32Array;
  readonly counts: Uint32Array;
}

/** A block, and how many bytes it took. */
export type Block =
  | {
      readonly kind: "definitions";
      readonly bytes: number;
      readonly first: number;
      readonly labels: Labels[];
    }
  | ({ readonly kind: "samples"; readonly bytes: number } & SampleColumns);

/**
 * Reads the block at `offset` (a multiple of 8) of a buffer that is filled up to `end`. A number means that the block
 * is longer than what is there: so many bytes are needed. `undefined`: this is no block, or it is damaged.
 */
export function readBlock(buffer: ArrayBuffer, offset: number, end: number): Block | number | undefined {
  if (end - offset < HEAD) return HEAD;
  const [mark, kind, length = 0, sum] = new Uint32Array(buffer, offset, 4);
  if (mark !== MARK || length % 8 !== 0 || length < 8 || length > LONGEST) return undefined;
  if (end - offset < HEAD + length) return HEAD + length;
  if (sum !== checksum(new Uint8Array(buffer, offset, HEAD + length))) return undefined;
  const content = offset + HEAD;
  const [one = 0, two = 0] = new Uint32Array(buffer, content, 2);
  const bytes = HEAD + length;
  if (kind === DEFINITIONS && two <= length - 8) {
    const labels = JSON.parse(Buffer.from(buffer, content + 8, two).toString()) as Labels[];
    return { kind: "definitions", bytes, first: one, labels };
  }
  if (kind !== SAMPLES || length !== 8 + 8 * one + 16 * two) return undefined;
  const times = content + 8 + 8 * one;
  return {
    kind: "samples",
    bytes,
    values: new Float64Array(buffer, content + 8, one),
    times: new Float64Array(buffer, times, two),
    firsts: new Uint32Array(buffer, times + 8 * two, two),
    counts: new Uint32Array(buffer, times + 12 * two, two),
  };
}

function sealed(bytes: Uint8Array<ArrayBuffer>, kind: number): Uint8Array {
  const head = new Uint32Array(bytes.buffer, 0, 4);
  head.set([MARK, kind, bytes.length - HEAD, 0]);
  head[3] = checksum(bytes);
  return bytes;
}

/** Over everything but the mark and the place of the checksum itself. */
function checksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(HEAD), crc32(bytes.subarray(4, 12)));
}

function longer<A extends Float64Array | Uint32Array>(array: A): A {
  const copy = new (array.constructor as new (length: number) => A)(array.length * 2);
  copy.set(array);
  return copy;
}
