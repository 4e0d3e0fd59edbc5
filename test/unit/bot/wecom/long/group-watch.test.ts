/** A connection that is deaf in groups is noticed; one on which groups are only quiet is not. */
import { expect, it } from "vitest";
import {
  afterHeard,
  afterSubscribed,
  type GroupWatch,
  isDeafInGroups,
  watchGroups,
} from "../../../../../bot/wecom/long/group-watch.ts";

const HOUR = 60 * 60_000;
const lively = afterSubscribed(afterHeard(watchGroups(0), "group", 1_000), HOUR);
const privates = (watch: GroupWatch, times: number): GroupWatch =>
  Array.from({ length: times }).reduce<GroupWatch>((one) => afterHeard(one, "private", 2 * HOUR), watch);

it("three private messages and none of a group after a reconnection are suspicious", () => {
  expect(isDeafInGroups(privates(lively, 2), 2 * HOUR)).toBe(false);
  expect(isDeafInGroups(privates(lively, 3), 2 * HOUR)).toBe(true);
});

it("half a day of nothing after a lively day is suspicious", () => {
  expect(isDeafInGroups(lively, 12 * HOUR)).toBe(false);
  expect(isDeafInGroups(lively, 13 * HOUR)).toBe(true);
});

it("one message of a group is enough to know better", () => {
  expect(isDeafInGroups(afterHeard(privates(lively, 5), "group", 2 * HOUR), 30 * HOUR)).toBe(false);
});

it("without a reconnection, or groups that were heard the day before, nothing is suspicious", () => {
  expect(isDeafInGroups(privates(watchGroups(0), 9), 100 * HOUR)).toBe(false);
  expect(isDeafInGroups(privates(afterSubscribed(watchGroups(0), HOUR), 9), 2 * HOUR)).toBe(false);
  const quiet = afterSubscribed(afterHeard(watchGroups(0), "group", 0), 48 * HOUR);
  expect(isDeafInGroups(privates(quiet, 9), 49 * HOUR)).toBe(false);
});

it("several reconnections in a row do not make it forget that groups were heard", () => {
  const again = afterSubscribed(afterSubscribed(lively, 2 * HOUR), 3 * HOUR);
  expect(isDeafInGroups(privates(again, 3), 4 * HOUR)).toBe(true);
});
