/** Puts words that people or machines wrote into markdown so that they stay words. */
import { plain } from "../alerts/words.ts";
import { maskedAddresses } from "../storage/mask.ts";

/** The longest piece of code on one line, in characters. */
const LONGEST = 2_000;

/** Inline code. A fence longer than any run of backticks inside keeps every character as it is. */
export function code(text: string): string {
  const flat = plain(text, LONGEST);
  if (flat === "") return "";
  const fence = "`".repeat(longestRun(flat) + 1);
  const pad = flat.startsWith("`") || flat.endsWith("`") ? " " : "";
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** The same of what may hold the address of a monitor: a target, labels, an expression, a line that somebody said. */
export function maskedCode(text: string): string {
  return code(maskedAddresses(text));
}

/** A block of code, line breaks kept. */
export function codeBlock(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
