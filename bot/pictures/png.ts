/** Writes pixels as a PNG (https://www.w3.org/TR/png-3/): true colour, eight bits, no transparency. */
import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Each row is written as its difference to the row above: most of a chart is the same from row to row. */
const UP = 2;
const TRUE_COLOUR = 2;

const deflated = promisify(deflate);

/** Three bytes a pixel, row by row from the top. The packing is done off the event loop. */
export async function encodePng(width: number, height: number, pixels: Uint8Array): Promise<Uint8Array> {
  const stride = width * 3;
  const rows = Buffer.alloc((stride + 1) * height);
  for (let row = 0, to = 0, from = 0; row < height; row++) {
    rows[to++] = UP;
    for (const end = from + stride; from < end; from++)
      rows[to++] = (pixels[from] ?? 0) - (from < stride ? 0 : (pixels[from - stride] ?? 0));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, TRUE_COLOUR, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", await deflated(rows, { level: 6 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
