/** Text that stays for a while, out of the way of the collector of garbage. */

/** In UTF-16 units. No less than half of `Buffer.poolSize`: smaller buffers are cut from a pool and keep all of it. */
const WORTH_BYTES = 4_096;

/**
 * The same text, in UTF-8 where it is long; `toString` gives it back. What lives longer than a few milliseconds is
 * carried about twice by the collector, which in a flood is as much work as reading it; bytes lie outside of that.
 */
export function offHeap(text: string): string | Buffer {
  return text.length < WORTH_BYTES ? text : Buffer.from(text);
}
