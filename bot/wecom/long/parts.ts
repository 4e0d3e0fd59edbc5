/** Cuts a long text into messages: at the ends of lines where that can be, never inside a character. Pure. */

/** The end of what is left out, when even the last part is not enough. */
const ELLIPSIS = "\n…";
const FENCE = "```";

/**
 * Parts of at most `mostBytes` in UTF-8, at most `mostParts` of them; what is beyond is left out, and the last part
 * ends with a mark. A block of code that is cut goes on as one.
 */
export function cutIntoParts(text: string, mostBytes: number, mostParts: number): readonly string[] {
  const parts: string[] = [];
  let rest = text;
  while (Buffer.byteLength(rest) > mostBytes) {
    const isLast = parts.length === mostParts - 1;
    // Room for the mark, or for the fences of a block that goes on.
    const head = headOf(rest, mostBytes - Buffer.byteLength(`\n${FENCE}${ELLIPSIS}`));
    const left = rest.slice(head.length).replace(/^\n/, "");
    const isInCode = (head.split("\n").filter((line) => line.startsWith(FENCE)).length & 1) === 1;
    const closed = isInCode ? `${head}\n${FENCE}` : head;
    if (isLast) return [...parts, closed + ELLIPSIS];
    parts.push(closed);
    rest = isInCode ? `${FENCE}\n${left}` : left;
  }
  return [...parts, rest];
}

/** As much from the beginning as fits: to the end of a line, unless that would leave most of the room empty. */
function headOf(text: string, mostBytes: number): string {
  let end = 0;
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > mostBytes) break;
    end += character.length;
  }
  const line = text.lastIndexOf("\n", end);
  return text.slice(0, line > end / 2 ? line : end);
}
