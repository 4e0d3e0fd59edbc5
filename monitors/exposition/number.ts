/** Numbers as pages of metrics write them. */

/** Powers of ten that a double holds exactly: with a mantissa below 2^53 one operation gives the nearest double. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
/** So many digits always stay below 2^53. */
const SAFE_DIGITS = 15;

const WRITTEN = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;

/**
 * Reads the number at `text[from, to)`; `undefined` when it is none. The short forms that nearly all numbers have are
 * read in place: cutting a text out for `Number` costs more than the rest of a sample.
 */
export function readNumber(text: string, from: number, to: number): number | undefined {
  let i = from;
  const negative = text.charCodeAt(i) === 45;
  if (negative) i++;
  let mantissa = 0;
  let digits = 0;
  let fraction = 0;
  let pointed = false;
  for (; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + code - 48;
      digits++;
      if (pointed) fraction++;
    } else if (code === 46 && !pointed) pointed = true;
    else break;
  }
  if (digits === 0 || digits > SAFE_DIGITS) return slowNumber(text.slice(from, to));
  let exponent = -fraction;
  if (i < to) {
    const read = exponentAt(text, i, to);
    if (read === undefined) return slowNumber(text.slice(from, to));
    exponent += read;
  }
  const power = POWERS[exponent < 0 ? -exponent : exponent];
  if (power === undefined) return slowNumber(text.slice(from, to));
  const size = exponent < 0 ? mantissa / power : mantissa * power;
  return negative ? -size : size;
}

/** The exponent of `e+07`, of at most three digits. */
function exponentAt(text: string, at: number, to: number): number | undefined {
  const mark = text.charCodeAt(at);
  if (mark !== 101 && mark !== 69) return undefined;
  let i = at + 1;
  const sign = text.charCodeAt(i);
  if (sign === 45 || sign === 43) i++;
  if (i >= to || to - i > 3) return undefined;
  let exponent = 0;
  for (; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
    exponent = exponent * 10 + code - 48;
  }
  return sign === 45 ? -exponent : exponent;
}

function slowNumber(text: string): number | undefined {
  if (WRITTEN.test(text)) return Number(text);
  if (/^[-+]?nan$/i.test(text)) return Number.NaN;
  const [found, sign] = INFINITE.exec(text) ?? [];
  if (found === undefined) return undefined;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
