/** The ears of the chat: decides whether a line is a sentence that makes a rule, and which. Pure. */
import { isHan } from "./lexicon.ts";
import { understandLog } from "./log-sentence.ts";
import { asTyped, normalizeTracked } from "./normalize.ts";
import { beginsRecurring, understandReminder } from "./remind.ts";
import type { Language, Sentence } from "./sentence-types.ts";
import { understandThreshold } from "./threshold.ts";

export type { Sentence } from "./sentence-types.ts";

/** A longer line is no sentence: nobody says a rule in two thousand characters. */
const LONGEST_SENTENCE = 2000;

/**
 * What a line says, `undefined` when it is not a rule-like sentence at all: ordinary chat, a question, a command, or
 * more than 2,000 characters. Takes the line as typed (or normalized); the words of a reminder keep their full-width
 * signs only when the line comes as typed. `metrics` are names of metrics that people gave in words of their own
 * (`订单量`). Never throws.
 */
export function understand(line: string, metrics: readonly string[] = []): Sentence | undefined {
  if (line.length > LONGEST_SENTENCE) return undefined;
  const normalized = normalizeTracked(line);
  const { text } = normalized;
  if (text.length < 3) return undefined;
  const language: Language = hasHan(text) ? "zh" : "en";
  const typed = (from: number, to: number): string => asTyped(line, normalized, from, to);
  if (!beginsRecurring(text)) {
    const log = understandLog(text, language);
    if (log !== undefined) return log;
    const threshold = understandThreshold(text, language, metrics);
    if (threshold !== undefined) return threshold;
  }
  return understandReminder(text, language, typed);
}

function hasHan(text: string): boolean {
  for (const char of text) if (isHan(char)) return true;
  return false;
}
