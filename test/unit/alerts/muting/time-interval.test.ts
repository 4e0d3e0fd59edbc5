/** Time intervals: rows at their edges, around the days on which clocks are moved, and the muter of routes. */
import { describe, expect, test } from "vitest";
import { isInside, nextChange, routeMute } from "../../../../alerts/muting/time-interval.ts";
import { type TimeInterval, timeIntervalsSchema } from "../../../../alerts/muting/time-interval-config.ts";

function intervalOf(...spans: readonly object[]): TimeInterval {
  const [interval] = timeIntervalsSchema.parse([{ name: "t", time_intervals: spans }]);
  if (interval === undefined) throw new Error("none");
  return interval;
}

/** A moment as ISO 8601 has it, with its offset. */
const at = (text: string): number => Date.parse(text);

const OFFICE = {
  times: [{ start_time: "09:00", end_time: "18:00" }],
  weekdays: ["monday:friday"],
  location: "Asia/Shanghai",
};

describe("inside", () => {
  test.each<[string, object, string, boolean]>([
    ["the start belongs to it", OFFICE, "2026-11-25T09:00:00+08:00", true],
    ["the last moment", OFFICE, "2026-11-25T17:59:59.999+08:00", true],
    ["the end does not", OFFICE, "2026-11-25T18:00:00+08:00", false],
    ["before the start", OFFICE, "2026-11-25T08:59:59.999+08:00", false],
    ["on a Saturday", OFFICE, "2026-11-28T12:00:00+08:00", false],
    // It is Friday in Shanghai and still Thursday in UTC.
    [
      "the zone's weekday counts",
      { weekdays: ["friday"], location: "Asia/Shanghai" },
      "2026-11-26T17:00:00Z",
      true,
    ],
    ["UTC where no zone is said", { weekdays: ["friday"] }, "2026-11-26T17:00:00Z", false],
    ["nothing said is always", {}, "2026-11-25T00:00:00Z", true],
    ["an empty list is never", { times: [] }, "2026-11-25T00:00:00Z", false],
    ["up to midnight", { times: [{ start_time: "22:00", end_time: "24:00" }] }, "2026-11-25T23:59:59Z", true],
    [
      "midnight is tomorrow",
      { times: [{ start_time: "22:00", end_time: "24:00" }] },
      "2026-11-26T00:00:00Z",
      false,
    ],
    [
      "two ranges cross midnight",
      {
        times: [
          { start_time: "22:00", end_time: "24:00" },
          { start_time: "00:00", end_time: "06:00" },
        ],
      },
      "2026-11-26T05:59:00Z",
      true,
    ],
    ["the last day of February", { days_of_month: ["-1"] }, "2026-02-28T12:00:00Z", true],
    ["not the day before", { days_of_month: ["-1"] }, "2026-02-27T12:00:00Z", false],
    ["the last day of a leap year's", { days_of_month: ["-1"] }, "2028-02-29T12:00:00Z", true],
    ["of December", { days_of_month: ["-3:-1"] }, "2026-12-29T00:00:00Z", true],
    ["a range from the front to the back", { days_of_month: ["10:-10"] }, "2026-02-19T00:00:00Z", true],
    ["and after it", { days_of_month: ["10:-10"] }, "2026-02-20T00:00:00Z", false],
    ["a day that the month does not have", { days_of_month: ["31"] }, "2026-04-30T00:00:00Z", false],
    ["a range that begins behind its end", { days_of_month: ["30:31"] }, "2026-02-28T00:00:00Z", false],
    ["a range that ends behind it", { days_of_month: ["28:31"] }, "2026-02-28T00:00:00Z", true],
    ["months by name", { months: ["november:december"] }, "2026-11-25T00:00:00Z", true],
    ["months by number", { months: ["1:3"] }, "2026-11-25T00:00:00Z", false],
    ["years", { years: ["2025:2026", 2030] }, "2026-11-25T00:00:00Z", true],
    ["years outside", { years: [2027] }, "2026-11-25T00:00:00Z", false],
    [
      "all conditions of a span hold together",
      { months: ["november"], weekdays: ["monday"] },
      "2026-11-25T00:00:00Z",
      false,
    ],
    ["a year before 1970", { weekdays: ["wednesday"] }, "1969-12-31T12:00:00Z", true],
  ])("%s", (_name, span, moment, inside) => {
    expect(isInside(intervalOf(span), at(moment))).toBe(inside);
  });

  test("inside one span is inside, inside none is not", () => {
    const either = intervalOf({ months: ["january"] }, { weekdays: ["wednesday"] });
    expect(isInside(either, at("2026-11-25T00:00:00Z"))).toBe(true);
    expect(isInside(either, at("2026-11-26T00:00:00Z"))).toBe(false);
    expect(isInside({ name: "none", spans: [] }, 0)).toBe(false);
  });
});

