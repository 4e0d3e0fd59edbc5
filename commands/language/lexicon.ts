/** All words of threshold sentences in one index, and how they are found in a text. */
import { metricWords } from "../../rules/metric-words.ts";
import { englishMetrics, englishWords } from "./lexicon-en.ts";
import { chineseMetrics, chineseWords } from "./lexicon-zh.ts";
import type { Meaning } from "./meaning.ts";
import type { Comparison } from "./sentence-types.ts";

interface Entry {
  readonly word: string;
  readonly meaning: Meaning;
}

const index = new Map<string, Entry[]>();

function add(word: string, meaning: Meaning): void {
  const plain = lower(word).replace(/ (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) /g, "");
  const first = plain[0] as string;
  const entries = index.get(first) ?? [];
  // The first to claim a word keeps it, and the table of metrics comes first.
  if (!entries.some((entry) => entry.word === plain)) entries.push({ word: plain, meaning });
  index.set(first, entries);
}

for (const word of metricWords) {
  const meaning: Meaning = { kind: "metric", word };
  if (/[_\d]/.test(word.metric)) add(word.metric, meaning);
  for (const said of [...word.words.zh, ...word.words.en]) add(said, meaning);
  for (const state of word.states ?? []) {
    const [op, threshold] = state.condition.split(" ");
    for (const said of [...state.words.zh, ...state.words.en])
      add(said, { kind: "state", word, op: op as Comparison, threshold: Number(threshold) });
  }
}
for (const [metric, words] of [...Object.entries(chineseMetrics), ...Object.entries(englishMetrics)]) {
  const word = metricWords.find((each) => each.metric === metric);
  if (word !== undefined) for (const said of words.split("|")) add(said, { kind: "metric", word });
}
for (const [words, meaning] of [...chineseWords, ...englishWords])
  for (const word of words.split("|")) add(word, meaning);
for (const entries of index.values()) entries.sort((a, b) => b.word.length - a.word.length);

/** Small letters for A to Z only: the length of the text must not change, and `toLowerCase` may change it. */
export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The longest known word that begins at `at` of a text in small letters, and the index just past it. */
export function findWord(text: string, at: number): { meaning: Meaning; to: number } | undefined {
  if (isLatin(text[at]) && isLatin(text[at - 1])) return undefined;
  for (const { word, meaning } of index.get(text[at] ?? "") ?? []) {
    const to = matchWord(text, at, word);
    if (to !== undefined) return { meaning, to };
  }
  return undefined;
}

/** Compares letter by letter; a space beside a Chinese character counts for nothing (`CPU 使用率`). */
function matchWord(text: string, at: number, word: string): number | undefined {
  let i = at;
  for (let k = 0; k < word.length; k++) {
    if (text[i] === " " && word[k] !== " " && (isHan(word[k]) || isHan(word[k - 1]))) i++;
    if (text[i] !== word[k]) return undefined;
    i++;
  }
  return isLatin(text[i - 1]) && isLatin(text[i]) ? undefined : i;
}

function isLatin(char: string | undefined): boolean {
  return char !== undefined && /[a-z0-9_]/i.test(char);
}

/** Whether a character is Chinese. */
export function isHan(char: string | undefined): boolean {
  return char !== undefined && char >= "\u3400" && char <= "\u9fff";
}
