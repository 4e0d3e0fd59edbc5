/** Brings a typed line to one plain form: half-width signs, single spaces, nothing invisible. Linear in its length. */

/** A normalized line, and for each of its characters where it stood in the line as typed. */
export interface Normalized {
  readonly text: string;
  /** `sourceAt[i]` is the index in the typed line of character `i` of `text`; one entry more for the end. */
  readonly sourceAt: ArrayLike<number>;
}

const SIGNS: Readonly<Record<string, string>> = {
  "“": '"',
  "”": '"',
  "„": '"',
  "‘": "'",
  "’": "'",
  "。": ".",
  "｡": ".",
  "−": "-",
  "﹣": "-",
  "﹪": "%",
  "﹐": ",",
  "﹕": ":",
  "﹔": ";",
  "﹙": "(",
  "﹚": ")",
  "﹖": "?",
  "﹗": "!",
  "．": ".",
  "﹥": ">",
  "﹤": "<",
  "﹦": "=",
};

/**
 * Characters nobody sees: C0 and C1 controls other than white space, the soft hyphen, zero-width characters,
 * bidirectional marks, variation selectors, the byte order mark and interlinear anchors.
 */
function isInvisible(code: number): boolean {
  if (code < 0x20) return !(code >= 0x09 && code <= 0x0d);
  if (code < 0x7f) return false;
  return (
    (code <= 0x9f && code !== 0x85) ||
    code === 0xad ||
    code === 0x034f ||
    code === 0x061c ||
    (code >= 0x115f && code <= 0x1160) ||
    (code >= 0x180b && code <= 0x180f) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb)
  );
}

/** White space of any kind, line breaks and the ideographic space included. */
function isSpace(code: number): boolean {
  return (
    code === 0x20 ||
    (code >= 0x09 && code <= 0x0d) ||
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}

const SIGN_CODES = new Map(
  Object.entries(SIGNS).map(([wide, sign]) => [wide.charCodeAt(0), sign.charCodeAt(0)]),
);

function isAsciiLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

const SPACE = 0x20;
const WIDE_SPACE = 0x3000;
const DASH = 0x2014;
const HYPHEN = 0x2d;

/** The plain form of one visible character. */
function plain(code: number): number {
  if (code < 0x80) return code;
  if (code >= 0xff01 && code <= 0xff5e) return code - 0xfee0;
  return SIGN_CODES.get(code) ?? code;
}

/** May a quotation begin after this character? Not after a letter or digit, so that `don't` and `5"` stay words. */
function opensQuoteAfter(before: string | undefined): boolean {
  return before === undefined || before === " " || "=~!:,;([{".includes(before) || before > "\u2e80";
}

/**
 * For each opening quote (`"`, `'`, `` ` ``) of a line, the index of the quote that closes it. A quote without a
 * partner has no entry: it is an ordinary character. A backslash takes the next character's meaning away.
 */
export function quotePairs(text: string): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const unclosed = new Set<string>();
  let i = 0;
  while (i < text.length) {
    const quote = text[i] as string;
    if (
      (quote === '"' || quote === "'" || quote === "`") &&
      !unclosed.has(quote) &&
      opensQuoteAfter(text[i - 1])
    ) {
      let end = i + 1;
      while (end < text.length && text[end] !== quote) end += text[end] === "\\" && quote !== "`" ? 2 : 1;
      if (end < text.length) {
        pairs.set(i, end);
        i = end;
      } else {
        // Searching again from every later quote of this kind would cost a square of the line's length.
        unclosed.add(quote);
      }
    }
    i++;
  }
  return pairs;
}

/** As `normalize`, and says where each character came from. */
export function normalizeTracked(line: string): Normalized {
  // Typed arrays: a pasted megabyte must not become a million little strings. A dash may become two hyphens.
  const codes = new Uint16Array(line.length * 2);
  const from = new Int32Array(line.length * 2 + 1);
  let length = 0;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (isInvisible(code)) continue;
    const run = code === DASH && (length === 0 || codes[length - 1] === SPACE) ? dashRun(line, i) : 0;
    if (run > 0) {
      codes.fill(HYPHEN, length, length + 2);
      from.fill(i, length, length + 2);
      length += 2;
      i += run - 1;
      continue;
    }
    codes[length] = isSpace(code) ? (code === WIDE_SPACE ? WIDE_SPACE : SPACE) : plain(code);
    from[length++] = i;
  }
  const pairs = quotePairs(decode(codes, length));
  let kept = 0;
  let closesAt = -1;
  for (let i = 0; i < length; i++) {
    const code = codes[i] as number;
    if (i > closesAt) closesAt = pairs.get(i) ?? closesAt;
    const quoted = i <= closesAt;
    const space = !quoted && (code === SPACE || code === WIDE_SPACE);
    if (space && (kept === 0 || codes[kept - 1] === SPACE)) continue;
    codes[kept] = space ? SPACE : code;
    from[kept++] = from[i] as number;
  }
  if (kept > 0 && codes[kept - 1] === SPACE) kept--;
  from[kept] = line.length;
  return { text: decode(codes, kept), sourceAt: from.subarray(0, kept + 1) };
}

/** Phones turn `--url` into a dash: how many dashes stand before an ASCII letter; 0 when a dash is a dash. */
function dashRun(line: string, at: number): number {
  const run = line.charCodeAt(at + 1) === DASH ? 2 : 1;
  return isAsciiLetter(line.charCodeAt(at + run)) ? run : 0;
}

/** Calls with more arguments than this overflow the stack of some engines. */
const CHUNK = 8192;

function decode(codes: Uint16Array, length: number): string {
  let text = "";
  for (let i = 0; i < length; i += CHUNK)
    text += String.fromCharCode.apply(
      null,
      codes.subarray(i, Math.min(i + CHUNK, length)) as unknown as number[],
    );
  return text;
}

/**
 * The plain form of a line: full-width letters, digits and signs become ASCII, curly quotes straight, invisible and
 * control characters go, runs of white space become one space (kept as typed inside quotes). Case is left alone.
 */
export function normalize(line: string): string {
  return normalizeTracked(line).text;
}

/** The part of a typed line that became `text.slice(start, end)`, as typed but without what nobody sees. */
export function asTyped(line: string, normalized: Normalized, start: number, end: number): string {
  const from = normalized.sourceAt[start] ?? line.length;
  const to = normalized.sourceAt[end] ?? line.length;
  let text = "";
  for (let i = from; i < to; i++) {
    const code = line.charCodeAt(i);
    if (!isInvisible(code)) text += isSpace(code) ? " " : line[i];
  }
  return text.replace(/ {2,}/g, " ").trim();
}
