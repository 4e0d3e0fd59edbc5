/** A rule with very many alerts goes away: they end in commits of bounded size, and a crash between two loses none. */
import { expect, it } from "vitest";
import type { Operation } from "../../../../storage/state.ts";
import { receiver, root } from "../../../support/plans.ts";
import { Road } from "../../../support/road.ts";
import { Scenario, Sights } from "../../../support/scenario.ts";

const ALERTS = 1_000;
const GROUPS = 4;
const MOST = 200;

const hot = { id: 1, name: "hot" };
const plan = { route: root("ops", { groupBy: ["group"] }), receivers: [receiver("ops", ["console:ops"])] };

/** Every group has one of those that turn after one another. */
function burning(): Sights {
  const sights = new Sights();
  for (let i = 0; i < ALERTS; i++) sights.bad(1, { host: `h${i}`, group: `g${i % GROUPS}` }, 95);
  return sights;
}

function endedIn(commit: string): string[] {
  return (JSON.parse(commit) as Operation[])
    .filter((one) => one[0] === "u" && one[1] === "alerts")
    .map((one) => String(one[2]));
}

/** Until everything burns; then the rule goes, in a commit as a command's. Gives what is on disk by then. */
async function paused(): Promise<{ s: Scenario; before: readonly string[] }> {
  const s = await Scenario.open({ rules: [hot], sights: burning(), plan });
  await s.until("2m");
  expect(s.alerts.book.alertsOf(1)).toHaveLength(ALERTS);
  const before = [...s.journal.commits];
  await s.commit((change) => s.alerts.book.endAlertsOf(change, [1], "rule-paused", s.clock.now()));
  s.changeRules(() => s.rules.splice(0, 1, { ...hot, paused: true }));
  return { s, before };
}

it("ends them in slices, an incident by as few of them as can be", async () => {
  const { s, before } = await paused();
  await s.until("3m");
  expect(s.alerts.book.alertsOf(1)).toEqual([]);
  const slices = s.journal.commits
    .slice(before.length)
    .map(endedIn)
    .filter(({ length }) => length > 0);
  expect(slices).toHaveLength(ALERTS / MOST);
  expect(Math.max(...slices.map(({ length }) => length))).toBe(MOST);
  expect(new Set(slices.flat()).size).toBe(ALERTS);
  for (let incident = 1; incident <= GROUPS; incident++) {
    expect(s.alerts.book.incident(incident)).toMatchObject({ active: 0, resolvedAt: expect.any(Number) });
    const told = s.alerts.book.timeline(incident).filter(({ note }) => note === "rule-paused");
    expect(told.length).toBeLessThanOrEqual(3);
    expect(told.at(-1)?.what).toBe("resolved");
    expect(told.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(ALERTS / GROUPS);
  }
  await s.stop();
});

it("ends the rest at the next start when it dies between any two of them", async () => {
  const { s, before } = await paused();
  await s.until("3m");
  const { commits } = s.journal;
  const at = s.clock.now();
  await s.stop();
  let dying = 0;
  for (let saved = before.length + 1; saved < commits.length; saved++) {
    if (endedIn(commits[saved] ?? "[]").length === 0) continue;
    dying++;
    const next = await Scenario.open(
      { rules: [{ ...hot, paused: true }], sights: burning(), plan, at },
      commits.slice(0, saved),
    );
    expect(next.alerts.book.alertsOf(1).length + next.alerts.book.index.open.size).toBe(0);
    await next.clock.advance(60_000);
    const last = new Map(next.console.shown.map(({ card }) => [card.incident, card.status]));
    expect(last.size).toBeGreaterThan(0);
    for (const status of last.values()) expect(status).toBe("resolved");
    await next.stop();
  }
  expect(dying).toBe(ALERTS / MOST - 1);
});

it("takes a rule away for good before it says yes, and the rest of its alerts after that", async () => {
  const road = await Road.open({ locale: "en" });
  await road.say("rule add hot: load > 80");
  const feed = (): void => {
    for (let i = 0; i < 2 * MOST + 1; i++)
      road.world.series.append({ __name__: "load", host: `h${i}` }, road.clock.now(), 95);
  };
  feed();
  await road.clock.advance(30_000);
  feed();
  expect(road.alerts.book.alertsOf(1)).toHaveLength(2 * MOST + 1);
  const before = road.commits.length;
  expect(await road.say("rule remove hot")).toContain("is removed");
  const [first] = road.commits.slice(before);
  expect(first).toContainEqual(["r", "rules", "1"]);
  expect(first?.filter(([kind, table]) => kind === "u" && table === "alerts")).toHaveLength(MOST);
  await road.clock.advance(1_000);
  expect(road.alerts.book.alertsOf(1)).toEqual([]);
  await road.close();
});
