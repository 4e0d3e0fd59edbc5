import { describe, expect, test } from "vitest";
import type { Posted, Sender } from "../../../../alerts/intake/posted.ts";
import { hear, type Known } from "../../../../alerts/intake/received.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 25, 2, 0, 0);
const a: Sender = { name: "a", resolveAfterMs: 5 * MINUTE };
const b: Sender = { name: "b", resolveAfterMs: 5 * MINUTE };

function word(startsAt?: number, endsAt?: number, more: Partial<Posted> = {}): Posted {
  return {
    labels: { alertname: "disk" },
    annotations: {},
    generatorURL: "",
    ...(startsAt === undefined ? {} : { startsAt: NOW + startsAt }),
    ...(endsAt === undefined ? {} : { endsAt: NOW + endsAt }),
    ...more,
  };
}

/** Hears words one after the other; each is sender, when, and the word. */
function afterAll(words: readonly (readonly [Sender, number, Posted])[]): Known | undefined {
  let known: Known | undefined;
  for (const [sender, at, posted] of words) known = hear(known, posted, sender, NOW + at);
  return known;
}

function times(known: Known | undefined): unknown {
  return known === undefined
    ? undefined
    : { starts: known.received.startsAt - NOW, ends: known.heard.endsAt - NOW, at: known.heard.at - NOW };
}

describe("one word", () => {
  test.each([
    ["no times: from now until the timeout", word(), { starts: 0, ends: 5 * MINUTE, at: 0 }],
    ["a start: until the timeout", word(-MINUTE), { starts: -MINUTE, ends: 5 * MINUTE, at: 0 }],
    ["both", word(-MINUTE, MINUTE), { starts: -MINUTE, ends: MINUTE, at: 0 }],
    ["only an end to come: from now", word(undefined, MINUTE), { starts: 0, ends: MINUTE, at: 0 }],
    ["a start to come", word(MINUTE, 2 * MINUTE), { starts: MINUTE, ends: 2 * MINUTE, at: 0 }],
    ["an end that has passed, of something unknown", word(-MINUTE, -1), undefined],
    ["an end at this very moment, of something unknown", word(-MINUTE, 0), undefined],
  ])("%s", (_, posted, expected) => {
    expect(times(afterAll([[a, 0, posted]]))).toEqual(expected);
  });
});

describe("further words", () => {
  const firing = word(-MINUTE, 4 * MINUTE);
  test.each([
    [
      "again: the later end",
      [[a, 0, firing] as const, [a, MINUTE, word(-MINUTE, 5 * MINUTE)] as const],
      { starts: -MINUTE, ends: 5 * MINUTE, at: MINUTE },
    ],
    [
      "again with a later start: the earlier start stays",
      [[a, 0, firing] as const, [a, MINUTE, word(0, 5 * MINUTE)] as const],
      { starts: -MINUTE, ends: 5 * MINUTE, at: MINUTE },
    ],
    [
      "over: the end that the sender gave",
      [[a, 0, firing] as const, [a, MINUTE, word(-MINUTE, MINUTE)] as const],
      { starts: -MINUTE, ends: MINUTE, at: MINUTE },
    ],
    [
      "over twice: the later of two ends",
      [
        [a, 0, firing] as const,
        [a, 2 * MINUTE, word(-MINUTE, 2 * MINUTE)] as const,
        [a, 3 * MINUTE, word(-MINUTE, MINUTE)] as const,
      ],
      { starts: -MINUTE, ends: 2 * MINUTE, at: 3 * MINUTE },
    ],
    [
      "over, and firing anew: another episode",
      [
        [a, 0, firing] as const,
        [a, MINUTE, word(-MINUTE, MINUTE)] as const,
        [a, 3 * MINUTE, word(3 * MINUTE, 7 * MINUTE)] as const,
      ],
      { starts: 3 * MINUTE, ends: 7 * MINUTE, at: 3 * MINUTE },
    ],
    [
      "without an end after one with: the end that was given stays as long as it is later",
      [[a, 0, word(-MINUTE, 60 * MINUTE)] as const, [a, MINUTE, word(-MINUTE)] as const],
      { starts: -MINUTE, ends: 60 * MINUTE, at: MINUTE },
    ],
    [
      "with an end after one without: the end that is given",
      [[a, 0, word(-MINUTE)] as const, [a, MINUTE, word(-MINUTE, 2 * MINUTE)] as const],
      { starts: -MINUTE, ends: 2 * MINUTE, at: MINUTE },
    ],
    [
      "a twin whose clock is five minutes behind says it fires: to us that is over, and no news",
      [[a, 0, firing] as const, [b, MINUTE, word(-6 * MINUTE, -MINUTE)] as const],
      { starts: -MINUTE, ends: 4 * MINUTE, at: 0 },
    ],
    [
      "the same sender says it is over, late: it is",
      [[a, 0, firing] as const, [a, MINUTE, word(-MINUTE, -1_000)] as const],
      { starts: -MINUTE, ends: -1_000, at: MINUTE },
    ],
    [
      "another sender says that it ended after we last heard: it has",
      [[a, 0, firing] as const, [b, 2 * MINUTE, word(-MINUTE, MINUTE)] as const],
      { starts: -MINUTE, ends: MINUTE, at: 2 * MINUTE },
    ],
  ])("%s", (_, words, expected) => {
    expect(times(afterAll(words))).toEqual(expected);
  });

  test("what says nothing new is the same object; new annotations are not", () => {
    const first = hear(undefined, firing, a, NOW);
    const again = hear(first, word(-MINUTE, 5 * MINUTE), a, NOW + MINUTE);
    expect(again?.received).toBe(first?.received);
    const other = hear(
      again,
      word(-MINUTE, 6 * MINUTE, { annotations: { summary: "worse" } }),
      a,
      NOW + 2 * MINUTE,
    );
    expect(other?.received.annotations).toEqual({ summary: "worse" });
    expect(other?.received.sender).toBe("a");
  });
});
