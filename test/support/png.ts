/** Reads a PNG with a palette and no filters, as pixels of three bytes; checks every sum. */
import { crc32, inflateSync } from "node:zlib";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel, row by row from the top. */
  readonly pixels: Uint8Array;
}

export function readPng(png: Uint8Array): Picture {
  const bytes = Buffer.from(png);
  if (bytes.subarray(0, 8).toString("hex") !== "89504e470d0a1a0a") throw new Error("this is no PNG");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    if (crc32(body) !== bytes.readUInt32BE(at + 8 + length)) throw new Error("the sum of a chunk is wrong");
    chunks.set(body.subarray(0, 4).toString("latin1"), body.subarray(4));
    at += 12 + length;
  }
  const header = must(chunks.get("IHDR"));
  const palette = must(chunks.get("PLTE"));
  if (header.subarray(8).toString("hex") !== "0803000000") throw new Error("not 8 bits with a palette");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(must(chunks.get("IDAT")));
  if (rows.length !== (width + 1) * height) throw new Error("rows are missing");
  const pixels = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    if (rows[row * (width + 1)] !== 0) throw new Error("a row is filtered");
    for (let column = 0; column < width; column++) {
      const place = must(rows[row * (width + 1) + 1 + column]) * 3;
      pixels.set(palette.subarray(place, place + 3), (row * width + column) * 3);
    }
  }
  return { width, height, pixels };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("something is missing");
  return value;
}
