/** Numbers, lengths of time and strings of PromQL. */
import { parseDuration } from "../../storage/duration.ts";
import type { Place } from "./ast.ts";
import { fail, quoted } from "./promql-error.ts";

/** Reads a number: `1e3`, `1_000`, `0x1f`, `Inf`, `NaN`, or a length of time in seconds (`5m` is 300). */
export function readNumber(text: string, place: Place): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const plain = text.replace(/^[+-]\s*/, "").toLowerCase();
  if (plain === "inf") return sign * Number.POSITIVE_INFINITY;
  if (plain === "nan") return Number.NaN;
  if (/^(?:0x[0-9a-f]+|[0-9._]+(?:e[+-]?[0-9_]+)?)$/.test(plain)) {
    const digits = plain.replaceAll("_", "");
    // A leading zero means octal, as in the Go parser that Prometheus reads whole numbers with.
    return sign * (/^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits));
  }
  const ms = parseDuration(plain);
  if (ms === undefined) fail(place, `${quoted(text)} 不是数字`, `${quoted(text)} is not a number`);
  return (sign * ms) / 1000;
}

/** Reads a length of time in milliseconds: `5m`, `1h30m`, or a bare number of seconds. */
export function readDuration(text: string, place: Place): number {
  const ms = Math.round(readNumber(text, place) * 1000);
  if (!Number.isSafeInteger(ms))
    fail(place, `${quoted(text)} 不是时间长度`, `${quoted(text)} is not a length of time`);
  return ms;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

/** Reads a quoted string with Go's escapes; between back quotes nothing is an escape. */
export function readString(text: string, place: Place): string {
  const quote = text[0] ?? "";
  const escapes = quote === "`" ? 0 : (/\\*$/.exec(text.slice(0, -1))?.[0].length ?? 0);
  if (text.length < 2 || !text.endsWith(quote) || escapes % 2 === 1)
    fail(place, `引号 ${quote} 没有配对`, `the quote ${quote} is never closed`);
  const inner = text.slice(1, -1);
  if (quote === "`" || !inner.includes("\\")) return inner;
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g,
    (all, hex, short, long, octal, simple, at: number) => {
      const code = hex ?? short ?? long;
      if (code !== undefined || octal !== undefined) {
        const point = code !== undefined ? Number.parseInt(code, 16) : Number.parseInt(octal, 8);
        if (point <= 0x10ffff) return String.fromCodePoint(point);
      }
      const plain = simple === undefined ? undefined : SIMPLE[simple];
      if (plain !== undefined && simple !== (quote === '"' ? "'" : '"')) return plain;
      const from = place.from + 1 + at;
      return fail(
        { from, to: from + all.length },
        `字符串里的 ${all} 不是转义；反斜杠请写两个：\\${all}`,
        `${all} is not an escape in a string; write the backslash twice: \\${all}`,
      );
    },
  );
}
