/** Lines that people might type, whole, mutilated, and made of nothing but noise; for tests that throw them at the ears. */
import fc from "fast-check";
import { chatter, halfRows, reminderRows, thresholdRows } from "../unit/commands/language/sentence-rows.ts";

/** Every line of the tables of sentences, whatever it means. */
export const sentences: readonly string[] = [...thresholdRows, ...reminderRows, ...halfRows]
  .map(([line]) => line)
  .concat(chatter.filter((line) => line !== ""));

/** Single characters that parsers trip over. */
const noise = fc.constantFrom(
  ..."０９％，。：；（）“”‘’、—　\u200b\u202e\ufeff\u0000\ud800\udc00😀é°℃≥≤≠<>=!\"'`\\{}[]()%/.,:;-_~#@?&*|$^+ \t\n09aAmMгдüß一二三十百千万亿半点时分秒每天周月号超过持续提醒告警",
);
const spot = fc.nat({ max: 400 });
type Mutation = (line: string) => string;

function mutation(lines: readonly string[]): fc.Arbitrary<Mutation> {
  return fc.oneof(
    spot.map(
      (at): Mutation =>
        (line) =>
          line.slice(0, at % (line.length + 1)) + line.slice((at % (line.length + 1)) + 1),
    ),
    fc.tuple(spot, noise).map(
      ([at, sign]): Mutation =>
        (line) => {
          const i = at % (line.length + 1);
          return line.slice(0, i) + sign + line.slice(i);
        },
    ),
    fc.tuple(spot, spot).map(
      ([a, b]): Mutation =>
        (line) => {
          const from = a % (line.length + 1);
          return line.slice(0, from) + line.slice(from, from + (b % 12)).repeat(2) + line.slice(from);
        },
    ),
    fc.tuple(spot, spot).map(
      ([a, b]): Mutation =>
        (line) => {
          const words = line.split(" ");
          const i = a % words.length;
          const j = b % words.length;
          [words[i], words[j]] = [words[j] as string, words[i] as string];
          return words.join(" ");
        },
    ),
    fc.tuple(spot, fc.constantFrom(...lines)).map(
      ([at, other]): Mutation =>
        (line) =>
          line.slice(0, at % (line.length + 1)) + other,
    ),
    fc.nat({ max: 12 }).map(
      (times): Mutation =>
        (line) =>
          line.repeat(times + 1),
    ),
    fc.constant<Mutation>((line) => [...line].reverse().join("")),
  );
}

/** One of the lines after one to `most` mutations. */
export function mutated(lines: readonly string[], most = 4): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...lines), fc.array(mutation(lines), { minLength: 1, maxLength: most }))
    .map(([line, mutations]) => mutations.reduce((text, mutate) => mutate(text), line).slice(0, 2100));
}

/** Noise, and noise with lines in it. */
export function random(lines: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.array(noise, { maxLength: 300 }).map((signs) => signs.join("")),
    fc.array(fc.oneof(noise, fc.constantFrom(...lines)), { maxLength: 60 }).map((parts) => parts.join("")),
  );
}
