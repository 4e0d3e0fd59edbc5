import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDurationWords } from "../../../../commands/language/durations.ts";
import { normalize } from "../../../../commands/language/normalize.ts";
import { parseNumberWords } from "../../../../commands/language/numbers.ts";
import { understand } from "../../../../commands/language/sentence.ts";
import { tokenize } from "../../../../commands/language/tokenize.ts";
import { parseQuantity } from "../../../../commands/language/units.ts";
import { mutated, random, sentences } from "../../../support/chat-lines.ts";

const SLOWEST_MS = 20;

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

// The road as a whole is held to five times as many in `../road-fuzz.test.ts`; this is where to look first.
test("14,000 mutated sentences: no throw, none slow", { timeout: 120_000 }, () => {
  let understood = 0;
  fc.assert(
    fc.property(mutated(sentences), (line) => {
      if (hearQuickly(line)) understood++;
    }),
    { numRuns: 14_000, endOnFailure: true },
  );
  // Mutations that destroyed every sentence would test nothing but the way out.
  expect(understood).toBeGreaterThan(1_400);
});

test("6,000 random lines: no throw, none slow", { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(random(sentences), (each) => void hearQuickly(each)),
    { numRuns: 6_000, endOnFailure: true },
  );
});

test("lines of 2,000 characters made of one thing over and over are not slow", { timeout: 120_000 }, () => {
  const seeds = [
    ...sentences,
    ...sentences.flatMap((line) => line.split(" ")),
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
