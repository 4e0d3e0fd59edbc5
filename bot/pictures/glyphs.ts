/** The shapes of characters, read from `font/glyphs.bin.br`; `font/make.py` makes that file, and says how it is laid out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

/** Where the shape of a character stands. */
interface Head {
  readonly advance: number;
  /** How many points each outline has. */
  readonly lengths: readonly number[];
  readonly xsFrom: number;
  readonly ysFrom: number;
}

/** Reads where each character stands; its shape is read when it is first written. */
function decode(bytes: Uint8Array): Glyphs {
  const reader = readFrom(bytes, 0);
  const count = reader.next();
  const headsTo = reader.next() + reader.at();
  const heads = new Map<number, Head>();
  let [code, xsFrom, ysFrom] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    code += reader.next();
    const advance = reader.next();
    const [xsBytes, ysBytes] = [reader.next(), reader.next()];
    const lengths = Array.from({ length: reader.next() }, reader.next);
    heads.set(code, { advance, lengths, xsFrom, ysFrom });
    xsFrom += xsBytes;
    ysFrom += ysBytes;
  }
  const xsLength = reader.next();
  const xs = reader.at();
  const ys = readFrom(bytes, xs + xsLength);
  const ysLength = ys.next();
  if (
    reader.at() < headsTo ||
    xsLength !== xsFrom ||
    ysLength !== ysFrom ||
    ys.at() + ysLength !== bytes.length
  )
    throw new Error("the file of glyphs is damaged");
  const shapes = new Map<number, Glyph>();

  return {
    find(wanted) {
      const known = shapes.get(wanted);
      if (known !== undefined) return known;
      const head = heads.get(wanted);
      if (head === undefined) return undefined;
      const glyph = shapeOf(head, readFrom(bytes, xs + head.xsFrom), readFrom(bytes, ys.at() + head.ysFrom));
      shapes.set(wanted, glyph);
      return glyph;
    },
  };
}

function shapeOf({ advance, lengths }: Head, xs: Reader, ys: Reader): Glyph {
  let [x, y] = [0, 0];
  const outlines = lengths.map((length) =>
    Array.from({ length }, () => {
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
