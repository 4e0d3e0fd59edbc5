/** What was heard already: known again, forgotten in time, and never more than fits. */
import { expect, it } from "vitest";
import { rememberSeen } from "../../../../../bot/wecom/long/seen.ts";

it("the same is new once", () => {
  const seen = rememberSeen();
  expect([seen.isNew("a", 0), seen.isNew("a", 1), seen.isNew("b", 2)]).toEqual([true, false, true]);
});

it("an hour later it is new again, and so it is when it was forgotten", () => {
  const seen = rememberSeen();
  seen.isNew("a", 0);
  expect(seen.isNew("a", 60 * 60_000)).toBe(true);
  seen.forget("a");
  expect(seen.isNew("a", 60 * 60_000 + 1)).toBe(true);
});

it("of very many the oldest are forgotten first", () => {
  const seen = rememberSeen();
  for (let i = 0; i <= 10_000; i++) seen.isNew(String(i), i);
  expect(seen.isNew("10000", 10_001)).toBe(false);
  expect(seen.isNew("0", 10_001)).toBe(true);
});
