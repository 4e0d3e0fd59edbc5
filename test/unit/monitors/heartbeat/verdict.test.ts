import { describe, expect, test } from "vitest";
import {
  type Beat,
  heard,
  newBeat,
  type Ping,
  paused,
  setBack,
} from "../../../../monitors/heartbeat/beat.ts";
import { type Expectation, expectationOf, heartbeatOptions } from "../../../../monitors/heartbeat/options.ts";
import { lookAt } from "../../../../monitors/heartbeat/report.ts";
import { afterOutage, type Verdict, verdictOf } from "../../../../monitors/heartbeat/verdict.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = Date.UTC(2026, 10, 25, 2, 0, 0);

const hourly = planOf({ period: "1h", grace: "10m", max_duration: "20m" });

function planOf(options: object, zone = "Asia/Shanghai"): Expectation {
  return expectationOf(heartbeatOptions.parse(options), zone);
}

function ping(says: Ping["says"], more: Partial<Ping> = {}): Ping {
  return { says, rid: "", body: "", ...more };
}

/** Pings at minutes after the start. */
function told(...pings: readonly (readonly [minute: number, ping: Ping])[]): Beat {
  return pings.reduce(
    (beat, [minute, one]) => heard(beat, one, start + minute * MINUTE, hourly.longestRunMs),
    newBeat(start),
  );
}

function is(beat: Beat, minute: number, expected = hourly): string {
  const verdict: Verdict = verdictOf(beat, expected, start + minute * MINUTE);
  return verdict.is === "down" ? verdict.why : verdict.is;
}

describe("a heartbeat of every hour with a grace of 10 minutes", () => {
  test.each<[string, Beat, readonly (readonly [minute: number, state: string])[]]>([
    [
      "that never comes",
      told(),
      [
        [0, "new"],
        [59, "new"],
        [60, "late"],
        [69, "late"],
        [70, "missing"],
        [6_000, "missing"],
      ],
    ],
    [
      "that came at minute 30",
      told([30, ping("success")]),
      [
        [30, "up"],
        [89, "up"],
        [90, "late"],
        [100, "missing"],
      ],
    ],
    [
      "that failed",
      told([30, ping("failure", { exit: 3 })]),
      [
        [31, "failed"],
        [99, "failed"],
        [100, "missing"],
      ],
    ],
    ["that failed and came", told([30, ping("failure")], [40, ping("success")]), [[41, "up"]]],
    [
      "that began in time and is not done",
      told([30, ping("success")], [95, ping("start")]),
      [
        [96, "started"],
        [114, "started"],
        [115, "too_long"],
      ],
    ],
    [
      "whose run ended",
      told([0, ping("start")], [15, ping("success")]),
      [
        [16, "up"],
        [75, "late"],
      ],
    ],
    ["that began after a failure", told([30, ping("failure")], [40, ping("start")]), [[41, "failed"]]],
    [
      "that only wrote into its log",
      told([50, ping("log", { body: "here" })]),
      [
        [60, "late"],
        [70, "missing"],
      ],
    ],
  ])("%s", (_, beat, rows) => {
    expect(rows.map(([minute]) => [minute, is(beat, minute)])).toEqual(rows);
  });
});

describe("runs that overlap", () => {
  const [a, b] = ["6ba7b810-9dad-41d1-80b4-00c04fd430c8", "6ba7b811-9dad-41d1-80b4-00c04fd430c8"];

  test("each has the duration of its own rid", () => {
    const both = told([0, ping("start", { rid: a })], [5, ping("start", { rid: b })]);
    const first = heard(both, ping("success", { rid: b }), start + 8 * MINUTE, hourly.longestRunMs);
    expect(first.durationMs).toBe(3 * MINUTE);
    const second = heard(first, ping("success", { rid: a }), start + 12 * MINUTE, hourly.longestRunMs);
    expect(second.durationMs).toBe(12 * MINUTE);
    expect(second.runs).toEqual([]);
  });

  test("one that does not end is too long although the other came", () => {
    const beat = told(
      [0, ping("start", { rid: a })],
      [5, ping("start", { rid: b })],
      [8, ping("success", { rid: b })],
    );
    expect(is(beat, 19)).toBe("up");
    expect(is(beat, 20)).toBe("too_long");
    expect(is(heard(beat, ping("success", { rid: b }), start + 25 * MINUTE, hourly.longestRunMs), 26)).toBe(
      "up",
    );
  });

  test("an end without its beginning has no duration", () => {
    const beat = told([0, ping("start", { rid: a })], [5, ping("success")]);
    expect(beat.durationMs).toBeUndefined();
    expect(beat.runs).toHaveLength(1);
  });

  test("twenty are remembered, the oldest is forgotten", () => {
    const many = Array.from({ length: 25 }, (_, i) => [i / 10, ping("start", { rid: String(i) })] as const);
    expect(told(...many).runs.map(({ rid }) => rid)).toEqual(many.slice(5).map(([, { rid }]) => rid));
  });

  test("what came with failures and runs is counted", () => {
    const beat = told([1, ping("success")], [2, ping("failure")], [3, ping("start")], [4, ping("success")]);
    expect(beat).toMatchObject({ ended: 3, failures: 1 });
  });
});

