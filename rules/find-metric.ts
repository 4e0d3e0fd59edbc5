/** Finds what a sentence measures, and writes the PromQL of it. */
import { isMetricName, type Labels, labelValue, quoteLabelValue } from "../storage/labels.ts";
import { formatMatchers } from "../storage/matchers.ts";
import { type MetricWord, metricWords } from "./metric-words.ts";

/** A metric found in a text. */
export interface FoundMetric {
  readonly word: MetricWord;
  /** Where it stands in the text, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
  /** What was said, as it was written. */
  readonly said: string;
  /** Set when the word already says the condition ("挂了"): `== 0`. */
  readonly condition?: string;
}

interface Entry {
  readonly text: string;
  readonly word: MetricWord;
  readonly condition?: string;
}

/** Every word of the table, the longest first, so that the first one that fits is the right one. */
const entries: readonly Entry[] = metricWords
  .flatMap((word) => [
    // A metric whose name is a plain word ("up") would be found in sentences that speak of something else.
    ...[...(/[_\d]/.test(word.metric) ? [word.metric] : []), ...word.words.zh, ...word.words.en].map(
      (text): Entry => ({ text, word }),
    ),
    ...(word.states ?? []).flatMap(({ words, condition }) =>
      [...words.zh, ...words.en].map((text): Entry => ({ text, word, condition })),
    ),
  ])
  .map((entry) => ({ ...entry, text: entry.text.toLowerCase() }))
  .sort((a, b) => b.text.length - a.text.length);

/**
 * The metric a text names: the longest word of the table that stands in it, a word for a thing before a word for a
 * state. Case does not matter, and neither do spaces between Latin and Chinese (`CPU 使用率`); full-width characters
 * must have been made plain before. Words in Latin letters count only where they stand alone: `cpu` is not in `cpus2`.
 */
export function findMetricWord(text: string): FoundMetric | undefined {
  const { plain, origin } = withoutIdleSpaces(text);
  let state: FoundMetric | undefined;
  for (const { text: word, word: metric, condition } of entries) {
    if (state !== undefined && condition !== undefined) continue;
    const start = standsAt(plain, word);
    if (start < 0) continue;
    const from = origin[start] ?? 0;
    const to = (origin[start + word.length - 1] ?? 0) + 1;
    const found = { word: metric, from, to, said: text.slice(from, to) };
    if (condition === undefined) return found;
    state = { ...found, condition };
  }
  return state;
}

/**
 * The PromQL of a metric with these labels: `disk_usage_percent{mount="/data"}`, with what the table puts around it.
 * `inPercent` asks for the form that counts in percent, where there is one.
 */
export function metricExpression(word: MetricWord, labels: Labels = {}, inPercent = false): string {
  const form = inPercent ? (word.inPercent ?? word) : word;
  const [before, after] = form.around ?? ["", ""];
  const matchers = Object.keys(labels).map((name) => ({
    name,
    op: "=" as const,
    value: labelValue(labels, name),
  }));
  if (!isMetricName(form.metric)) {
    // As Prometheus 3 writes it: {"订单量", shop="a"}.
    const more = matchers.length === 0 ? "" : `,${formatMatchers(matchers).slice(1, -1)}`;
    return `${before}{${quoteLabelValue(form.metric)}${more}}${after}`;
  }
  return `${before}${form.metric}${matchers.length === 0 ? "" : formatMatchers(matchers)}${after}`;
}

/** The metrics whose names are words of people's own: those of business figures, 订单量. */
export function metricsInWords(series: { names(): ReadonlyMap<string, number> }): readonly string[] {
  return [...series.names().keys()].filter((name) => !isMetricName(name));
}

function standsAt(text: string, word: string): number {
  for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + 1)) {
    const to = from + word.length;
    const open = isLatin(text[from]) && isLatin(text[from - 1]);
    if (!open && !(isLatin(text[to - 1]) && isLatin(text[to]))) return from;
  }
  return -1;
}

function isLatin(character: string | undefined): boolean {
  return character !== undefined && /[a-z0-9_]/.test(character);
}

/** The text in small letters without the spaces that touch a Chinese character, and where each character came from. */
function withoutIdleSpaces(text: string): { plain: string; origin: number[] } {
  let plain = "";
  const origin: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i] ?? "";
    if (character === " " && (isHan(text[i - 1]) || isHan(text[i + 1]))) continue;
    // Not `toLowerCase` of the whole: it can change the length of a text, and then no index would fit.
    plain += character >= "A" && character <= "Z" ? character.toLowerCase() : character;
    origin.push(i);
  }
  return { plain, origin };
}

function isHan(character: string | undefined): boolean {
  return character !== undefined && character >= "\u3400" && character <= "\u9fff";
}
