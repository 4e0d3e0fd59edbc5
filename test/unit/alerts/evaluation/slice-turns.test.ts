/** A round cut into commits: nothing is lost or doubled, the worst comes first, an incident stays together. */
import { expect, it } from "vitest";
import { sliceTurns } from "../../../../alerts/evaluation/slice-turns.ts";
import type { Turn } from "../../../../alerts/evaluation/turn.ts";
import { PLAIN_PLAN } from "../../../../alerts/plain-plan.ts";
import { parseMatchers } from "../../../../storage/matchers.ts";
import { root } from "../../../support/plans.ts";
import { Scenario } from "../../../support/scenario.ts";

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

it("holds back by what fires in a later commit of the round, and tells it when that recovers", async () => {
  const inhibitRules = [
    {
      name: "line-cut",
      source: parseMatchers('severity="info"'),
      target: parseMatchers('severity="warning"'),
      equal: ["site"],
    },
  ];
  const route = root("console:ops", { groupBy: ["site", "severity"], groupWaitMs: 0 });
  let breaths = 0;
  const s = await Scenario.open({
    rules: [{ id: 1, name: "hot" }],
    plan: { inhibitRules, route },
    breathe: async () => void breaths++,
  });
  s.sights.ok(1, {});
  await s.until("10s");
  for (let host = 0; host < 350; host++)
    s.sights.bad(1, { site: "north", severity: "warning", host: `h${host}` }, 95);
  s.sights.bad(1, { site: "north", severity: "info" }, 1);
  const before = s.journal.commits.length;
  await s.until("20s");
  const alertsIn = s.journal.commits
    .slice(before)
    .map((commit) => commit.match(/"i","alerts"/g)?.length ?? 0)
    .filter((count) => count > 0);
  expect(alertsIn).toEqual([200, 150, 1]);
  // Between the slices as they are foreseen, too.
  expect(breaths).toBeGreaterThanOrEqual(alertsIn.length);
  expect(s.news()).toEqual(["post console:ops firing #2 site=north"]);
  s.sights.ok(1, { site: "north", severity: "info" });
  await s.until("50s");
  expect(s.news().at(-1)).toBe("post console:ops firing #1 site=north — 350 alerts");
  await s.stop();
});
