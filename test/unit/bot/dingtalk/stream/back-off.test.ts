import { expect, test } from "vitest";
import { backOff } from "../../../../../bot/dingtalk/stream/stream.ts";

test("the wait grows from a second to a minute and no further", () => {
  expect(backOff(1, 0)).toBe(1_000);
  expect([1, 2, 3, 4, 5, 6, 7, 1_000_000].map((failures) => backOff(failures, 1))).toEqual([
    2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ]);
  expect(backOff(1_000_000, 0)).toBe(30_000);
});
