/**
 * What of a line says what kind of line it is: its words. Numbers, ids and times change from line to line, so a word
 * with a digit in it is the same as any other such word.
 */

/** Further on a line says nothing new of its kind. */
const LOOKED_AT = 400;

/** Stands for a word that changes. */
export const ANY = "<*>";

/** By code of ASCII: 1 ends a word, 2 is a digit. */
const KINDS = new Uint8Array(128);
for (const character of " \t\r\n\"'`,;:=|()[]{}<>&?") KINDS[character.charCodeAt(0)] = 1;
for (const digit of "0123456789") KINDS[digit.charCodeAt(0)] = 2;

/** Differs from process to process, so that nobody can prepare lines that look alike to it. */
const SEED = Math.floor(Math.random() * 2 ** 30);

/** A number that is the same for lines with the same words. Costs a few nanoseconds a character. */
export function shapeOf(line: string): number {
  const end = Math.min(line.length, LOOKED_AT);
  let hash = SEED;
  let word = SEED;
  let hasDigit = false;
  let isWord = false;
  for (let i = 0; i < end; i++) {
    const code = line.charCodeAt(i);
    const kind = code < 128 ? KINDS[code] : 0;
    if (kind === 1) {
      if (isWord) hash = Math.imul(hash ^ (hasDigit ? 42 : word), 0x01000193) ^ (hash >>> 15);
      // `[error]` is a level and `error` is not.
      if (code !== 32) hash = Math.imul(hash ^ code, 0x01000193);
      word = SEED;
      hasDigit = false;
      isWord = false;
    } else {
      if (kind === 2) hasDigit = true;
      word = Math.imul(word ^ code, 0x01000193);
      isWord = true;
    }
  }
  if (isWord) hash = Math.imul(hash ^ (hasDigit ? 42 : word), 0x01000193) ^ (hash >>> 15);
  // Levels that are numbers or begin one: `"level":50`, `E1128`.
  const first = line.charCodeAt(0);
  if (first === 123) {
    const at = line.indexOf('"level":');
    if (at >= 0 && at < LOOKED_AT) hash = Math.imul(hash ^ line.charCodeAt(at + 8), 0x01000193);
  } else if (first <= 87 && first >= 69 && KINDS[line.charCodeAt(1)] === 2)
    hash = Math.imul(hash ^ first, 0x01000193);
  return (hash ^ (hash >>> 13)) & 0x3fffffff;
}

/** The words of a line, at most `most` of them; those with a digit are `<*>`. */
export function wordsOf(line: string, most: number): string[] {
  const words: string[] = [];
  for (const word of line.slice(0, LOOKED_AT).split(/[\s"'`,;:=|()[\]{}<>&?]+/)) {
    if (word === "") continue;
    words.push(/[0-9]/.test(word) ? ANY : word);
    if (words.length === most) break;
  }
  return words;
}
