/** What an error is called, so that the same error counts as the same, whoever it happened to. */
import { masked } from "../../storage/mask.ts";
import { ANY, wordsOf } from "./words.ts";

const LONGEST = 120;
const MOST_WORDS = 12;
const LEVEL =
  /^(?:fatal|critical|crit|panic|dpanic|alert|emerg|error|err|severe|level|severity|lvl|ts|time|timestamp|msg|message|at)$/i;
const THROWN = /(?:[A-Za-z_$][\w$]{0,80}\.){0,12}[A-Z][\w$]{0,80}(?:Exception|Error)\b/g;
/** A frame of Java, JavaScript and .NET; of Python; of Go. */
const FRAME =
  /^\s*at (?:async )?([\w.$<>/]{1,120})|^\s*File "[^"\n]{1,200}", line \d+, in ([\w<>]{1,80})|^([\w./*()]{1,120})\(.{0,200}\)$/m;

/** Of an error of one line: its words. Of one with a stack: what was thrown at the root, and where. */
export function signatureOf(entry: string): string {
  const newline = entry.indexOf("\n");
  const first = newline < 0 ? entry : entry.slice(0, newline);
  if (newline >= 0) {
    const all = entry.slice(0, 8_000);
    const cause = all.lastIndexOf("\nCaused by: ");
    const thrown = all.slice(Math.max(0, cause)).match(THROWN);
    // In Python it stands at the end, in Java at the beginning.
    const name = cause < 0 && all.includes("Traceback (") ? thrown?.at(-1) : thrown?.[0];
    if (name !== undefined) {
      const frame = FRAME.exec(all.slice(Math.max(0, cause + 1)));
      const where = frame?.[1] ?? frame?.[2] ?? frame?.[3];
      return (where === undefined ? name : `${name} at ${where}`).slice(0, LONGEST);
    }
  }
  // Masked before it is taken apart: its keys and its signs say what a secret is.
  const words = wordsOf(masked(first), 40).filter((word) => word !== ANY && !LEVEL.test(word));
  const text = words.slice(0, MOST_WORDS).join(" ");
  return text === "" ? "?" : text.slice(0, LONGEST);
}