describe("where clocks are moved", () => {
  const night = (start_time: string, end_time: string, location: string) =>
    intervalOf({ times: [{ start_time, end_time }], location });
  // Berlin: at 02:00 on 29 March 2026 it is 03:00; at 03:00 on 25 October 2026 it is 02:00 again.
  const skipped = night("02:00", "03:00", "Europe/Berlin");
  test.each<[string, TimeInterval, string, boolean]>([
    ["the skipped hour never is: before", skipped, "2026-03-29T00:59:59Z", false],
    ["the skipped hour never is: after", skipped, "2026-03-29T01:00:00Z", false],
    ["the day before has it", skipped, "2026-03-28T01:30:00Z", true],
    ["the repeated hour is twice: the first", skipped, "2026-10-25T00:30:00Z", true],
    ["the repeated hour is twice: the second", skipped, "2026-10-25T01:30:00Z", true],
    ["and then it is over", skipped, "2026-10-25T02:00:00Z", false],
    ["09:00 in summer is 07:00 UTC", night("09:00", "10:00", "Europe/Berlin"), "2026-07-01T07:00:00Z", true],
    ["09:00 in winter is 08:00 UTC", night("09:00", "10:00", "Europe/Berlin"), "2026-12-01T07:00:00Z", false],
    // Lord Howe moves its clocks by half an hour.
    [
      "half an hour at Lord Howe",
      night("02:00", "02:30", "Australia/Lord_Howe"),
      "2026-10-03T15:30:00Z",
      false,
    ],
    ["New York in spring", night("01:00", "04:00", "America/New_York"), "2026-03-08T07:30:00Z", true],
  ])("%s", (_name, interval, moment, inside) => {
    expect(isInside(interval, at(moment))).toBe(inside);
  });

  test.each([
    ["2026-03-29T00:30:00Z", "Europe/Berlin"],
    ["2026-10-24T23:30:00Z", "Europe/Berlin"],
    ["2026-10-03T14:00:00Z", "Australia/Lord_Howe"],
    ["2026-11-01T04:00:00Z", "America/New_York"],
    ["2026-11-24T15:30:00Z", "Asia/Shanghai"],
    ["2026-12-31T10:00:00Z", "Pacific/Kiritimati"],
  ])("the next change is the first minute at which it is different: from %s in %s", (from, location) => {
    const interval = intervalOf(
      { times: [{ start_time: "02:15", end_time: "03:45" }], location },
      { times: [{ start_time: "12:00", end_time: "12:01" }] },
    );
    let moment = at(from);
    for (let turn = 0; turn < 4; turn++) {
      const next = nextChange(interval, moment);
      let expected = moment - (moment % 60_000) + 60_000;
      while (isInside(interval, expected) === isInside(interval, moment)) expected += 60_000;
      expect(new Date(next ?? 0).toISOString()).toBe(new Date(expected).toISOString());
      moment = expected;
    }
  });

  test("what never changes has no next change, and a far one is found", () => {
    expect(nextChange(intervalOf({}), at("2026-11-25T00:00:00Z"))).toBeUndefined();
    expect(nextChange(intervalOf({ years: [2020] }), at("2026-11-25T00:00:00Z"))).toBeUndefined();
    expect(nextChange(intervalOf({ months: ["november"] }), at("2026-12-01T00:00:00Z"))).toBe(
      at("2027-11-01T00:00:00Z"),
    );
  });
});

describe("the muter of routes", () => {
  const named = (name: string, ...spans: readonly object[]): [string, TimeInterval] => [
    name,
    { ...intervalOf(...spans), name },
  ];
  let intervals = new Map([
    named("evening", { times: [{ start_time: "18:00", end_time: "24:00" }], location: "Asia/Shanghai" }),
    named("night", { times: [{ start_time: "00:00", end_time: "09:00" }], location: "Asia/Shanghai" }),
    named("office", OFFICE),
    named("here", { times: [{ start_time: "10:00", end_time: "11:00" }], location: "Local" }),
  ]);
  const mute = routeMute(() => intervals, "Asia/Shanghai");
  const asked = (muteTimeIntervals: string[], activeTimeIntervals: string[], moment: string) =>
    mute({ muteTimeIntervals, activeTimeIntervals }, at(moment));

  test("inside a mute interval nobody is told; intervals that follow on each other are one silence", () => {
    const reason = asked(["evening", "night"], [], "2026-11-25T20:00:00+08:00");
    expect(reason).toEqual({
      by: "time-interval",
      holds: "everything",
      until: at("2026-11-26T09:00:00+08:00"),
      why: {
        zh: "在静音时间段 evening 内，到 11-26 09:00",
        en: expect.stringMatching(/^inside the time interval evening, until .*09:00/),
      },
    });
    expect(asked(["evening"], [], "2026-11-25T12:00:00+08:00")).toBeUndefined();
  });

  test("outside every active interval nobody is told", () => {
    const reason = asked([], ["office"], "2026-11-28T12:00:00+08:00");
    expect(reason).toMatchObject({ by: "time-interval", until: at("2026-11-30T09:00:00+08:00") });
    expect(reason?.why.en).toMatch(/^outside the time interval office/);
    expect(asked([], ["office"], "2026-11-25T12:00:00+08:00")).toBeUndefined();
    expect(asked([], ["office", "evening"], "2026-11-25T20:00:00+08:00")).toBeUndefined();
  });

  test("a mute interval wins over an active one", () => {
    expect(asked(["evening"], ["evening"], "2026-11-25T20:00:00+08:00")?.until).toBeUndefined();
    expect(asked(["evening"], ["evening"], "2026-11-25T20:00:00+08:00")?.by).toBe("time-interval");
  });

  test("`Local` is the zone of the house", () => {
    expect(asked(["here"], [], "2026-11-25T10:30:00+08:00")).toBeDefined();
    expect(asked(["here"], [], "2026-11-25T10:30:00Z")).toBeUndefined();
  });

  test("a reload is taken up at once, and a name that is gone mutes nobody", () => {
    const moment = "2026-11-25T20:00:00+08:00";
    expect(asked(["evening"], ["office"], moment)).toBeDefined();
    intervals = new Map();
    expect(asked(["evening"], ["office"], moment)).toBeUndefined();
  });
});
