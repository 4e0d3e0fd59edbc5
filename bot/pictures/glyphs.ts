/** The shapes of characters, read from `font/glyphs.bin.br`; `font/make.py` makes that file, and says how it is laid out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { packageRoot } from "../package-root.ts";

/** One character: how far the next one stands from it, and its outlines, in units of the em; y points up. */
export interface Glyph {
  readonly advance: number;
  /** How many points each outline has. */
  readonly outlines: readonly number[];
  /** Where its points begin in `xs` and `ys`. */
  readonly from: number;
}

export interface Glyphs {
  /** Undefined for a character that is not there. */
  find(code: number): Glyph | undefined;
  readonly xs: Int16Array;
  readonly ys: Int16Array;
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

function decode(bytes: Uint8Array): Glyphs {
  let at = 0;
  const next = (): number => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("the file of glyphs ends too early");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const count = next();
  const headsTo = next() + at;
  const table = new Map<number, Glyph>();
  let code = 0;
  let points = 0;
  for (let i = 0; i < count; i++) {
    code += next();
    const advance = next();
    const outlines = Array.from({ length: next() }, next);
    table.set(code, { advance, outlines, from: points });
    points = outlines.reduce((sum, length) => sum + length, points);
  }
  if (at !== headsTo) throw new Error("the file of glyphs is damaged");
  const column = (): Int16Array => {
    const to = next() + at;
    const places = new Int16Array(points);
    for (const { from, outlines } of table.values()) {
      const past = outlines.reduce((sum, length) => sum + length, from);
      let place = 0;
      for (let i = from; i < past; i++) {
        const zigzag = next();
        place += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
        places[i] = place;
      }
    }
    if (at !== to) throw new Error("the file of glyphs is damaged");
    return places;
  };
  return { find: (wanted) => table.get(wanted), xs: column(), ys: column() };
}
