/** Bytes to lines, in UTF-8 or GB18030, whichever they are. What is neither loses only the bytes that are wrong. */
import { isUtf8 } from "node:buffer";

const NEWLINE = 10;

/** In GB18030 no second, third or fourth byte is a newline, so that lines can be told apart before they are read. */
export function decodeLines(bytes: Buffer, encoding: "auto" | "utf-8" | "gb18030"): string[] {
  if (encoding === "gb18030") return split(gb(bytes));
  if (encoding === "utf-8" || isUtf8(bytes)) return split(bytes.toString("utf8"));
  // Programs of both kinds may write into one file.
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, from);
    const to = found < 0 ? bytes.length : found;
    lines.push(decodeLine(bytes.subarray(from, to)));
    from = to + 1;
  }
  return lines;
}

function decodeLine(bytes: Buffer): string {
  if (isUtf8(bytes)) return trimmed(bytes.toString("utf8"));
  try {
    return trimmed(strict.decode(bytes));
  } catch {
    return trimmed(bytes.toString("utf8"));
  }
}

const strict = new TextDecoder("gb18030", { fatal: true });
const lenient = new TextDecoder("gb18030");

function gb(bytes: Buffer): string {
  return lenient.decode(bytes);
}

/** The text ends with a newline, except at the end of a file that will not be written to any more. */
function split(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (text.includes("\r")) for (let i = 0; i < lines.length; i++) lines[i] = trimmed(lines[i] ?? "");
  const [first] = lines;
  if (first?.startsWith("\ufeff")) lines[0] = first.slice(1);
  return lines;
}

function trimmed(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
