/** When schedules come next, over midnight, month ends, leap days and moved clocks. */
import { createTask } from "node-cron";
import { describe, expect, it } from "vitest";
import { describeSchedule } from "../../../rules/describe-schedule.ts";
import { nextRun, parseSchedule, ScheduleError } from "../../../storage/cron.ts";

const SHANGHAI = "Asia/Shanghai";
const NEW_YORK = "America/New_York";

/** The next runs as ISO times, one after the other. */
function runs(schedule: string, zone: string, after: string, count: number): (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let at: number | undefined = Date.parse(after);
  for (let i = 0; i < count && at !== undefined; i++) {
    at = nextRun(schedule, zone, at);
    found.push(at === undefined ? undefined : new Date(at).toISOString().replace(".000Z", "Z"));
  }
  return found;
}

describe("nextRun", () => {
  it.each<[schedule: string, zone: string, after: string, ...expected: string[]]>([
    ["0 2 * * *", SHANGHAI, "2026-03-01T17:59:59Z", "2026-03-01T18:00:00Z", "2026-03-02T18:00:00Z"],
    ["0 2 * * *", SHANGHAI, "2026-03-01T18:00:00Z", "2026-03-02T18:00:00Z"],
    ["0 2 * * *", SHANGHAI, "2026-03-01T17:59:59.999Z", "2026-03-01T18:00:00Z"],
    ["*/15 * * * *", "UTC", "2026-12-31T23:46:00Z", "2027-01-01T00:00:00Z", "2027-01-01T00:15:00Z"],
    ["30 9 * * 1-5", SHANGHAI, "2026-11-27T02:00:00Z", "2026-11-30T01:30:00Z"],
    ["0 9 * * mon", SHANGHAI, "2026-11-25T00:00:00Z", "2026-11-30T01:00:00Z", "2026-12-07T01:00:00Z"],
    ["0 9 * * SUN,Wednesday", "UTC", "2026-11-26T00:00:00Z", "2026-11-29T09:00:00Z", "2026-12-02T09:00:00Z"],
    ["0 9 * * 7", "UTC", "2026-11-26T00:00:00Z", "2026-11-29T09:00:00Z"],
    ["0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"],
    ["0 0 L * *", "UTC", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"],
    ["0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"],
    ["0 0 29 2 *", "UTC", "2097-01-01T00:00:00Z", "2104-02-29T00:00:00Z"],
    ["0 0 29 2 1", "UTC", "2026-01-01T00:00:00Z", "2044-02-29T00:00:00Z"],
    // Both must fit, as in node-cron: Friday the 13th.
    ["0 0 13 * 5", "UTC", "2026-04-01T00:00:00Z", "2026-11-13T00:00:00Z", "2027-08-13T00:00:00Z"],
    ["0 0 15W * *", "UTC", "2026-08-01T00:00:00Z", "2026-08-14T00:00:00Z", "2026-09-15T00:00:00Z"],
    ["0 0 1W 8 *", "UTC", "2026-07-01T00:00:00Z", "2026-08-03T00:00:00Z"],
    ["0 0 LW 5 *", "UTC", "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z"],
    ["0 0 L-3 2 *", "UTC", "2026-01-01T00:00:00Z", "2026-02-25T00:00:00Z"],
    ["0 0 * * 5L", "UTC", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z"],
    ["0 0 * * 1#2", "UTC", "2026-11-01T00:00:00Z", "2026-11-09T00:00:00Z"],
    ["10,50 30 6 * * *", "UTC", "2026-11-01T00:00:00Z", "2026-11-01T06:30:10Z", "2026-11-01T06:30:50Z"],
    ["* * * * * *", "UTC", "2026-11-01T00:00:00.500Z", "2026-11-01T00:00:01Z"],
    ["@daily", SHANGHAI, "2026-11-01T00:00:00Z", "2026-11-01T16:00:00Z"],
    ["@hourly", "Asia/Kolkata", "2026-11-01T00:00:00Z", "2026-11-01T00:30:00Z"],
    ["@weekly", "UTC", "2026-11-25T00:00:00Z", "2026-11-29T00:00:00Z"],
    ["@monthly", "UTC", "2026-11-25T00:00:00Z", "2026-12-01T00:00:00Z"],
    ["@yearly", "UTC", "2026-11-25T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["@every 30m", SHANGHAI, "2026-11-25T02:07:00Z", "2026-11-25T02:30:00Z", "2026-11-25T03:00:00Z"],
    ["@every 6h", SHANGHAI, "2026-11-25T02:07:00Z", "2026-11-25T04:00:00Z", "2026-11-25T10:00:00Z"],
    ["@every 24h", SHANGHAI, "2026-11-25T02:07:00Z", "2026-11-25T16:00:00Z"],
    ["@every 90s", "UTC", "2026-11-25T00:00:00Z", "2026-11-25T00:01:30Z", "2026-11-25T00:03:00Z"],
    // 2026-03-08 in New York: 02:00 becomes 03:00 (07:00Z).
    ["30 2 * * *", NEW_YORK, "2026-03-07T08:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"],
    ["0 3 * * *", NEW_YORK, "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T07:00:00Z"],
    ["15,45 2 * * *", NEW_YORK, "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:15:00Z"],
    ["30 2,3 * * *", NEW_YORK, "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:30:00Z"],
    ["30 * * * *", NEW_YORK, "2026-03-08T06:00:00Z", "2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z"],
    // 2026-11-01 in New York: 02:00 becomes 01:00 (06:00Z).
    ["30 1 * * *", NEW_YORK, "2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
    ["30 1 * * *", NEW_YORK, "2026-11-01T05:45:00Z", "2026-11-02T06:30:00Z"],
    ["30 1 * * *", NEW_YORK, "2026-11-01T06:10:00Z", "2026-11-02T06:30:00Z"],
    ["0 2 * * *", NEW_YORK, "2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z"],
    [
      "30 * * * *",
      NEW_YORK,
      "2026-11-01T05:00:00Z",
      "2026-11-01T05:30:00Z",
      "2026-11-01T06:30:00Z",
      "2026-11-01T07:30:00Z",
    ],
    // Clocks that are moved at midnight, by half an hour, and a day that was left out.
    ["0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"],
    [
      "30 23 * * *",
      "America/Santiago",
      "2026-04-04T12:00:00Z",
      "2026-04-05T02:30:00Z",
      "2026-04-06T03:30:00Z",
    ],
    [
      "15 2 * * *",
      "Australia/Lord_Howe",
      "2026-10-03T00:00:00Z",
      "2026-10-03T15:30:00Z",
      "2026-10-04T15:15:00Z",
    ],
    ["0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"],
  ])("%s in %s after %s", (schedule, zone, after, ...expected) => {
    expect(runs(schedule, zone, after, expected.length)).toEqual(expected);
  });

  it("says at once that there is no run", () => {
    const began = performance.now();
    expect(nextRun("0 0 L-30 2 *", "UTC", 0)).toBeUndefined();
    expect(nextRun("0 0 31W 2,4 *", SHANGHAI, 0)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(200);
  });

  it("is quick for the rarest times", () => {
    const began = performance.now();
    for (let i = 0; i < 20; i++) nextRun("59 59 23 29 2 1", NEW_YORK, Date.UTC(2080, 1, 1) + i);
    expect((performance.now() - began) / 20).toBeLessThan(20);
  });

  it("keeps seconds of every minute through moved clocks, in order", () => {
    let at = Date.parse("2026-11-01T05:58:30Z");
    for (let i = 0; i < 300; i++) {
      const next: number | undefined = nextRun("* * * * *", NEW_YORK, at);
      expect(next).toBe(Math.floor(at / 60_000) * 60_000 + 60_000);
      at = next ?? Number.NaN;
    }
  });
});

describe("node-cron itself agrees on the times ahead", () => {
  const schedules = [
    "*/7 * * * *",
    "0 2 * * *",
    "30 9 * * 1-5",
    "0 0 L * *",
    "15 10 15W * *",
    "0 12 * * 5L",
    "0 0 1 */3 *",
    "20 4 * * 0#1",
    "5,35 8-18/2 * 1,6 2-4",
    "*/20 0 0 1 1 *",
  ];
  it.each(
    schedules.flatMap(
      (schedule) =>
        [
          [schedule, SHANGHAI],
          [schedule, "UTC"],
        ] as const,
    ),
  )("%s in %s", (schedule, zone) => {
    const task = createTask(schedule, () => {}, { timezone: zone });
    try {
      // Taken before asking, and compared only where the clock has not passed a run in between.
      for (let attempt = 0; ; attempt++) {
        const now = Date.now();
        const theirs = task.getNextRuns(5).map((date) => date.getTime());
        const ours: number[] = [];
        for (let at: number | undefined = now; ours.length < 5 && at !== undefined; ) {
          at = nextRun(schedule, zone, at);
          if (at !== undefined) ours.push(at);
        }
        if (attempt < 3 && ours[0] !== theirs[0]) continue;
        expect(ours).toEqual(theirs);
        return;
      }
    } finally {
      task.destroy();
    }
  });
});

describe("parseSchedule", () => {
  it.each([
    ["", "5 fields", "5 段"],
    ["* * * *", "this has 4", "这里有 4 段"],
    ["61 * * * *", "the minute of the cron expression is 61", "“分”写的是 61"],
    ["* 24 * * *", "the hour", "“时”"],
    ["* * 0 * *", "the day of the month", "“日”"],
    ["* * * 13 *", "the month", "“月”"],
    ["* * * * 8", "the day of the week", "“星期”"],
    ["* * * * * 9", "the day of the week", "“星期”"],
    ["99 * * * * *", "the second", "“秒”"],
    ["0 0 31 2 *", "it never comes", "永远不会到来"],
    ["a b c d e", "the minute", "“分”"],
    ["0 0 $ * *", "characters that mean nothing", "不认识的字符"],
    ["1-999999999 * * * *", "too large", "太大"],
    ["*/0 * * * *", "the minute", "“分”"],
    ["@every", "5 fields", "5 段"],
    ["@every soon", "length of time", "时间长度"],
    ["@every 10ms", "at least 1s", "至少 1s"],
    ["@reboot", "5 fields", "5 段"],
    ["0 2 * * * ".repeat(100), "too large, or it is too long", "太长"],
  ])("refuses %j", (text, en, zh) => {
    try {
      parseSchedule(text);
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      expect(error.message).toContain(en);
      expect(error.text.zh).toContain(zh);
      return;
    }
    throw new Error("it was accepted");
  });

  it("refuses a zone that is none", () => {
    expect(() => nextRun("@daily", "Asia/Atlantis", 0)).toThrow("no time zone Asia/Atlantis");
  });
});

describe("describeSchedule", () => {
  it.each([
    ["0 2 * * *", "每天 02:00", "every day at 02:00"],
    ["30 9 * * 1-5", "每个工作日 09:30", "every weekday at 09:30"],
    ["0 9 * * 1", "每周一 09:00", "every Monday at 09:00"],
    [
      "0 9,18 * * 0,3,6",
      "每周三、六、日 09:00、18:00",
      "every Wednesday, Saturday and Sunday at 09:00 and 18:00",
    ],
    ["0 10 * * 6,0", "每个周末 10:00", "every weekend at 10:00"],
    ["*/5 * * * *", "每隔 5 分钟", "every 5 minutes"],
    ["* * * * *", "每分钟", "every minute"],
    ["0 * * * *", "每小时整点", "every hour on the hour"],
    ["20 * * * 1-5", "每个工作日，每小时第 20 分", "every hour at minute 20, every weekday"],
    ["0 0 1,15 * *", "每月 1、15 日 00:00", "on the 1st and 15th of every month at 00:00"],
    ["0 8 L * *", "每月最后一天 08:00", "on the last day of every month at 08:00"],
    ["0 8 22 11,12 *", "每年 11、12 月 22 日 08:00", "on the 22nd of November and December at 08:00"],
    ["0 8 * 1 *", "1 月每天 08:00", "every day in January at 08:00"],
    ["0 8 * * 5L", "每月最后一个星期五 08:00", "on the last Friday of every month at 08:00"],
    ["0 8 * * 1#2", "每月第 2 个星期一 08:00", "on the 2nd Monday of every month at 08:00"],
    ["30 0 8 * * *", "每天 08:00:30", "every day at 08:00:30"],
    ["*/10 * * * * *", "每隔 10 秒", "every 10 seconds"],
    ["@daily", "每天 00:00", "every day at 00:00"],
    ["@every 90m", "每隔 90 分钟", "every 90 minutes"],
    ["@every 24h", "每天", "every day"],
    ["@every 30m", "每隔 30 分钟", "every 30 minutes"],
    ["@every 1500ms", "每隔 1秒500毫秒", "every 1s500ms"],
    ["0 8 13 * 5", "按 cron 表达式 0 8 13 * 5", "by the cron expression 0 8 13 * 5"],
    ["*/7 8-20 * * *", "按 cron 表达式 */7 8-20 * * *", "by the cron expression */7 8-20 * * *"],
  ])("%s", (schedule, zh, en) => {
    expect(describeSchedule(schedule, "zh-CN")).toBe(zh);
    expect(describeSchedule(schedule, "en")).toBe(en);
  });
});
