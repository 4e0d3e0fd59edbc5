import { expect, test } from "vitest";
import { asTyped, normalize, normalizeTracked } from "../../../../commands/language/normalize.ts";

test.each([
  ["", ""],
  ["８０％", "80%"],
  ["ＣＰＵ", "CPU"],
  ["ｃｐｕ", "cpu"],
  ["９：３０", "9:30"],
  ["（a），b；c！d？", "(a),b;c!d?"],
  ["a　b", "a b"],
  ["  a \t b\r\nc  ", "a b c"],
  ["a\u00a0b\u2003c\u202fd", "a b c d"],
  ["“a”", '"a"'],
  ["‘a’", "'a'"],
  ['say "a   b"   c', 'say "a   b" c'],
  ["say “a   b”   c", 'say "a   b" c'],
  ['say "a   b', 'say "a b'],
  ["c\u200bp\u200du\ufeff", "cpu"],
  ["\u202ecpu\u202c \u200fx", "cpu x"],
  ["a\u0000b\u0007c\u001bd\u007fe\u009bf", "abcdef"],
  ["ＣPu MiXed", "CPu MiXed"],
  ["告警。", "告警."],
  ["——url x", "--url x"],
  ["—url x", "--url x"],
  ["好——是的", "好——是的"],
  ["≥ ≤ ≠ ℃", "≥ ≤ ≠ ℃"],
  ["㎡ ½ ①", "㎡ ½ ①"],
  ["😀👨‍👩‍👧", "😀👨👩👧"],
])("%j", (typed, plain) => {
  expect(normalize(typed)).toBe(plain);
});

test("what is plain already stays, so that normalizing twice changes nothing", () => {
  for (const line of [
    'a "b  c" d',
    "每天9点提醒 吃药",
    " “a  b” ",
    "'a  b' \"c",
    "——a ——",
    "\u3000“\u3000”\u3000",
  ])
    expect(normalize(normalize(line))).toBe(normalize(line));
});

test("what was typed can be had back", () => {
  const line = "每天９点提醒　开会，\u200b别忘了";
  const normalized = normalizeTracked(line);
  const at = normalized.text.indexOf("开会");
  expect(asTyped(line, normalized, at, normalized.text.length)).toBe("开会，别忘了");
});

test.each([
  ["spaces", " "],
  ["quotes", '"'],
  ["quotes and spaces", '" '],
  ["apostrophes", " '"],
  ["back ticks", " `"],
  ["backslashes", '"\\'],
  ["full width", "８０％，"],
  ["dashes", "——a "],
])("a megabyte of %s costs no more per character than a little", (_, seed) => {
  const time = (length: number): number => {
    const line = seed.repeat(Math.ceil(length / seed.length));
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i++) {
      // The processor's time, so that a busy machine does not count.
      const before = process.cpuUsage();
      normalize(line);
      best = Math.min(best, process.cpuUsage(before).user / 1_000);
    }
    return best;
  };
  time(10_000);
  const small = Math.max(time(50_000), 1);
  // Twenty times as much; a square would cost 400 times. What the collector and the compiler take is in it, too.
  expect(time(1_000_000)).toBeLessThan(small * 250);
});
