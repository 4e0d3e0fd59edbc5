/** Long text as bytes, written where it stays: to put it together as one text first would cost several times as much. */

export interface Pages {
  add(text: string): void;
  /** The bytes of all that was added since the last time. */
  take(): readonly Buffer[];
}

/** Room for a short answer, and after that for some 500 alerts at a time; in bytes. */
const FIRST = 8 * 1024;
const PAGE = 256 * 1024;

export function openPages(): Pages {
  let page = Buffer.allocUnsafe(FIRST);
  let from = 0;
  let to = 0;
  let full: Buffer[] = [];

  return {
    add(text) {
      // UTF-8 has at most three bytes for a unit of UTF-16.
      const most = 3 * text.length;
      if (most > page.length - to) {
        if (to > from) full.push(page.subarray(from, to));
        page = Buffer.allocUnsafe(Math.max(PAGE, most));
        from = 0;
        to = 0;
      }
      to += page.write(text, to);
    },
    take() {
      const taken = to > from ? [...full, page.subarray(from, to)] : full;
      full = [];
      from = to;
      return taken;
    },
  };
}
