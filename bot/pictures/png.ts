/** Writes pixels as a PNG (https://www.w3.org/TR/png-3/) with a palette: half the bytes of true colour. */
import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PALETTE = 3;
const MOST_COLOURS = 256;

const deflated = promisify(deflate);

/** Three bytes a pixel, row by row from the top. The packing is done off the event loop. */
export async function encodePng(width: number, height: number, pixels: Uint8Array): Promise<Uint8Array> {
  const { colours, places } = paletteOf(pixels);
  // Before each row stands how it is filtered: not at all, as is best with a palette.
  const rows = Buffer.alloc((width + 1) * height);
  let before = -1;
  let place = 0;
  for (let row = 0, to = 0, from = 0; row < height; row++) {
    rows[to++] = 0;
    for (let column = 0; column < width; column++, from += 3) {
      const colour = colourAt(pixels, from);
      if (colour !== before) {
        place = places.get(colour) ?? 0;
        before = colour;
      }
      rows[to++] = place;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, PALETTE, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    chunk("IHDR", header),
    chunk(
      "PLTE",
      Buffer.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
    ),
    chunk("IDAT", await deflated(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/**
 * The colours that most pixels have; the others, which are shades on the edges of letters and lines, take the place of
 * the nearest of these.
 */
function paletteOf(pixels: Uint8Array): {
  readonly colours: readonly number[];
  readonly places: Map<number, number>;
} {
  const counts = new Map<number, number>();
  let before = -1;
  let run = 0;
  const count = (): void => {
    counts.set(before, (counts.get(before) ?? 0) + run);
  };
  for (let at = 0; at < pixels.length; at += 3) {
    const colour = colourAt(pixels, at);
    if (colour === before) run++;
    else {
      if (run > 0) count();
      before = colour;
      run = 1;
    }
  }
  if (run > 0) count();
  const byCount = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || a - b);
  const colours = byCount.slice(0, MOST_COLOURS);
  const places = new Map(colours.map((colour, place) => [colour, place]));
  for (const colour of byCount.slice(MOST_COLOURS)) places.set(colour, nearest(colour, colours));
  return { colours, places };
}

function nearest(colour: number, colours: readonly number[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let place = 0; place < colours.length; place++) {
    const other = colours[place] ?? 0;
    const red = (colour >> 16) - (other >> 16);
    const green = ((colour >> 8) & 255) - ((other >> 8) & 255);
    const blue = (colour & 255) - (other & 255);
    const away = red * red + green * green + blue * blue;
    if (away < least) [best, least] = [place, away];
  }
  return best;
}

function colourAt(pixels: Uint8Array, at: number): number {
  return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
