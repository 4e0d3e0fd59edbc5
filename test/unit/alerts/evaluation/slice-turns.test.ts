/** A round cut into commits: nothing is lost or doubled, the worst comes first, an incident stays together. */
import { expect, it } from "vitest";
import { sliceTurns } from "../../../../alerts/evaluation/slice-turns.ts";
import type { Turn } from "../../../../alerts/evaluation/turn.ts";
import { PLAIN_PLAN } from "../../../../alerts/plain-plan.ts";

function turn(group: number, host: number, severity: string): Turn {
  const labels = { alertname: `g${group}`, host: `h${host}`, severity };
  return {
    identity: { id: `1/${group}-${host}`, rule: 1, labels, found: {}, annotations: {} },
    before: undefined,
    after: { state: "firing", since: 0, value: 1, firedAt: 0 },
    rule: { id: 1, name: `g${group}`, tells: [], conversation: undefined },
  };
}

it("keeps all of it, the worst first, and an incident of its size together", async () => {
  const turns: Turn[] = [];
  for (let host = 0; host < 15; host++)
    for (let group = 0; group < 30; group++)
      turns.push(turn(group, host, group % 10 === 3 && host === 7 ? "critical" : "warning"));
  for (let host = 0; host < 95; host++) turns.push(turn(99, host, "info"));
  let breaths = 0;
  const slices = await sliceTurns(turns, { plan: () => PLAIN_PLAN }, 20, async () => void breaths++);
  expect(slices.flat()).toHaveLength(turns.length);
  expect(new Set(slices.flat())).toEqual(new Set(turns));
  expect(Math.max(...slices.map(({ length }) => length))).toBeLessThanOrEqual(40);
  const groupsOf = (slice: readonly Turn[]): string[] => [...new Set(slice.map(({ rule }) => rule.name))];
  expect(slices.slice(0, 3).flatMap(groupsOf)).toEqual(["g3", "g13", "g23"]);
  const places = slices.flatMap((slice) => groupsOf(slice));
  expect(places.filter((name) => name === "g5")).toHaveLength(1);
  expect(places.filter((name) => name === "g99")).toHaveLength(3);
  expect(places.slice(-3)).toEqual(["g99", "g99", "g99"]);
  expect(breaths).toBe(0);
});
