/** All words of threshold sentences in one index, and how they are found in a text. */
import { type MetricWord, metricWords } from "../../rules/metric-words.ts";
import { englishMetrics, englishWords } from "./lexicon-en.ts";
import { chineseMetrics, chineseWords } from "./lexicon-zh.ts";
import type { Comparison, ThresholdSentence } from "./sentence-types.ts";

type Fn = NonNullable<ThresholdSentence["windowFunction"]>["fn"];

/** What a word does in a sentence. */
export type Meaning =
  | {
      readonly kind: "comparison";
      readonly op: Comparison;
      /** `is`, `为`: a comparison only where no other stands. */
      readonly weak?: true;
      readonly recovery?: true;
      /** `不足`: speaks of what is left, so that "磁盘空间不足10%" is about the free space. */
      readonly scarce?: true;
      /** Before a length of time it may mean how long: `超过10分钟`, `over 5m`. */
      readonly looksLike?: "lasting" | "lately";
    }
  | { readonly kind: "bound"; readonly op: Comparison }
  /** `恢复时通知我`: after a whole sentence it asks for what happens anyway; alone it is the sentence. */
  | { readonly kind: "wellness" }
  | { readonly kind: "lasting" | "lately" | "keep" | "verb" | "free" | "name" | "filler" }
  | { readonly kind: "function"; readonly fn: Fn }
  | {
      readonly kind: "severity";
      readonly severity: NonNullable<ThresholdSentence["severity"]>;
      /** Is also the verb: `CPU超过80%警告`. */
      readonly speaks?: true;
    }
  | { readonly kind: "metric"; readonly word: MetricWord }
  | {
      readonly kind: "state";
      readonly word: MetricWord;
      readonly op: Comparison;
      readonly threshold: number;
    };

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
