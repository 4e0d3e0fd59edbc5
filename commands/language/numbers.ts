/** Numbers as people write them: `80.5`, `1,000`, `八十`, `一百二十`, `3万`, `1.5亿`, `2K`, `eighty-five`. */

/** A number found in a text. */
export interface FoundNumber {
  readonly value: number;
  /** Index just past its last character. */
  readonly to: number;
}

const DIGITS = /(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?/y;
const HAN_DIGITS = "零一二三四五六七八九";
const HAN_OTHERS: Readonly<Record<string, number>> = { 〇: 0, "○": 0, 两: 2, 俩: 2, 幺: 1 };
const HAN_PLACES: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 };
const HAN_GROUPS: Readonly<Record<string, number>> = { 万: 1e4, 亿: 1e8 };
/** No number is spelled in more characters than this; reading on at every place would cost a square. */
const LONGEST_HAN = 24;
const AFTER_DIGITS = /^ ?(万亿|千万|百万|亿|万|千|百)/;

const ENGLISH_ONES =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const ENGLISH_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ENGLISH_WORD = /([a-z]+)(?:[- ]([a-z]+))?/iy;

/** The value of a single Chinese digit, `undefined` when the character is none. */
export function hanDigit(char: string | undefined): number | undefined {
  if (char === undefined || char === "") return undefined;
  const place = HAN_DIGITS.indexOf(char);
  return place >= 0 ? place : HAN_OTHERS[char];
}

/** The number that begins at `at`, in digits, Chinese characters or English words; `undefined` when none does. */
export function scanNumber(text: string, at: number): FoundNumber | undefined {
  const sign = text[at] === "-" || text[at] === "负" ? -1 : 1;
  const start = sign < 0 ? at + 1 : at;
  const found = scanDigits(text, start) ?? scanHan(text, start) ?? scanEnglish(text, start);
  if (found === undefined || !Number.isFinite(found.value)) return undefined;
  return { value: found.value === 0 ? 0 : sign * found.value, to: found.to };
}

/** The number at the start of `text`, a `K`, `M` or `B` after it counted as a thousand, a million, a billion. */
export function parseNumberWords(text: string): { value: number; rest: string } | undefined {
  const start = text.length - text.trimStart().length;
  const found = scanNumber(text, start);
  if (found === undefined) return undefined;
  const scale = /^ ?([kKMB])(?![A-Za-z])/.exec(text.slice(found.to, found.to + 3));
  const size = scale === null ? 1 : { k: 1e3, K: 1e3, M: 1e6, B: 1e9 }[scale[1] as "k"];
  return {
    value: exact(found.value * size),
    rest: text.slice(found.to + (scale?.[0].length ?? 0)).trimStart(),
  };
}

/** Takes the dust of binary fractions off a product: `1.1 * 1000` is 1100. */
export function exact(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(15));
}

function scanDigits(text: string, at: number): FoundNumber | undefined {
  DIGITS.lastIndex = at;
  const found = DIGITS.exec(text)?.[0];
  if (found === undefined) return undefined;
  let to = at + found.length;
  let value = Number(found.replaceAll(",", ""));
  const scale = AFTER_DIGITS.exec(text.slice(to, to + 3));
  if (scale !== null) {
    for (const char of scale[1] as string) value *= HAN_GROUPS[char] ?? HAN_PLACES[char] ?? 1;
    to += scale[0].length;
  }
  return { value: exact(value), to };
}

function scanHan(text: string, at: number): FoundNumber | undefined {
  let to = at;
  let places = false;
  while (to < text.length && to - at <= LONGEST_HAN) {
    const char = text[to] as string;
    if (char in HAN_PLACES || char in HAN_GROUPS) places = true;
    else if (hanDigit(char) === undefined) break;
    to++;
  }
  if (to === at || to - at > LONGEST_HAN) return undefined;
  const run = text.slice(at, to);
  const whole = places ? hanPlaces(run) : Number([...run].map((char) => hanDigit(char)).join(""));
  if (whole === undefined) return undefined;
  if (text[to] !== "点" || hanDigit(text[to + 1]) === undefined) return { value: whole, to };
  let fraction = "";
  let end = to + 1;
  while (end - to <= LONGEST_HAN && hanDigit(text[end]) !== undefined) fraction += hanDigit(text[end++]);
  return { value: Number(`${whole}.${fraction}`), to: end };
}

/** `一千零五十`, `十五`, `三万五`, `一亿两千万`; `undefined` for what no one would count with, such as `百百`. */
function hanPlaces(run: string): number | undefined {
  let total = 0;
  let group = 0;
  let digit: number | undefined;
  let lastPlace = 1;
  for (const char of run) {
    const place = HAN_PLACES[char];
    const size = HAN_GROUPS[char];
    if (place !== undefined) {
      // 十 alone is ten; 百 and 千 want a digit before them.
      if (digit === undefined && place !== 10) return undefined;
      group += (digit === undefined || digit === 0 ? 1 : digit) * place;
      lastPlace = place;
      digit = undefined;
    } else if (size !== undefined) {
      const counted = group + (digit ?? 0);
      if (counted === 0 && total === 0) return undefined;
      // 万亿: the larger group multiplies everything said so far.
      total = size > total && total > 0 ? (total + counted) * size : total + counted * size;
      group = 0;
      digit = undefined;
      lastPlace = size;
    } else {
      const next = hanDigit(char) as number;
      if (digit !== undefined && digit !== 0) return undefined;
      if (next === 0) lastPlace = 10;
      digit = next;
    }
  }
  // 一百二 is 120 and 三万五 is 35000, but 一百零二 is 102.
  const tail = (digit ?? 0) * (lastPlace > 10 ? lastPlace / 10 : 1);
  return total + group + tail;
}

function scanEnglish(text: string, at: number): FoundNumber | undefined {
  if (at > 0 && /[A-Za-z]/.test(text[at - 1] as string)) return undefined;
  ENGLISH_WORD.lastIndex = at;
  const found = ENGLISH_WORD.exec(text);
  if (found === null) return undefined;
  const first = (found[1] as string).toLowerCase();
  const second = found[2]?.toLowerCase() ?? "";
  const one = ENGLISH_ONES.indexOf(first);
  if (one >= 0) return { value: one, to: at + first.length };
  const ten = ENGLISH_TENS.indexOf(first);
  if (ten < 2) return undefined;
  const unit = ENGLISH_ONES.indexOf(second);
  return unit > 0 && unit < 10
    ? { value: ten * 10 + unit, to: at + found[0].length }
    : { value: ten * 10, to: at + first.length };
}
