/** Axes and words of the page's charts. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ChartData } from "../../../../bot/pictures/chart-data.ts";

/** What is used of it; its own types are those of a browser. */
interface Module {
  valueScale(low: number, high: number, unit: ChartData["unit"]): { readonly marks: readonly number[] };
  timeMarks(
    from: number,
    to: number,
    how: { readonly zone: string; readonly most: number },
  ): readonly { readonly at: number; readonly words: string }[];
  spanWords(zone: string, from: number, to: number): string;
  valueWords(value: number | null, unit: ChartData["unit"]): string;
  nearest(times: readonly number[], wanted: number): number;
}
let scale: Module;

beforeAll(async () => {
  // All that the page's words ask of a document.
  Object.assign(globalThis, { document: { documentElement: { lang: "zh-CN" } } });
  const module = new URL("../../../../bot/console/page/chart-scale.ts", import.meta.url).href;
  scale = (await import(/* @vite-ignore */ module)) as Module;
});

describe("an axis of values", () => {
  it.each<[number, number, Parameters<Module["valueScale"]>[2], number[]]>([
    [20, 90, "percent", [0, 20, 40, 60, 80, 100]],
    [80, 92, "percent", [80, 85, 90, 95]],
    [0, 1, "boolean", [0, 1]],
    [5, 5, null, [0, 2, 4, 6, 8, 10]],
    [0, 0, null, [0, 0.2, 0.4, 0.6, 0.8, 1].map((one) => expect.closeTo(one, 9))],
    [-3, -3, null, [-6, -4, -2, 0]],
    [0, 3 * 1024 ** 3, "bytes", [0, 1, 2, 3].map((one) => one * 1024 ** 3)],
    [0.001, 0.002, "seconds", [0, 0.0005, 0.001, 0.0015, 0.002].map((one) => expect.closeTo(one, 9))],
  ])("from %d to %d in %s", (low, high, unit, marks) =>
    expect(scale.valueScale(low, high, unit).marks).toEqual(marks),
  );
});

describe("marks of time", () => {
  const at = (text: string): number => Date.parse(`${text}+08:00`);
  const marks = (from: string, to: string, zone = "Asia/Shanghai"): string[] =>
    scale.timeMarks(at(from), at(to), { zone, most: 5 }).map(({ words }) => words);

  it("stand on round moments of the zone's clock, and name the day at midnight", () => {
    expect(marks("2026-11-28T20:07:00", "2026-11-29T02:07:00")).toEqual(["22:00", "11-29", "02:00"]);
    expect(marks("2026-11-28T20:07:00", "2026-11-28T20:07:20")).toEqual([
      "20:07:00",
      "20:07:05",
      "20:07:10",
      "20:07:15",
      "20:07:20",
    ]);
    expect(marks("2026-11-28T20:00:00", "2026-11-28T22:00:00", "Asia/Kolkata")).toEqual([
      "17:30",
      "18:00",
      "18:30",
      "19:00",
      "19:30",
    ]);
  });
});

it("says the day once where a span has one", () => {
  const at = (text: string): number => Date.parse(`${text}+08:00`);
  const span = (from: string, to: string): string => scale.spanWords("Asia/Shanghai", at(from), at(to));
  expect(span("2026-11-28T15:07:00", "2026-11-28T21:07:00")).toBe("11-28 15:07 → 21:07");
  expect(span("2026-11-28T15:07:00", "2026-11-29T21:07:00")).toBe("11-28 15:07 → 11-29 21:07");
  expect(span("2026-11-28T15:07:00", "2026-11-28T15:07:30")).toBe("11-28 15:07:00 → 15:07:30");
});

it("says values as the bot does", () => {
  const { valueWords } = scale;
  expect([
    valueWords(42.456, "percent"),
    valueWords(1.5 * 1024 ** 3, "bytes"),
    valueWords(2048, "bytes_per_second"),
    valueWords(0.23, "seconds"),
    valueWords(12, "seconds"),
    valueWords(7_200, "seconds"),
    valueWords(0, "boolean"),
    valueWords(1234567.8, null),
    valueWords(null, "percent"),
  ]).toEqual(["42.5%", "1.5 GiB", "2 KiB/s", "230 毫秒", "12 秒", "2 小时", "异常", "1230000", "无数据"]);
});

it("finds the nearest of rising times", () => {
  const times = [0, 10, 10, 20];
  expect([-5, 4, 5, 6, 16, 99].map((wanted) => scale.nearest(times, wanted))).toEqual([0, 0, 0, 1, 3, 3]);
  expect(scale.nearest([], 5)).toBe(-1);
});