describe("a schedule by cron", () => {
  const nightly = { cron: "0 2 * * *", grace: "30m" };
  // Pings end their run 5 minutes after its time. Every due moment is written as UTC.
  test.each<[zone: string, last: string, due: string]>([
    ["Asia/Shanghai", "2026-11-24T18:05:00Z", "2026-11-25T18:00:00Z"],
    // The day of the gap: 02:00 does not exist in Berlin, so it runs at 03:00 local time.
    ["Europe/Berlin", "2026-03-28T01:05:00Z", "2026-03-29T01:00:00Z"],
    ["Europe/Berlin", "2026-03-29T01:05:00Z", "2026-03-30T00:00:00Z"],
    // The night in which 02:00 comes twice counts the first one, and not the second.
    ["Europe/Berlin", "2026-10-24T00:05:00Z", "2026-10-25T00:00:00Z"],
    ["Europe/Berlin", "2026-10-25T00:05:00Z", "2026-10-26T01:00:00Z"],
    ["America/New_York", "2026-03-07T07:05:00Z", "2026-03-08T07:00:00Z"],
    ["America/New_York", "2026-10-31T06:05:00Z", "2026-11-01T07:00:00Z"],
    // Half an hour is repeated there, and 02:00 is its end.
    ["Australia/Lord_Howe", "2026-04-03T15:05:00Z", "2026-04-04T15:30:00Z"],
  ])("in %s, after %s, is due %s", (timezone, last, due) => {
    const plan = planOf({ ...nightly, timezone });
    expect(new Date(plan.dueAfter(Date.parse(last)) ?? 0)).toEqual(new Date(due));
  });

  test("takes a ping of a clock that runs a few seconds ahead for the one that is due", () => {
    const plan = planOf({ ...nightly, timezone: "UTC" });
    const beat = heard(newBeat(start), ping("success"), Date.UTC(2026, 10, 26, 1, 59, 57), 0);
    expect(verdictOf(beat, plan, Date.UTC(2026, 10, 26, 2, 31)).is).toBe("up");
  });

  test("names the zone of the house where the options name none", () => {
    expect(planOf(nightly, "Europe/Berlin").zone).toBe("Europe/Berlin");
    expect(planOf({ ...nightly, timezone: "UTC" }, "Europe/Berlin").zone).toBe("UTC");
  });
});

describe("a time in which nobody watched", () => {
  const away = (from: number, until: number) => ({
    from: start + from * MINUTE,
    until: start + until * MINUTE,
  });

  test("that a ping may have come in makes unknown, until the next one is due", () => {
    const beat = afterOutage(told([0, ping("success")]), hourly, away(50, 100));
    expect(is(beat, 100)).toBe("unknown");
    expect(is(beat, 169)).toBe("unknown");
    expect(is(beat, 170)).toBe("missing");
    expect(is(heard(beat, ping("success"), start + 110 * MINUTE, 0), 111)).toBe("up");
  });

  test("between two pings changes nothing", () => {
    const beat = told([0, ping("success")]);
    expect(afterOutage(beat, hourly, away(10, 40))).toBe(beat);
  });

  test("leaves down what was down before", () => {
    const missing = told([0, ping("success")]);
    expect(afterOutage(missing, hourly, away(71, 200))).toBe(missing);
    const failed = told([0, ping("failure")]);
    expect(is(afterOutage(failed, hourly, away(50, 65)), 66)).toBe("failed");
  });

  test("may have hidden the end of a run, which is then not too long", () => {
    const beat = afterOutage(told([0, ping("start")]), hourly, away(5, 10));
    expect(is(beat, 30)).toBe("unknown");
    const ended = heard(beat, ping("success"), start + 31 * MINUTE, hourly.longestRunMs);
    expect(ended.durationMs).toBe(31 * MINUTE);
    expect(is(ended, 32)).toBe("up");
  });

  test("two of them are told as one", () => {
    const twice = afterOutage(
      afterOutage(told([0, ping("success")]), hourly, away(50, 100)),
      hourly,
      away(140, 160),
    );
    expect(twice.unwatched).toEqual(away(50, 160));
    expect(is(twice, 229)).toBe("unknown");
    expect(is(twice, 230)).toBe("missing");
  });
});

