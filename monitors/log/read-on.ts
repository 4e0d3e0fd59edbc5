/** Reads on in one file: whole lines, joined to entries, with little in memory however long a line is. */
import { decodeLines } from "./decode.ts";
import { createJoiner } from "./entries.ts";
import { LOOKED_BACK, printOf } from "./identity.ts";
import type { LogOptions } from "./options.ts";
import type { Place } from "./recognise.ts";

/** Bytes that are read at once. Between two of them the event loop has its turn. A longer line is cut. */
export const CHUNK = 65_536;
const SKIPPED = 1_048_576;
const LONGEST_LINE = 16_384;
const NEWLINE = 10;

export interface ReadOnOptions extends Pick<LogOptions, "encoding" | "multiline"> {
  take(entry: string): void;
  /** Hears of every line that was cut. */
  cut(): void;
  /** Asked between chunks, where everything before `place.state.offset` has been taken: false ends the reading. */
  goOn(): boolean | Promise<boolean>;
}

/**
 * Reads to the end of the file, and moves the place. A line without its newline waits for it, and an entry that may go
 * on waits for another look; both are read again then. Ends at once where the file turns out to be emptied and written
 * anew under its hands: every read begins with bytes that are known.
 */
export async function readOn(place: Place, options: ReadOnOptions): Promise<void> {
  const { handle, isQuiet } = place;
  const { encoding, multiline, take, cut, goOn } = options;
  const isFinal = isQuiet && place.state.leaving === true;
  const joiner = createJoiner(multiline, take);
  let position = place.state.offset;
  /** Where the entry begins that is held back. */
  let heldFrom = position;
  let skipping = place.state.skipping === true;
  /** The print of what stands before `position`. */
  let print = place.state.print;
  let chunk = Buffer.allocUnsafe(CHUNK + LOOKED_BACK);

  for (;;) {
    // Where nothing is read but the way to the next newline, large steps are quick.
    if (skipping && chunk.length < SKIPPED) chunk = Buffer.allocUnsafe(SKIPPED);
    const known = Math.min(position, LOOKED_BACK);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position - known);
    const isEnd = bytesRead < chunk.length;
    if (position > 0 && (bytesRead < known || printOf(chunk.subarray(0, known)) !== print)) return;
    const bytes = chunk.subarray(known, bytesRead);
    const start = position;
    const printBefore = (offset: number): string => printOf(chunk.subarray(0, known + offset - start));

    if (skipping) {
      const newline = bytes.indexOf(NEWLINE);
      position += newline < 0 ? bytes.length : newline + 1;
      skipping = newline < 0;
      heldFrom = position;
    } else {
      const whole = bytes.lastIndexOf(NEWLINE) + 1;
      const end = whole > 0 || (isEnd && !isFinal) ? whole : bytes.length;
      const lines = decodeLines(bytes.subarray(0, end), encoding);
      for (const line of lines) {
        if (line.length > LONGEST_LINE) cut();
        joiner.line(line.length > LONGEST_LINE ? line.slice(0, LONGEST_LINE) : line);
      }
      position += end;
      if (whole === 0 && end > 0) {
        // Its end, if it ever comes, is not wanted; and what is held must not be read again without it.
        joiner.flush();
        skipping = !isEnd;
      }
      if (end === 0 && isQuiet) joiner.flush();
      if (joiner.held === 0) heldFrom = position;
      else if (joiner.held <= lines.length)
        heldFrom = position - lengthOfLast(bytes.subarray(0, end), joiner.held);
    }
    const hasMoved = position > start;
    if (hasMoved) print = printBefore(position);
    // What is held from an earlier chunk was put down then.
    if (heldFrom >= start && heldFrom > place.state.offset) {
      const { skipping: _, ...rest } = place.state;
      const at = { offset: heldFrom, print: printBefore(heldFrom) };
      place.state = { ...rest, ...at, ...(skipping ? { skipping } : {}) };
    }
    if (!hasMoved || !(await goOn())) return;
  }
}

/** The bytes of the last so many lines; every one of them ends with a newline. */
function lengthOfLast(bytes: Buffer, lines: number): number {
  let at = bytes.length - 1;
  for (let i = 0; i < lines; i++) at = at <= 0 ? -1 : bytes.lastIndexOf(NEWLINE, at - 1);
  return bytes.length - 1 - at;
}
