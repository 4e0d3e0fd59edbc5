/** Moments as people say them: what each of them means on one Saturday evening. */
import { describe, expect, test } from "vitest";
import { formatTime } from "../../../../alerts/words.ts";
import { readMoment } from "../../../../commands/language/moments.ts";
import { instantOf } from "../../../../storage/zone.ts";

const zone = "Asia/Shanghai";
/** Saturday, 28 November 2026, 20:30. */
const now = instantOf(zone, Date.parse("2026-11-28T20:30:00Z"));

test.each([
  ["周五18:00", "12-04 18:00"],
  ["周五 18:00", "12-04 18:00"],
  ["周五下午6点", "12-04 18:00"],
  ["周六 21:00", "11-28 21:00"],
  ["周六 20:00", "12-05 20:00"],
  ["下周五18:00", "12-04 18:00"],
  ["下下周一 9点", "12-07 09:00"],
  ["本周日 9:00", "11-29 09:00"],
  ["星期天早上9点", "11-29 09:00"],
  ["明天9:00", "11-29 09:00"],
  ["明天 9点半", "11-29 09:30"],
  ["后天9:00", "11-30 09:00"],
  ["大后天 9:00", "12-01 09:00"],
  ["今晚11点", "11-28 23:00"],
  ["今晚12点", "11-29 00:00"],
  ["明早8点", "11-29 08:00"],
  ["12月1日 9:00", "12-01 09:00"],
  ["12-01 09:00", "12-01 09:00"],
  ["2026-12-01 09:00", "12-01 09:00"],
  ["2026-12-01T09:00", "12-01 09:00"],
  ["1月2号上午10点", "01-02 10:00"],
  ["22:00", "11-28 22:00"],
  ["9:00", "11-29 09:00"],
  ["24:00", "11-29 00:00"],
  ["friday 18:00", "12-04 18:00"],
  ["Fri 6pm", "12-04 18:00"],
  ["next monday 9am", "11-30 09:00"],
  ["monday at 9am", "11-30 09:00"],
  ["tomorrow 9:00", "11-29 09:00"],
  ["tomorrow at noon", "11-29 12:00"],
  ["Dec 1 09:00", "12-01 09:00"],
  ["december 1st at 9am", "12-01 09:00"],
  ["6pm", "11-29 18:00"],
])("%s is %s", (text, shown) => {
  const moment = readMoment(text, now, zone);
  expect(moment.is === "moment" ? formatTime(moment.at, zone, "zh-CN") : moment.is).toBe(shown);
});

test.each(["周五", "明天", "12月1日", "friday", "tomorrow"])("%s leaves open when", (text) => {
  expect(readMoment(text, now, zone)).toEqual({ is: "day" });
});

test.each([
  "",
  "张三",
  "周五18:00吧",
  "13月1日 9:00",
  "2月30日 9:00",
  "周五 25:00",
  "9",
  "friday 80%",
  "30m",
])("%s is none", (text) => {
  expect(readMoment(text, now, zone)).toEqual({ is: "none" });
});

describe("where clocks are moved", () => {
  test("a time that is skipped is the first one after it", () => {
    const before = instantOf("Europe/Berlin", Date.parse("2026-03-28T12:00:00Z"));
    const moment = readMoment("tomorrow 02:30", before, "Europe/Berlin");
    expect(moment).toEqual({ is: "moment", at: Date.parse("2026-03-29T01:00:00Z") });
  });
});
