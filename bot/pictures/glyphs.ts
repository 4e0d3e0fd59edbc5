/** The shapes of characters, read from `font/glyphs.bin.br`; `font/make.py` makes that file, and says how it is laid out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { packageRoot } from "../package-root.ts";
import type { Point } from "./canvas.ts";

/** One character: how far the next one stands from it, and its outlines, in units of the em; y points up. */
export interface Glyph {
  readonly advance: number;
  readonly outlines: readonly (readonly Point[])[];
}

export interface Glyphs {
  /** Undefined for a character that is not there. */
  find(code: number): Glyph | undefined;
}

/** Units of one em, as `font/make.py` has them. */
export const EM = 200;

/** After so many characters other work has its turn: a few milliseconds. */
const AT_ONCE = 4_000;

let loading: Promise<Glyphs> | undefined;

/** Reads them once, when the first picture is drawn. */
export function loadGlyphs(): Promise<Glyphs> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Glyphs> {
  const packed = await readFile(join(packageRoot(), "bot/pictures/font/glyphs.bin.br"));
  return decode(await promisify(brotliDecompress)(packed));
}

/**
 * Reads where each character stands; its shape is read when it is first written. Columns of numbers, since an object for
 * each of twenty thousand would hold everything else up.
 */
async function decode(bytes: Uint8Array): Promise<Glyphs> {
  const reader = readFrom(bytes, 0);
  const count = reader.next();
  const headsTo = reader.next() + reader.at();
  const codes = new Uint32Array(count);
  const headAt = new Uint32Array(count);
  const xsFrom = new Uint32Array(count);
  const ysFrom = new Uint32Array(count);
  let [code, xsEnd, ysEnd] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    if (i % AT_ONCE === AT_ONCE - 1) await breathe();
    code += reader.next();
    codes[i] = code;
    headAt[i] = reader.at();
    xsFrom[i] = xsEnd;
    ysFrom[i] = ysEnd;
    reader.next();
    xsEnd += reader.next();
    ysEnd += reader.next();
    for (let contours = reader.next(); contours > 0; contours--) reader.next();
  }
  const xsLength = reader.next();
  const xs = reader.at();
  const ys = readFrom(bytes, xs + xsLength);
  const ysLength = ys.next();
  if (
    reader.at() < headsTo ||
    xsLength !== xsEnd ||
    ysLength !== ysEnd ||
    ys.at() + ysLength !== bytes.length
  )
    throw new Error("the file of glyphs is damaged");
  const shapes = new Map<number, Glyph>();

  return {
    find(wanted) {
      const known = shapes.get(wanted);
      if (known !== undefined) return known;
      const i = indexOf(codes, wanted);
      if (i < 0) return undefined;
      const from = (column: Uint32Array, start: number): Reader => readFrom(bytes, start + (column[i] ?? 0));
      const glyph = shapeOf(from(headAt, 0), from(xsFrom, xs), from(ysFrom, ys.at()));
      shapes.set(wanted, glyph);
      return glyph;
    },
  };
}

/** Where a code stands among rising ones; -1 for nowhere. */
function indexOf(codes: Uint32Array, wanted: number): number {
  let low = 0;
  let high = codes.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((codes[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return codes[low] === wanted ? low : -1;
}

/** A head, from behind its code on: how wide it is, the bytes of its points, and how many points each outline has. */
function shapeOf(head: Reader, xs: Reader, ys: Reader): Glyph {
  const advance = head.next();
  head.next();
  head.next();
  let [x, y] = [0, 0];
  const outlines = Array.from({ length: head.next() }, () =>
    Array.from({ length: head.next() }, () => {
      x += signed(xs.next());
      y += signed(ys.next());
      return { x, y };
    }),
  );
  return { advance, outlines };
}

/** 0, -1, 1, -2, 2 … are written as 0, 1, 2, 3, 4 … */
function signed(zigzag: number): number {
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}

interface Reader {
  next(): number;
  at(): number;
}

/** Reads numbers of seven bits a byte, the lowest first; the last byte of each has no eighth bit. */
function readFrom(bytes: Uint8Array, from: number): Reader {
  let at = from;
  return {
    at: () => at,
    next() {
      for (let value = 0, unit = 1; ; unit *= 128) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Error("the file of glyphs ends too early");
        value += (byte & 127) * unit;
        if (byte < 128) return value;
      }
    },
  };
}
