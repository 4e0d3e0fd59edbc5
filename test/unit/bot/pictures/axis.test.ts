/** Where the marks of axes stand. */
import { describe, expect, it } from "vitest";
import { timeTicks, valueAxis } from "../../../../bot/pictures/axis.ts";
import type { MetricUnit } from "../../../../rules/metric-words.ts";

describe("the axis of values", () => {
  it.each<readonly [number, number, MetricUnit | undefined, string]>([
    [12, 95, "percent", "0% 25% 50% 75% 100%"],
    [100, 100, "percent", "0% 25% 50% 75% 100%"],
    [91, 93, "percent", "91% 91.5% 92% 92.5% 93%"],
    [1, 9, "percent", "0% 2% 4% 6% 8% 10%"],
    [0, 1, "boolean", "异常 正常"],
    [0, 3 * 1024 ** 3, "bytes", "0 B 1 GiB 2 GiB 3 GiB"],
    [0.05, 0.4, "seconds", "0 秒 100 毫秒 200 毫秒 300 毫秒 400 毫秒"],
    [0, 7_000, "seconds", "0 秒 30分钟 1小时 1小时30分 2小时"],
    [0, 3, "count", "0 1 2 3"],
    [-7, -5, undefined, "-7 -6.5 -6 -5.5 -5"],
    [0, 0, undefined, "0 0.2 0.4 0.6 0.8 1"],
    [5, 5, undefined, "0 2 4 6 8 10"],
    [-5, -5, undefined, "-10 -8 -6 -4 -2 0"],
  ])("from %d to %d in %s", (low, high, unit, words) => {
    const axis = valueAxis(low, high, unit, "zh-CN");
    expect(axis.ticks.map((tick) => tick.words).join(" ")).toBe(words);
    expect(axis.low).toBeLessThanOrEqual(low);
    expect(axis.high).toBeGreaterThanOrEqual(high);
  });
});

describe("the axis of times", () => {
  const at = (text: string): number => Date.parse(text);
  const words = (from: string, to: string, zone = "Asia/Shanghai"): string =>
    timeTicks(at(from), at(to), { zone, locale: "zh-CN", most: 5 })
      .map((tick) => tick.words)
      .join(" ");

  it.each([
    ["2026-11-28T15:07:00+08:00", "2026-11-28T21:07:00+08:00", "16:00 18:00 20:00"],
    ["2026-11-28T21:07:00+08:00", "2026-11-29T09:07:00+08:00", "11-29 03:00 06:00 09:00"],
    [
      "2026-11-28T15:07:00+08:00",
      "2026-11-28T15:08:00+08:00",
      "15:07:00 15:07:15 15:07:30 15:07:45 15:08:00",
    ],
    ["2026-11-22T15:07:00+08:00", "2026-11-29T15:07:00+08:00", "11-23 11-25 11-27 11-29"],
  ])("from %s to %s", (from, to, expected) => {
    expect(words(from, to)).toBe(expected);
  });

  it("is round by the clock of the zone, also after it was moved", () => {
    expect(words("2026-10-24T20:00:00+02:00", "2026-10-25T20:00:00+01:00", "Europe/Berlin")).toBe(
      "10-25 06:00 12:00 18:00",
    );
  });
});
