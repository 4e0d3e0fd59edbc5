/** When runs are due and steps must be done: over midnight, at week ends, in time zones that move their clocks. */
import { describe, expect, test } from "vitest";
import { flowOptions } from "../../../../monitors/flow/options.ts";
import { planOf } from "../../../../monitors/flow/plan.ts";

/** `2026-11-28 02:00` on the clock of a zone that is so many hours ahead of UTC. */
const at = (text: string, hours = 8): number =>
  Date.parse(`${text.replace(" ", "T")}:00Z`) - hours * 3_600_000;
const iso = (moment: number | undefined): string | undefined =>
  moment === undefined ? undefined : new Date(moment).toISOString().slice(0, 16);

function plan(deadlines: readonly (string | undefined)[], more: object, zone = "Asia/Shanghai") {
  const steps = deadlines.map((deadline, i) => ({
    name: `step ${i}`,
    ...(deadline === undefined ? {} : { deadline }),
  }));
  return planOf(flowOptions.parse({ steps, ...more }), zone);
}

describe("deadlines", () => {
  test.each<[why: string, deadlines: (string | undefined)[], from: string, wanted: (string | undefined)[]]>([
    ["on the same day", ["06:00"], "2026-11-28 02:00", ["2026-11-28 06:00"]],
    ["after midnight", ["23:30", "06:00"], "2026-11-27 22:00", ["2026-11-27 23:30", "2026-11-28 06:00"]],
    ["one that has passed is tomorrow's", ["06:00"], "2026-11-28 07:00", ["2026-11-29 06:00"]],
    ["at the very moment", ["02:00"], "2026-11-28 02:00", ["2026-11-28 02:00"]],
    [
      "some steps have none",
      [undefined, "03:00", undefined, "02:00"],
      "2026-12-31 23:00",
      [undefined, "2027-01-01 03:00", undefined, "2027-01-02 02:00"],
    ],
  ])("%s", (_, deadlines, from, wanted) => {
    const found = plan(deadlines, {}).deadlines({ from: at(from) });
    expect(found.map(iso)).toEqual(wanted.map((one) => (one === undefined ? undefined : iso(at(one)))));
  });

  test("of a run that is due to be done by the last of them are counted back from it", () => {
    const found = plan(["23:30", undefined, "06:00"], { days: "1-5" });
    const run = { from: at("2026-11-27 01:00"), due: at("2026-11-27 06:00") };
    expect(found.deadlines(run).map(iso)).toEqual([iso(at("2026-11-26 23:30")), undefined, iso(run.due)]);
  });

  test.each<[why: string, zone: string, deadline: string, from: string, wanted: string]>([
    [
      "that summer time skips is right after the gap",
      "America/New_York",
      "02:30",
      "2026-03-08T06:00Z",
      "2026-03-08T07:00",
    ],
    ["that comes twice is the first", "America/New_York", "01:30", "2026-11-01T04:30Z", "2026-11-01T05:30"],
    [
      "on the morning after the clocks were put forward",
      "Europe/Berlin",
      "06:00",
      "2026-03-29T00:30Z",
      "2026-03-29T04:00",
    ],
    [
      "on the morning after they were put back",
      "Europe/Berlin",
      "06:00",
      "2026-10-25T00:30Z",
      "2026-10-25T05:00",
    ],
    ["in a zone without summer time", "Asia/Shanghai", "06:00", "2026-03-28T18:00Z", "2026-03-28T22:00"],
    ["half an hour off", "Asia/Kolkata", "06:00", "2026-03-28T18:00Z", "2026-03-29T00:30"],
  ])("%s", (_, zone, deadline, from, wanted) => {
    expect(
      plan([deadline], {}, zone)
        .deadlines({ from: Date.parse(from) })
        .map(iso),
    ).toEqual([wanted]);
  });
});

describe("the run that is due", () => {
  const begins = plan([undefined], { cron: "0 2 * * 1-5" });
  const ends = plan(["06:00"], { days: "1-5" });
  // 2026-11-27 is a Friday.
  test.each<[how: "begins" | "ends", began: string, settled: string, due: string | undefined]>([
    ["begins", "2026-11-27 02:00", "2026-11-26 02:00", "2026-11-27 02:00"],
    ["begins", "2026-11-27 01:10", "2026-11-26 02:00", "2026-11-27 02:00"],
    ["begins", "2026-11-27 00:50", "2026-11-26 02:00", undefined],
    ["begins", "2026-11-27 09:00", "2026-11-26 02:00", "2026-11-27 02:00"],
    ["begins", "2026-11-27 09:00", "2026-11-27 02:00", undefined],
    ["begins", "2026-11-28 12:00", "2026-11-27 02:00", undefined],
    ["begins", "2026-11-30 01:30", "2026-11-27 02:00", "2026-11-30 02:00"],
    ["ends", "2026-11-27 01:00", "2026-11-26 06:00", "2026-11-27 06:00"],
    ["ends", "2026-11-26 23:00", "2026-11-26 06:00", "2026-11-27 06:00"],
    ["ends", "2026-11-27 06:30", "2026-11-26 06:00", "2026-11-27 06:00"],
    ["ends", "2026-11-26 22:00", "2026-11-25 06:00", "2026-11-27 06:00"],
    ["ends", "2026-11-28 10:00", "2026-11-27 06:00", undefined],
    ["ends", "2026-11-29 23:00", "2026-11-27 06:00", "2026-11-30 06:00"],
  ])("%s: one that began %s, with those until %s settled, is that of %s", (how, began, settled, due) => {
    const { dueOf } = how === "begins" ? begins : ends;
    expect(iso(dueOf(at(began), at(settled)))).toBe(due === undefined ? undefined : iso(at(due)));
  });

  test("every five minutes: half-way is nearer to the next", () => {
    const often = plan([undefined], { cron: "*/5 * * * *" });
    const from = at("2026-11-27 10:00");
    expect(iso(often.dueOf(at("2026-11-27 10:02"), from - 1))).toBe(iso(from));
    expect(iso(often.dueOf(at("2026-11-27 10:03"), from))).toBe(iso(at("2026-11-27 10:05")));
  });

  test.each(["0 2 29 2 *", "0 0 1 1 *", "* * * * *", "@every 90m", "0 2 * * 5L"])(
    "is found for %s without looking through years",
    (cron) => {
      const sparse = plan([undefined], { cron });
      const now = at("2026-11-27 10:00");
      const last = sparse.dueOf(now, 0);
      const next = sparse.dueAfter(now);
      expect(next).toBeGreaterThan(now);
      expect(last === undefined || last === next || last <= now).toBe(true);
    },
  );

  test("nobody waits where nobody said so", () => {
    const free = plan(["06:00"], {});
    expect([free.due, free.dueAfter(0), free.dueOf(0, 0)]).toEqual([undefined, undefined, undefined]);
  });
});
