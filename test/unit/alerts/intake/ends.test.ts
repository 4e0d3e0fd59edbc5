import { expect, test } from "vitest";
import { openEnds } from "../../../../alerts/intake/ends.ts";

test("each is due once, in the second in which it ends or after", () => {
  const ends = openEnds();
  ends.expect("a", 1_500);
  ends.expect("b", 2_000);
  ends.expect("c", 9_000);
  expect(ends.nextAt()).toBe(2_000);
  expect(ends.due(1_999)).toEqual([]);
  expect(ends.due(2_000)).toEqual(["a", "b"]);
  expect(ends.due(2_000)).toEqual([]);
  expect(ends.nextAt()).toBe(9_000);
});

test("a later end changes nothing until the earlier one is due; an earlier one counts at once", () => {
  const ends = openEnds();
  ends.expect("a", 5_000);
  ends.expect("a", 60_000);
  expect(ends.nextAt()).toBe(5_000);
  ends.expect("a", 2_000);
  expect(ends.due(2_000)).toEqual(["a"]);
  expect(ends.nextAt()).toBe(Number.POSITIVE_INFINITY);
});
