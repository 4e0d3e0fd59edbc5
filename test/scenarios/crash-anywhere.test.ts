/** A crash after any commit, with waits, repeats, escalation and a silence under way: nothing is lost or told twice. */
import { expect, it } from "vitest";
import { receiver, root } from "../support/plans.ts";
import { Scenario, Sights } from "../support/scenario.ts";

const MINUTE = 60_000;
const rules = [
  { id: 1, name: "hot" },
  { id: 2, name: "down", labels: { severity: "critical" } },
];
const plan = {
  route: root("console:ops", { repeatIntervalMs: 20 * MINUTE, escalation: "oncall" }),
  receivers: [receiver("second", ["console:second"])],
  escalations: [
    { name: "oncall", steps: [{ afterMs: 5 * MINUTE, receiver: "second" }], repeatMs: undefined },
  ],
};

/** What the world does, which goes on whether anybody watches or not. */
const world: readonly (readonly [number, (sights: Sights) => void])[] = [
  [0.2, (sights) => sights.bad(1, { host: "a" }, 95)],
  [1.2, (sights) => sights.bad(1, { host: "b" }, 95)],
  [3.2, (sights) => sights.bad(1, { host: "c" }, 95)],
  [12.2, (sights) => sights.bad(2, { host: "a" }, 1)],
  [40.2, (sights) => sights.ok(2, { host: "a" })],
  [41.2, (sights) => sights.ok(1, { host: "a" })],
  [42.2, (sights) => sights.ok(1, { host: "b" })],
  [42.2, (sights) => sights.ok(1, { host: "c" })],
];

/** What people do; one who was answered does not say it again. */
const people: readonly (readonly [number, string, (s: Scenario) => Promise<unknown>])[] = [
  [
    14.4,
    '"what":"acknowledged"',
    (s) =>
      s.commit((change) => {
        const at = s.clock.now();
        s.alerts.book.acknowledge(change, 1, { person: "console:alice", until: at + 10 * MINUTE, at });
      }),
  ],
  [
    16.4,
    '"silences"',
    (s) =>
      s.commit((change) => {
        const at = s.clock.now();
        s.alerts.book.addSilence(change, {
          matchers: [{ name: "alertname", op: "=", value: "down" }],
          startsAt: at,
          endsAt: at + 12 * MINUTE,
          person: "console:bob",
          conversation: "console:ops",
          why: "",
          at,
        });
      }),
  ],
];

/** Lives on until 50 minutes after the beginning. */
async function live(s: Scenario, beginning: number, before: string): Promise<void> {
  const rest = [
    ...world.map(([at, change]) => ({ at, run: () => change(s.sights) })),
    ...people
      .filter(([, trace]) => !before.includes(trace))
      .map(([at, , run]) => ({ at, run: () => run(s) })),
  ]
    .filter(({ at }) => beginning + at * MINUTE > s.startedAt || before === "")
    .sort((one, other) => one.at - other.at);
  for (const { at, run } of rest) {
    await s.clock.advance(Math.max(0, beginning + at * MINUTE - s.clock.now()));
    await run();
  }
  await s.clock.advance(beginning + 50 * MINUTE - s.clock.now());
}

/** Every message that people got, where they got it. How many alerts a card counts depends on the moment. */
function posts(s: Scenario, deliveries?: ReadonlySet<string>): string[] {
  return s.console.shown
    .filter(({ how, deliveryId }) => how === "post" && deliveries?.has(deliveryId) !== false)
    .map(({ conversation, card }) => {
      const words = card.kind === "incident" ? "" : card.title?.slice(0, 40);
      return `${conversation} ${card.kind} #${card.incident} ${words}`;
    });
}

it("tells the same as a life without one", async () => {
  const s = await Scenario.open({ rules, plan });
  const beginning = s.startedAt;
  await live(s, beginning, "");
  const whole = posts(s);
  await s.stop();
  expect(whole.length).toBeGreaterThan(7);
  const { commits, times } = s.journal;
  const recordedBy = recorded(commits, s);
  for (let kept = 1; kept < commits.length; kept++) {
    const at = times[kept - 1] ?? beginning;
    const sights = new Sights();
    for (const [when, change] of world) if (beginning + when * MINUTE <= at) change(sights);
    const after = await Scenario.open({ rules, plan, at, sights }, commits.slice(0, kept));
    await live(after, beginning, commits.slice(0, kept).join("\n"));
    const both = [...(recordedBy[kept] ?? []), ...posts(after)];
    expect(both.sort(), `after ${kept} of ${commits.length} commits`).toEqual([...whole].sort());
    await after.stop();
  }
}, 60_000);

/** The messages of the first life of which each prefix of its commits knows that they have arrived. */
function recorded(commits: readonly string[], s: Scenario): readonly (readonly string[])[] {
  const arrived = new Set<string>();
  const lists: string[][] = [[]];
  for (const commit of commits) {
    for (const [op, table, id, document] of JSON.parse(commit) as [
      string,
      string,
      string,
      { sent?: number },
    ][])
      if (op !== "d" && table === "deliveries" && (document?.sent ?? 0) > 0) arrived.add(id);
    lists.push(posts(s, arrived));
  }
  return lists;
}
