/** Who is on call: tables over turns, layers, times, swaps, time zones and the days on which clocks are moved. */
import { describe, expect, test } from "vitest";
import { located } from "../../../../alerts/muting/time-interval.ts";
import { localSpansSchema } from "../../../../alerts/muting/time-interval-config.ts";
import type { Layer, Rotation, Shift } from "../../../../alerts/oncall/rotation.ts";
import { nextChange, onCallAt, shiftsIn } from "../../../../alerts/oncall/schedule.ts";
import { instantOf } from "../../../../storage/zone.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** `2026-03-29T09:00` by the clock on the wall. */
const wall = (text: string): number => Date.parse(`${text}:00Z`);

function layer(people: string, everyMs: number, starts: string, active?: Layer["active"]): Layer {
  return { people: [...people], everyMs, starts: wall(starts), active };
}

function spans(zone: string, ...given: readonly object[]): Layer["active"] {
  return located({ name: "", spans: localSpansSchema.parse(given) }, zone);
}

function rotation(zone: string, layers: readonly Layer[], more: Partial<Rotation> = {}): Rotation {
  return { name: "db", zone, layers, active: undefined, calendar: [], swaps: [], ...more };
}

/** `张 2026-11-30T09:00` … as UTC, so that a row shows the instants and not what the zone makes of them. */
const shown = (shifts: readonly Shift[]): string[] =>
  shifts.map(({ person = "-", from }) => `${person} ${new Date(from).toISOString().slice(0, 16)}`);

describe("turns", () => {
  const weekly = rotation("Asia/Shanghai", [layer("abc", 7 * DAY, "2026-11-30T09:00")]);
  test.each([
    ["2026-11-30T08:59", undefined],
    ["2026-11-30T09:00", "a"],
    ["2026-12-07T08:59", "a"],
    ["2026-12-07T09:00", "b"],
    ["2026-12-14T09:00", "c"],
    ["2026-12-21T09:00", "a"],
    ["2036-12-01T12:00", "a"],
  ])("at %s by the clock on the wall: %s", (at, person) => {
    expect(onCallAt(weekly, instantOf("Asia/Shanghai", wall(at)))).toBe(person);
  });

  test("change hands when the next shift begins, and first when the first does", () => {
    const at = instantOf("Asia/Shanghai", wall("2026-11-01T00:00"));
    const first = nextChange(weekly, at) ?? 0;
    expect(new Date(first).toISOString()).toBe("2026-11-30T01:00:00.000Z");
    expect((nextChange(weekly, first) ?? 0) - first).toBe(7 * DAY);
  });

  test("of one person, or of nobody, never change hands", () => {
    const alone = rotation("Asia/Shanghai", [layer("a", DAY, "2026-01-01T09:00")]);
    expect(nextChange(alone, wall("2026-02-01T00:00"))).toBeUndefined();
    expect(nextChange(rotation("Asia/Shanghai", []), 0)).toBeUndefined();
  });

  test("of somebody twice in a row are one shift", () => {
    const twice = rotation("UTC", [layer("aab", DAY, "2026-01-01T00:00")]);
    expect(shown(shiftsIn(twice, wall("2026-01-01T00:00"), wall("2026-01-06T00:00")))).toEqual([
      "a 2026-01-01T00:00",
      "b 2026-01-03T00:00",
      "a 2026-01-04T00:00",
    ]);
  });
});

