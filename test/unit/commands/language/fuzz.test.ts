import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDurationWords } from "../../../../commands/language/durations.ts";
import { normalize } from "../../../../commands/language/normalize.ts";
import { parseNumberWords } from "../../../../commands/language/numbers.ts";
import { understand } from "../../../../commands/language/sentence.ts";
import { tokenize } from "../../../../commands/language/tokenize.ts";
import { parseQuantity } from "../../../../commands/language/units.ts";
import { chatter, halfRows, reminderRows, thresholdRows } from "./sentence-rows.ts";

const SLOWEST_MS = 20;

const lines = [...thresholdRows, ...reminderRows, ...halfRows]
  .map(([line]) => line)
  .concat(chatter.filter((line) => line !== ""));

/** Everything that is done with a line before it is known what it is. */
function hear(line: string): boolean {
  const plain = normalize(line);
  tokenize(plain);
  parseDurationWords(plain);
  parseNumberWords(plain);
  parseQuantity(plain, "percent");
  parseQuantity(plain, "bytes");
  return understand(line) !== undefined;
}

/** Hears a line; a slow one is measured again, since a busy machine is slow for any line. Says whether it was a rule. */
function hearQuickly(line: string): boolean {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 8; i++) {
    const before = performance.now();
    const rule = hear(line);
    best = Math.min(best, performance.now() - before);
    if (best < SLOWEST_MS) return rule;
  }
  throw new Error(`${best.toFixed(1)} ms for ${line.length} characters: ${line.slice(0, 200)}`);
}

const noise = fc.constantFrom(
  ..."０９％，。：；（）“”‘’、—　\u200b\u202e\ufeff\u0000\ud800\udc00😀é°℃≥≤≠<>=!\"'`\\{}[]()%/.,:;-_~#@?&*|$^+ \t\n09aAmMгдüß一二三十百千万亿半点时分秒每天周月号超过持续提醒告警",
);
const spot = fc.nat({ max: 400 });
type Mutation = (line: string) => string;
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
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
  fc.nat({ max: 30 }).map(
    (times): Mutation =>
      (line) =>
        line.repeat(times + 1),
  ),
  fc.constant<Mutation>((line) => [...line].reverse().join("")),
);

test("70,000 mutated sentences: no throw, none slow", { timeout: 120_000 }, () => {
  let understood = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (line, mutations) => {
        const mutated = mutations.reduce((text, mutate) => mutate(text), line).slice(0, 2100);
        if (hearQuickly(mutated)) understood++;
      },
    ),
    { numRuns: 70_000, endOnFailure: true },
  );
  // Mutations that destroyed every sentence would test nothing but the way out.
  expect(understood).toBeGreaterThan(7_000);
});

test("30,000 random lines: no throw, none slow", { timeout: 120_000 }, () => {
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.array(noise, { maxLength: 300 }).map((signs) => signs.join("")),
    fc.array(fc.oneof(noise, fc.constantFrom(...lines)), { maxLength: 60 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(line, (each) => void hearQuickly(each)),
    { numRuns: 30_000, endOnFailure: true },
  );
});

test("lines of 2,000 characters made of one thing over and over are not slow", { timeout: 120_000 }, () => {
  const seeds = [
    ...lines,
    ...lines.flatMap((line) => line.split(" ")),
    ..."0一a每周月年点半时超每天 9百%/{}\"'`@:=<>.-",
    "每周一、",
    "9点和",
    "每天9点和",
    "1h",
    "1小时",
    "https://",
    'a="b" ',
    "every ",
    "every day ",
    "at 9 and ",
    "and monday ",
    "提醒 ",
    "提醒 每天9点 ",
    "remind every day at 9 ",
    "一百",
    "1,111",
    "x_",
    "进程 ",
    "/a",
    '{a="b"',
    "名为 ",
    "持续",
    "@a ",
  ];
  for (const seed of new Set(seeds.filter((each) => each !== ""))) {
    const long = seed.repeat(Math.ceil(2000 / seed.length));
    hearQuickly(long.slice(0, 2000));
    hearQuickly(`每天提醒 ${long}`.slice(0, 2000));
    hearQuickly(`CPU 超过 ${long}`.slice(0, 2000));
  }
});
