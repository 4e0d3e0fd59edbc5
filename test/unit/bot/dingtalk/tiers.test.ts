/** How long a refusal of cards is remembered, and whom it concerns. */
import { expect, it } from "vitest";
import { openTiers } from "../../../../bot/dingtalk/tiers.ts";

const HOUR = 3_600_000;
const PERMISSION = "Forbidden.AccessDenied.AccessTokenPermissionDenied";

it("a refusal keeps cards away for an hour, in that conversation", () => {
  const tiers = openTiers(() => {});
  tiers.refused("a", "deliver-failed", 0);
  expect([tiers.cards("a", HOUR - 1), tiers.cards("a", HOUR), tiers.cards("b", 0)]).toEqual([
    false,
    true,
    true,
  ]);
  expect(tiers.remark("a", 0)?.zh).toContain("deliver-failed");
  expect(tiers.remark("a", HOUR)).toBeUndefined();
});

it.each([PERMISSION, "param.templateNotExist", "param.templateUnpublished"])("%s keeps all away", (code) => {
  const tiers = openTiers(() => {});
  tiers.refused("a", code, 0);
  expect(tiers.cards("b", 0)).toBe(false);
  // One that is taken shows that it was put right.
  tiers.taken("c");
  expect(tiers.cards("b", 0)).toBe(true);
});

it("the same refusal is said once; another one, or one after cards were taken, is said again", () => {
  const said: string[] = [];
  const tiers = openTiers((conversation, code) => said.push(`${conversation} ${code}`));
  for (const at of [0, HOUR, 2 * HOUR]) tiers.refused("a", "x", at);
  tiers.refused("a", "y", 3 * HOUR);
  tiers.taken("a");
  tiers.refused("a", "y", 4 * HOUR);
  tiers.refused("b", PERMISSION, 4 * HOUR);
  tiers.refused("c", PERMISSION, 5 * HOUR);
  expect(said).toEqual(["a x", "a y", "a y", ` ${PERMISSION}`]);
});

it("so many conversations are remembered, and what concerns all is not forgotten for them", () => {
  const tiers = openTiers(() => {});
  tiers.refused("a", PERMISSION, 0);
  for (let i = 0; i < 3_000; i++) tiers.refused(`c${i}`, "x", 0);
  expect(tiers.cards("other", 0)).toBe(false);
  tiers.taken("other");
  expect([tiers.cards("c0", 0), tiers.cards("c2999", 0)]).toEqual([true, false]);
});
