import { describe, expect, test } from "vitest";
import { parseDurationWords } from "../../../../commands/language/durations.ts";
import { parseNumberWords } from "../../../../commands/language/numbers.ts";
import { parseQuantity } from "../../../../commands/language/units.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("lengths of time", () => {
  test.each([
    ["5m", 5 * MINUTE, ""],
    ["1h30m", 90 * MINUTE, ""],
    ["2小时30分", 150 * MINUTE, ""],
    ["2小时", 2 * HOUR, ""],
    ["半小时", 30 * MINUTE, ""],
    ["半个小时", 30 * MINUTE, ""],
    ["一个半小时", 90 * MINUTE, ""],
    ["两小时半", 150 * MINUTE, ""],
    ["十五分钟", 15 * MINUTE, ""],
    ["90 秒", 90_000, ""],
    ["500毫秒", 500, ""],
    ["3天", 3 * DAY, ""],
    ["1周", 7 * DAY, ""],
    ["1个月", 30 * DAY, ""],
    ["一刻钟", 15 * MINUTE, ""],
    ["一天零两小时", 26 * HOUR, ""],
    ["2小时又15分", 135 * MINUTE, ""],
    ["two hours", 2 * HOUR, ""],
    ["2 hours 30 minutes", 150 * MINUTE, ""],
    ["2 hours and 30 minutes", 150 * MINUTE, ""],
    ["two and a half hours", 150 * MINUTE, ""],
    ["half an hour", 30 * MINUTE, ""],
    ["an hour", HOUR, ""],
    ["1.5h", 90 * MINUTE, ""],
    ["5M", 5 * MINUTE, ""],
    ["2h 发布中", 2 * HOUR, "发布中"],
    ["30m note", 30 * MINUTE, "note"],
    ["2小时发布中", 2 * HOUR, "发布中"],
    ["5m 3d", 5 * MINUTE, "3d"],
  ])("%s", (text, ms, rest) => {
    expect(parseDurationWords(text)).toEqual({ ms, rest });
  });

  test.each(["", "5", "m", "10MB", "周五", "5个", "-5m", "half", "9点", "五", "1e9y", `${"9".repeat(400)}m`])(
    "%s is none",
    (text) => {
      expect(parseDurationWords(text)).toBeUndefined();
    },
  );
});

describe("numbers", () => {
  test.each([
    ["80", 80],
    ["80.5", 80.5],
    ["1,000", 1000],
    ["1,234,567.5", 1234567.5],
    ["八十", 80],
    ["十", 10],
    ["十二", 12],
    ["二十一", 21],
    ["一百二十", 120],
    ["一百二", 120],
    ["一百零二", 102],
    ["两百", 200],
    ["一千零五十", 1050],
    ["三万五", 35000],
    ["两万三千零五", 23005],
    ["一亿两千万", 120_000_000],
    ["八〇", 80],
    ["三点五", 3.5],
    ["3万", 30000],
    ["5 万", 50000],
    ["1.5亿", 150_000_000],
    ["3百万", 3_000_000],
    ["1.1千", 1100],
    ["2K", 2000],
    ["3M", 3_000_000],
    ["-5", -5],
    ["负五", -5],
    ["eighty-five", 85],
    ["twelve", 12],
  ])("%s", (text, value) => {
    expect(parseNumberWords(text)).toEqual({ value, rest: "" });
  });

  test.each(["", "a", "百", "万", "百百", "%", "-", "9".repeat(400)])("%s is none", (text) => {
    expect(parseNumberWords(text)).toBeUndefined();
  });
});

describe("amounts in the unit of a metric", () => {
  const KB = 1024;
  test.each([
    ["80%", "percent", 80],
    ["80 %", "percent", 80],
    ["80 percent", "percent", 80],
    ["80", "percent", 80],
    ["百分之八十", "percent", 80],
    ["百分之 12.5", "percent", 12.5],
    ["八成", "percent", 80],
    ["八成五", "percent", 85],
    ["一半", "percent", 50],
    ["2秒", "seconds", 2],
    ["2s", "seconds", 2],
    ["2", "seconds", 2],
    ["500毫秒", "seconds", 0.5],
    ["500ms", "seconds", 0.5],
    ["1分半", "seconds", 90],
    ["14天", "days", 14],
    ["两周", "days", 14],
    ["36小时", "days", 1.5],
    ["10GB", "bytes", 10 * KB ** 3],
    ["10G", "bytes", 10 * KB ** 3],
    ["10个G", "bytes", 10 * KB ** 3],
    ["10 GiB", "bytes", 10 * KB ** 3],
    ["500MB", "bytes", 500 * KB ** 2],
    ["500兆", "bytes", 500 * KB ** 2],
    ["500m", "bytes", 500 * KB ** 2],
    ["512K", "bytes", 512 * KB],
    ["1.5T", "bytes", 1.5 * KB ** 4],
    ["2000000", "bytes", 2_000_000],
    ["10MB/s", "bytes_per_second", 10 * KB ** 2],
    ["10MBps", "bytes_per_second", 10 * KB ** 2],
    ["10MB每秒", "bytes_per_second", 10 * KB ** 2],
    ["每秒10MB", "bytes_per_second", 10 * KB ** 2],
    ["10M", "bytes_per_second", 10 * KB ** 2],
    ["100Mbps", "bytes_per_second", 12_500_000],
    ["8Mb/s", "bytes_per_second", 1_000_000],
    ["3万", "count", 30000],
    ["1.5亿", "count", 150_000_000],
    ["2K", "count", 2000],
    ["200次", "count", 200],
    ["404", "code", 404],
  ])("%s as %s", (text, unit, value) => {
    expect(parseQuantity(text, unit)).toMatchObject({ value, rest: "" });
  });

  test.each([
    ["5m", "percent"],
    ["10GB", "percent"],
    ["80%", "seconds"],
    ["80%", "count"],
    ["5m", "count"],
    ["2秒", "bytes"],
    ["10", "bytes"],
    ["", "percent"],
    ["abc", "percent"],
  ])("%s is no amount of %s", (text, unit) => {
    expect(parseQuantity(text, unit)).toBeUndefined();
  });
});
