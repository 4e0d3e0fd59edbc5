/**
 * Label sets as the series index needs them: a quick hash, a quick comparison, and texts that hold nothing else.
 * Everywhere a label with an empty value is the same as none, as Prometheus has it.
 */
import type { Labels } from "./labels.ts";

/** Differs from process to process, so that nobody can prepare label sets that all share one hash. */
const SEED = Math.floor(Math.random() * 2 ** 31);

/**
 * A hash of 30 bits (a small integer to the engine, which costs no memory as a Map key), the same for equal sets
 * whatever the order of their names. Not the fingerprint: that is 64 bits, and several times dearer.
 */
export function hashLabels(labels: Labels): number {
  let sum = SEED;
  for (const name in labels) {
    const value = labels[name] ?? "";
    if (value === "") continue;
    let hash = SEED;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x10000, 0x01000193);
    for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
    // Stirred before they are added, since a sum of plain FNV values would let pairs trade places.
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    sum = (sum + (hash ^ (hash >>> 13))) | 0;
  }
  return sum & 0x3fffffff;
}

/** Whether two label sets are equal; `own` must be free of empty values. */
export function sameLabels(own: Labels, other: Labels): boolean {
  let names = 0;
  for (const name in other) {
    const value = other[name];
    if (value === "") continue;
    if (own[name] !== value) return false;
    names++;
  }
  for (const _ in own) names--;
  return names === 0;
}

/**
 * A text of its own. What was cut out of a larger text (a page of metrics, a request's body) would otherwise keep
 * all of that text in memory for as long as the series lives.
 */
export function ownText(text: string): string {
  // Only what is longer than 12 characters is kept as a reference into the larger text.
  if (text.length < 13) return text;
  const encoding = /[^\0-\xff]/.test(text) ? "utf16le" : "latin1";
  return Buffer.from(text, encoding).toString(encoding);
}
