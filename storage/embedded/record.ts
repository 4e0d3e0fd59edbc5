/**
 * One line of a journal: `<CRC-32 in 8 hex digits> <bytes of JSON> <JSON>\n`. The checksum tells damage, the
 * length tells a line that was cut short from one that was changed.
 */
import { crc32 } from "node:zlib";
import { byteLength, type JsonPieces } from "../json-pieces.ts";
import type { Text } from "../locale.ts";

/** Writes lines one after the other, into `room` where they find room there: it is the caller's again when they are used. */
export function writeRecords(all: readonly JsonPieces[], room?: Buffer): Buffer {
  const lengths = all.map(byteLength);
  const total = lengths.reduce((sum, length) => sum + headOf(length).length + length + 1, 0);
  const lines =
    room === undefined || room.length < total ? Buffer.allocUnsafe(total) : room.subarray(0, total);
  let end = 0;
  all.forEach((json, i) => {
    end = writeRecord(json, lengths[i] ?? 0, lines, end);
  });
  return lines;
}

/** Writes a line from `start` on, and tells where it ends. */
function writeRecord(json: JsonPieces, length: number, lines: Buffer, start: number): number {
  const from = start + lines.write(headOf(length), start, "latin1");
  let end = from;
  for (const piece of json)
    end += typeof piece === "string" ? lines.write(piece, end) : piece.copy(lines, end);
  const checksum = crc32(lines.subarray(from, end));
  lines.write(checksum.toString(16).padStart(8, "0"), start, "latin1");
  lines[end] = NEWLINE;
  return end + 1;
}

/** The checksum follows when the rest is there. */
function headOf(length: number): string {
  return `00000000 ${length} `;
}

/** What stands at a place of a journal: a line, one that was cut short by the end of the file, or damage. */
export type Found =
  | { readonly is: "line"; readonly json: string; readonly end: number }
  | { readonly is: "torn" }
  | { readonly is: "damaged"; readonly why: Text };

const NEWLINE = 10;
const SPACE = 32;
/** No line is longer: the length never needs more digits. */
const LENGTH_DIGITS = 12;

/** Reads the line that starts at `start`. */
export function readRecord(data: Buffer, start: number): Found {
  const newline = data.indexOf(NEWLINE, start);
  // A line that was cut short has lost its end, and with it its newline.
  const end = newline < 0 ? data.length : newline;
  const space = data.indexOf(SPACE, start + 9);
  const headEnd = space < 0 || space >= end || space > start + 9 + LENGTH_DIGITS ? -1 : space;
  const head = data.toString(
    "latin1",
    start,
    headEnd < 0 ? Math.min(end, start + 9 + LENGTH_DIGITS) : headEnd,
  );
  const parts = /^([0-9a-f]{8}) (\d+)$/.exec(head);
  if (headEnd < 0 || parts === null) {
    const partial = newline < 0 && /^[0-9a-f]{0,8}$|^[0-9a-f]{8} \d*$/.test(head);
    return partial
      ? { is: "torn" }
      : { is: "damaged", why: { zh: "该行的开头不对", en: "the line does not start as one" } };
  }
  const from = headEnd + 1;
  const length = Number(parts[2]);
  if (newline < 0 && data.length < from + length + 1) return { is: "torn" };
  if (newline !== from + length)
    return { is: "damaged", why: { zh: "该行的长度与所记不符", en: "the line is not as long as it says" } };
  const body = data.subarray(from, newline);
  if (crc32(body) !== Number.parseInt(parts[1] ?? "", 16))
    return { is: "damaged", why: { zh: "校验和不符", en: "its checksum does not match" } };
  return { is: "line", json: body.toString(), end: newline + 1 };
}
