import { expect, it } from "vitest";
import { durationWords, spanWords } from "../../../storage/duration.ts";

it.each([
  [0, "0秒", "0s"],
  [500, "500毫秒", "500ms"],
  [1_500, "1秒500毫秒", "1s500ms"],
  [30_000, "30秒", "30s"],
  [60_000, "1分钟", "1m"],
  [5_400_000, "1小时30分", "1h30m"],
  [86_400_000, "1天", "1d"],
])("%d ms in words of both languages", (ms, zh, en) => {
  expect(durationWords(ms)).toEqual({ zh, en });
});

it("leaves milliseconds out of long spans", () => {
  expect(spanWords(61_999)).toEqual({ zh: "1分1秒", en: "1m1s" });
  expect(spanWords(-5)).toEqual({ zh: "0秒", en: "0s" });
});
