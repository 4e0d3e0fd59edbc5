/** Brings a typed line to one plain form: half-width signs, single spaces, nothing invisible. Linear in its length. */

/** A normalized line, and for each of its characters where it stood in the line as typed. */
export interface Normalized {
  readonly text: string;
  /** `sourceAt[i]` is the index in the typed line of character `i` of `text`; one entry more for the end. */
  readonly sourceAt: readonly number[];
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
export function isInvisible(code: number): boolean {
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
export function isSpace(code: number): boolean {
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

function isAsciiLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** The plain form of one visible character. */
function plain(char: string, code: number): string {
  if (code < 0x80) return char;
  const sign = SIGNS[char];
  if (sign !== undefined) return sign;
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : char;
}

/** May a quotation begin after this character? Not after a letter or digit, so that `don't` and `5"` stay words. */
export function opensQuoteAfter(before: string | undefined): boolean {
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
  const chars: string[] = [];
  const from: number[] = [];
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (isInvisible(code)) continue;
    if (code === 0x2014) {
      // Phones turn `--url` into a dash; between Chinese words a dash stays a dash.
      const run = line.charCodeAt(i + 1) === 0x2014 ? 2 : 1;
      const before = chars[chars.length - 1];
      if ((before === undefined || before === " ") && isAsciiLetter(line.charCodeAt(i + run))) {
        chars.push("-", "-");
        from.push(i, i);
        i += run - 1;
        continue;
      }
    }
    chars.push(isSpace(code) ? (code === 0x3000 ? "\u3000" : " ") : plain(line[i] as string, code));
    from.push(i);
  }
  const wide = chars.join("");
  const pairs = quotePairs(wide.replaceAll("\u3000", " "));
  const out: string[] = [];
  const sourceAt: number[] = [];
  let closesAt = -1;
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string;
    const closing = i > closesAt ? pairs.get(i) : undefined;
    if (closing !== undefined) closesAt = closing;
    if (i > closesAt && (char === " " || char === "\u3000")) {
      if (out.length === 0 || out[out.length - 1] === " ") continue;
      out.push(" ");
    } else {
      out.push(char);
    }
    sourceAt.push(from[i] as number);
  }
  if (out[out.length - 1] === " " && closesAt < chars.length - 1) {
    out.pop();
    sourceAt.pop();
  }
  sourceAt.push(line.length);
  return { text: out.join(""), sourceAt };
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
