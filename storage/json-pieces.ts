/** JSON in pieces, so that what is long is copied once: into the line that goes to disk. */

/** As text or in UTF-8; one after the other they are one JSON text. */
export type JsonPieces = readonly (string | Buffer)[];

/** In bytes or UTF-16 units. No less than half of `Buffer.poolSize`: smaller buffers are cut from a pool and keep all of it. */
const WORTH = 4_096;

/**
 * The same text, in UTF-8 where it is long; `toString` gives it back. What lives longer than a few milliseconds is
 * carried about twice by the collector, which in a flood is as much work as reading it; bytes lie outside of that.
 * `utf8`: the same, from whoever has it at hand.
 */
export function offHeap(text: string, utf8?: Buffer): string | Buffer {
  return text.length < WORTH ? text : (utf8 ?? Buffer.from(text));
}

/** How long it is in UTF-8. */
export function byteLength(json: JsonPieces): number {
  let length = 0;
  for (const piece of json) length += Buffer.byteLength(piece);
  return length;
}
