/** The days on which something recurs. */
import { expect, test } from "vitest";
import { daysOf, type RecurrenceRule } from "../../../../bot/oncall/recurrence.ts";

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
const rule = (every: RecurrenceRule["every"], more: Partial<RecurrenceRule> = {}): RecurrenceRule => ({
  every,
  interval: 1,
  weekdays: [],
  monthDays: [],
  weekStart: 1,
  ...more,
});

test.each<readonly [what: string, rule: RecurrenceRule, first: string, days: readonly string[]]>([
  ["each day", rule("DAILY"), "2026-02-27", ["2026-02-27", "2026-02-28", "2026-03-01"]],
  ["every third", rule("DAILY", { interval: 3 }), "2026-02-27", ["2026-02-27", "2026-03-02", "2026-03-05"]],
  [
    "workdays",
    rule("DAILY", { weekdays: [1, 2, 3, 4, 5] }),
    "2026-11-27",
    ["2026-11-27", "2026-11-30", "2026-12-01"],
  ],
  ["each week", rule("WEEKLY"), "2026-11-30", ["2026-11-30", "2026-12-07", "2026-12-14"]],
  [
    "days of the week",
    rule("WEEKLY", { weekdays: [5, 1] }),
    "2026-12-02",
    ["2026-12-04", "2026-12-07", "2026-12-11"],
  ],
  [
    "every other week",
    rule("WEEKLY", { interval: 2, weekdays: [2, 0] }),
    "2026-12-01",
    ["2026-12-01", "2026-12-06", "2026-12-15"],
  ],
  // RFC 5545 has this pair: with which day a week begins makes the difference.
  [
    "weeks from Monday",
    rule("WEEKLY", { interval: 2, weekdays: [2, 0], weekStart: 1 }),
    "1997-08-05",
    ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"],
  ],
  [
    "weeks from Sunday",
    rule("WEEKLY", { interval: 2, weekdays: [2, 0], weekStart: 0 }),
    "1997-08-05",
    ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"],
  ],
  ["each month", rule("MONTHLY"), "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]],
  [
    "the last day",
    rule("MONTHLY", { monthDays: [-1] }),
    "2026-01-31",
    ["2026-01-31", "2026-02-28", "2026-03-31"],
  ],
  [
    "the first and the fifteenth",
    rule("MONTHLY", { monthDays: [15, 1] }),
    "2026-01-02",
    ["2026-01-15", "2026-02-01", "2026-02-15"],
  ],
  ["each year", rule("YEARLY"), "2024-02-29", ["2024-02-29", "2028-02-29", "2032-02-29"]],
])("%s", (_, given, first, days) => {
  const found: number[] = [];
  for (const one of daysOf(given, day(first))) {
    found.push(one);
    if (found.length === days.length) break;
  }
  expect(found).toEqual(days.map(day));
});

test("what never comes ends", () => {
  expect([...daysOf(rule("DAILY", { interval: 7, weekdays: [1] }), day("2026-03-01"))]).toEqual([]);
  expect([...daysOf(rule("MONTHLY", { interval: 12, monthDays: [30] }), day("2026-02-01"))]).toEqual([]);
});