/** On these days the clock on the wall is moved; shifts begin by that clock, so some are shorter or longer. */
describe("clocks that are moved", () => {
  test.each<readonly [zone: string, every: number, starts: string, from: string, hours: readonly number[]]>([
    // Never moved.
    ["Asia/Shanghai", DAY, "2026-03-28T09:00", "2026-03-28T09:00", [24, 24, 24]],
    // 29 March, 02:00 → 03:00, and 25 October, 03:00 → 02:00.
    ["Europe/Berlin", DAY, "2026-03-27T09:00", "2026-03-27T09:00", [24, 23, 24]],
    ["Europe/Berlin", DAY, "2026-03-27T09:00", "2026-10-23T09:00", [24, 25, 24]],
    ["Europe/Berlin", DAY / 2, "2026-03-27T21:00", "2026-03-28T09:00", [12, 11, 12]],
    ["Europe/Berlin", DAY / 2, "2026-03-27T21:00", "2026-10-24T09:00", [12, 13, 12]],
    ["Europe/Berlin", 7 * DAY, "2026-03-02T09:00", "2026-03-16T09:00", [168, 167, 168]],
    // It begins in the hour that is skipped: then with the first moment after it; the day after at half past two again.
    ["Europe/Berlin", DAY, "2026-03-27T02:30", "2026-03-28T02:30", [23.5, 23.5, 24]],
    // It begins in the hour that comes twice: the first time.
    ["Europe/Berlin", DAY, "2026-10-23T02:30", "2026-10-24T02:30", [24, 25, 24]],
    // 8 March and 1 November.
    ["America/New_York", DAY, "2026-03-06T18:00", "2026-03-06T18:00", [24, 23, 24]],
    ["America/New_York", DAY / 2, "2026-03-06T18:00", "2026-10-31T18:00", [13, 12, 12]],
    // Half an hour: 4 October, 02:00 → 02:30, and 5 April, 02:00 → 01:30.
    ["Australia/Lord_Howe", DAY, "2026-04-04T09:00", "2026-04-04T09:00", [24.5, 24, 24]],
    ["Australia/Lord_Howe", DAY, "2026-04-04T09:00", "2026-10-03T09:00", [23.5, 24, 24]],
    ["Australia/Lord_Howe", DAY / 2, "2026-04-04T20:00", "2026-10-03T20:00", [11.5, 12, 12]],
    // A shift an hour, across the hour that is skipped: two begin at once, and the first of them never is.
    ["Europe/Berlin", HOUR, "2026-03-29T00:00", "2026-03-29T00:00", [1, 1, 1]],
  ])("%s, every %i ms from %s: three shifts from %s last %j hours", (zone, every, starts, from, hours) => {
    const one = rotation(zone, [layer("abcdefg", every, starts)]);
    const lengths: number[] = [];
    let at = instantOf(zone, wall(from));
    for (let i = 0; i < hours.length; i++) {
      const next = nextChange(one, at) ?? Number.NaN;
      lengths.push((next - at) / HOUR);
      at = next;
    }
    expect(lengths).toEqual(hours);
  });

  test.each(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])(
    "%s: what the schedule says of a year and what it says of every hour of it are the same",
    (zone) => {
      const one = rotation(
        zone,
        [
          layer("abc", 12 * HOUR, "2026-01-01T20:30"),
          layer("de", 7 * DAY, "2026-02-02T09:00", spans(zone, { weekdays: ["saturday", "sunday"] })),
        ],
        { swaps: [{ person: "x", from: wall("2026-03-28T22:00"), until: wall("2026-03-29T04:00") }] },
      );
      const from = wall("2026-03-01T00:00");
      const until = wall("2026-04-10T00:00");
      const shifts = shiftsIn(one, from, until);
      expect(shifts[0]?.from).toBe(from);
      expect(shifts.at(-1)?.until).toBe(until);
      for (const [i, shift] of shifts.entries()) {
        expect(shift.until).toBeGreaterThan(shift.from);
        expect(shift.until).toBe(shifts[i + 1]?.from ?? until);
        expect(shift.person).not.toBe(shifts[i + 1]?.person);
        for (let at = shift.from; at < shift.until; at += HOUR / 2)
          expect(onCallAt(one, at), new Date(at).toISOString()).toBe(shift.person);
        expect(onCallAt(one, shift.until - 1)).toBe(shift.person);
      }
    },
  );
});

describe("layers, times, calendars and swaps", () => {
  const zone = "Asia/Shanghai";
  const at = (text: string): number => instantOf(zone, wall(text));
  const workdays = { weekdays: ["monday:friday"], times: [{ start_time: "09:00", end_time: "18:00" }] };

  test("a later layer wins where it covers", () => {
    const one = rotation(zone, [
      layer("a", 7 * DAY, "2026-11-30T09:00"),
      layer("b", 7 * DAY, "2026-11-30T09:00", spans(zone, { weekdays: ["saturday", "sunday"] })),
    ]);
    expect(shown(shiftsIn(one, at("2026-12-04T12:00"), at("2026-12-08T00:00")))).toEqual([
      "a 2026-12-04T04:00",
      "b 2026-12-04T16:00",
      "a 2026-12-06T16:00",
    ]);
  });

  test("outside of its times nobody is on call", () => {
    const one = rotation(zone, [layer("a", 7 * DAY, "2026-11-30T09:00")], { active: spans(zone, workdays) });
    expect(shown(shiftsIn(one, at("2026-12-04T12:00"), at("2026-12-07T10:00")))).toEqual([
      "a 2026-12-04T04:00",
      "- 2026-12-04T10:00",
      "a 2026-12-07T01:00",
    ]);
  });

  test("a swap counts before everything, also outside of the times; of two the later made", () => {
    const swaps = [
      { person: "x", from: at("2026-12-05T00:00"), until: at("2026-12-06T00:00") },
      { person: "y", from: at("2026-12-05T12:00"), until: at("2026-12-05T18:00") },
    ];
    const one = rotation(zone, [layer("a", 7 * DAY, "2026-11-30T09:00")], {
      active: spans(zone, workdays),
      swaps,
    });
    expect(shown(shiftsIn(one, at("2026-12-04T17:00"), at("2026-12-06T09:00")))).toEqual([
      "a 2026-12-04T09:00",
      "- 2026-12-04T10:00",
      "x 2026-12-04T16:00",
      "y 2026-12-05T04:00",
      "x 2026-12-05T10:00",
      "- 2026-12-05T16:00",
    ]);
  });

  test("of what a calendar says the entry that begins later counts, and a layer before it", () => {
    const calendar = [
      { person: "q", from: at("2026-12-05T12:00"), until: at("2026-12-05T13:00") },
      { person: "p", from: at("2026-12-05T00:00"), until: at("2026-12-06T00:00") },
    ];
    expect(
      shown(shiftsIn(rotation(zone, [], { calendar }), at("2026-12-04T00:00"), at("2026-12-07T00:00"))),
    ).toEqual([
      "- 2026-12-03T16:00",
      "p 2026-12-04T16:00",
      "q 2026-12-05T04:00",
      "p 2026-12-05T05:00",
      "- 2026-12-05T16:00",
    ]);
  });
});