test("what came due while it was paused is not reckoned", () => {
  const beat = paused(paused(told([0, ping("success")]), true, start + MINUTE), false, start + 10 * HOUR);
  expect(is(beat, 10 * 60 + 1)).toBe("up");
  expect(is(beat, 11 * 60 + 10)).toBe("missing");
});

test("a clock that was set back does not make the wait longer", () => {
  const beat = told([300, ping("success")], [301, ping("start")]);
  const back = setBack(beat, start);
  expect(back.from).toBe(start);
  expect(back.runs[0]?.at).toBe(start);
  expect(setBack(back, start)).toBe(back);
});

describe("the words of a look", () => {
  const says = (beat: Beat, minute: number) => {
    const look = lookAt(beat, hourly, start + minute * MINUTE);
    return {
      ...(look.failure ?? look.remark),
      failed: look.failure !== undefined,
      unknown: look.unknown === true,
    };
  };

  test.each<[string, Beat, number, object]>([
    ["new", told(), 1, { code: "waiting", unknown: true, failed: false }],
    ["late", told([0, ping("success")]), 61, { code: "late", unknown: false, failed: false }],
    ["missing", told([0, ping("success")]), 71, { code: "missing", unknown: false, failed: true }],
    ["running", told([0, ping("start")]), 1, { code: "running", unknown: false, failed: false }],
    ["too long", told([0, ping("start")]), 21, { code: "too_long", unknown: false, failed: true }],
    ["failed", told([0, ping("failure", { exit: 3 })]), 1, { code: "failed", unknown: false, failed: true }],
  ])("%s has a code of its own, in both languages", (_, beat, minute, wanted) => {
    const said = says(beat, minute);
    expect(said).toMatchObject(wanted);
    expect(said.text?.zh).toMatch(/\p{Script=Han}/u);
    expect(said.text?.en).not.toMatch(/\p{Script=Han}/u);
  });

  test("a failure shows its exit code and the beginning of what came with it", () => {
    const { text } = says(
      told([0, ping("failure", { exit: 3, body: `tar: 磁盘满\n${"x".repeat(500)}` })]),
      1,
    );
    expect(text?.zh).toContain("11-25 10:00 报告失败，退出码 3：tar: 磁盘满 xxx");
    expect(text?.zh.length).toBeLessThan(200);
    expect(text?.en).toContain("with exit code 3: tar:");
  });

  test("what nobody can know is no sample", () => {
    const beat = afterOutage(told([0, ping("success")]), hourly, {
      from: start + 50 * MINUTE,
      until: start + 100 * MINUTE,
    });
    const names = lookAt(beat, hourly, start + 101 * MINUTE).readings.map(({ name }) => name);
    expect(names).not.toContain("heartbeat_up");
    expect(names).not.toContain("heartbeat_problem");
    expect(names).toContain("heartbeat_last_ping_timestamp_seconds");
  });

  test("exactly the reason that holds is 1", () => {
    const { readings } = lookAt(told([0, ping("failure")]), hourly, start + MINUTE);
    const problems = readings.flatMap(({ name, labels, value }) =>
      name === "heartbeat_problem" ? [[labels?.["reason"], value]] : [],
    );
    expect(problems).toEqual([
      ["missing", 0],
      ["too_long", 0],
      ["failed", 1],
    ]);
    expect(readings).toContainEqual({ name: "heartbeat_up", value: 0 });
    expect(readings).toContainEqual({ name: "heartbeat_failures_total", value: 1 });
  });
});

describe("the options", () => {
  test.each<[object, string]>([
    [{}, "period: is missing: say period or cron"],
    [{ period: "1h", cron: "0 2 * * *" }, "cron: cannot stand beside period"],
    [{ period: "1h", timezone: "UTC" }, "timezone: means something only with cron"],
    [{ period: "1s" }, "period: must be a duration from 10s"],
    [{ period: "soon" }, "period: must be a duration"],
    [{ cron: "99 2 * * *" }, "cron: the minute of the cron expression is 99"],
    [{ cron: "0 2 * * *", timezone: "Asia/Nowhere" }, "timezone: must be a time zone"],
    [{ period: "1h", uuid: "abc" }, "uuid: must be a UUID"],
    [{ period: "1h", slug: "Nightly Backup" }, "slug: must be of a-z"],
    [{ period: "1h", push_token: "short" }, "push_token: must be 8 to 128"],
  ])("%j: %s", (options, problem) => {
    const issues = heartbeatOptions.safeParse(options).error?.issues ?? [];
    expect(issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n")).toContain(problem);
  });
});
