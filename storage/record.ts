/**
 * One line of a journal: `<CRC-32 in 8 hex digits> <bytes of JSON> <JSON>\n`. The checksum tells damage, the
 * length tells a line that was cut short from one that was changed.
 */
import { crc32 } from "node:zlib";
import type { Text } from "./locale.ts";

/** Writes one line; its JSON may come in pieces, as text or in UTF-8. */
export function writeRecord(...json: readonly (string | Buffer)[]): Buffer {
  const length = json.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const head = `00000000 ${length} `;
  const line = Buffer.allocUnsafe(head.length + length + 1);
  let end = line.write(head, "latin1");
  for (const piece of json) end += typeof piece === "string" ? line.write(piece, end) : piece.copy(line, end);
  line[end] = NEWLINE;
  const checksum = crc32(line.subarray(head.length, line.length - 1));
  line.write(checksum.toString(16).padStart(8, "0"), "latin1");
  return line;
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
