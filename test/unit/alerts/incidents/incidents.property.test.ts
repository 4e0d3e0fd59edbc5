/** What holds whatever happens: no alert is lost, nobody hears of what is muted, and the journal tells the whole state. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isActive } from "../../../../alerts/alert.ts";
import { nextDeadline } from "../../../../alerts/incidents/incident-deadlines.ts";
import type { PlanParts } from "../../../../alerts/make-plan.ts";
import { holdOf } from "../../../../alerts/muting/hold.ts";
import { openTables, type Tables } from "../../../../alerts/tables.ts";
import { parseMatchers } from "../../../../storage/matchers.ts";
import type { Table } from "../../../../storage/store.ts";
import { settle } from "../../../support/fake-clock.ts";
import { node, receiver, root } from "../../../support/plans.ts";
import { lineOf, Scenario } from "../../../support/scenario.ts";

const MINUTE = 60_000;
const rules = [
  { id: 1, name: "hot" },
  { id: 2, name: "down", labels: { severity: "critical" } },
  { id: 3, name: "hot", labels: { severity: "critical" } },
];
const HOSTS = ["a", "b", "c"];

/** Small trees that differ in everything that an incident stores of them. */
const plans: fc.Arbitrary<PlanParts> = fc
  .record({
    groupWaitMs: fc.constantFrom(0, 90_000),
    groupIntervalMs: fc.constantFrom(0, 5 * MINUTE),
    repeatIntervalMs: fc.constantFrom(Number.POSITIVE_INFINITY, 20 * MINUTE),
    groupBy: fc.constantFrom<readonly string[] | "all">(["alertname"], ["alertname", "host"], [], "all"),
    escalation: fc.constantFrom<{ escalation: string } | object>({}, { escalation: "oncall" }),
    continues: fc.boolean(),
    inhibits: fc.boolean(),
    flaps: fc.boolean(),
  })
  .map(({ continues, inhibits, flaps, escalation, ...terms }) => ({
    route: root("console:ops", {
      ...terms,
      ...escalation,
      routes: [
        node("team", 'host="a"', { continue: continues, groupWaitMs: 30_000 }),
        node("office", 'alertname="hot"', { muteTimeIntervals: ["morning"] }),
      ],
    }),
    receivers: [
      receiver("team", ["console:team"]),
      receiver("office", ["console:office", "console:team"], false),
      receiver("second", ["console:second"]),
    ],
    escalations: [
      {
        name: "oncall",
        steps: [
          { afterMs: 3 * MINUTE, receiver: "second" },
          { afterMs: 8 * MINUTE, receiver: "team" },
        ],
        repeatMs: 10 * MINUTE,
      },
    ],
    timeIntervals: [
      {
        name: "morning",
        spans: [
          {
            times: [{ from: 0, to: 10 * 60 + 20 }],
            weekdays: undefined,
            daysOfMonth: undefined,
            months: undefined,
            years: undefined,
            zone: "Asia/Shanghai",
          },
        ],
      },
    ],
    inhibitRules: inhibits
      ? [
          {
            name: undefined,
            source: parseMatchers('alertname="down"'),
            target: parseMatchers('alertname="hot"'),
            equal: ["host"],
          },
        ]
      : [],
    flapping: flaps ? { changes: 4, withinMs: 10 * MINUTE } : null,
  }));

type Act =
  | { readonly do: "bad" | "ok" | "blind"; readonly rule: number; readonly host: string }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "ack" | "unack" | "close"; readonly incident: number }
  | { readonly do: "silence"; readonly host: string; readonly ms: number }
  | { readonly do: "unsilence" | "extend"; readonly silence: number }
  | { readonly do: "restart" };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: sight("bad") },
  { weight: 5, arbitrary: sight("ok") },
  { weight: 1, arbitrary: sight("blind") },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("pass" as const),
      ms: fc.constantFrom(15_000, 60_000, 4 * MINUTE, 11 * MINUTE),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("ack" as const, "unack" as const, "close" as const),
      incident: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("silence" as const),
      host: fc.constantFrom("a", "b", ".+"),
      ms: fc.constantFrom(5 * MINUTE, 30 * MINUTE),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("unsilence" as const, "extend" as const),
      silence: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
);

function sight(what: "bad" | "ok" | "blind"): fc.Arbitrary<Act> {
  return fc.record({
    do: fc.constant(what),
    rule: fc.constantFrom(1, 2, 3),
    host: fc.constantFrom(...HOSTS),
  });
}

async function take(s: Scenario, one: Act): Promise<void> {
  const { book } = s.alerts;
  const at = s.clock.now();
  const person = "console:alice";
  switch (one.do) {
    case "bad":
      return s.sights.bad(one.rule, { host: one.host }, 95);
    case "ok":
    case "blind":
      return s.sights[one.do](one.rule, { host: one.host });
    case "pass":
      return s.clock.advance(one.ms);
    case "ack":
      await s.commit((change) =>
        book.acknowledge(change, one.incident, { person, until: at + 25 * MINUTE, at }),
      );
      break;
    case "unack":
      await s.commit((change) => book.unacknowledge(change, one.incident, { person, at }));
      break;
    case "close":
      await s.commit((change) => book.close(change, one.incident, { person, at }));
      break;
    case "silence": {
      const matchers = parseMatchers(`host=~"${one.host}"`);
      const conversation = "console:ops";
      await s.commit((change) =>
        book.addSilence(change, {
          matchers,
          startsAt: at,
          endsAt: at + one.ms,
          person,
          conversation,
          why: "",
          at,
        }),
      );
      break;
    }
    case "unsilence":
      await s.commit((change) => book.endSilence(change, one.silence, { person, at }));
      break;
    case "extend":
      await s.commit((change) => book.extendSilence(change, one.silence, { person, byMs: 7 * MINUTE, at }));
      break;
    case "restart":
      // A start judges at once: what it is to see must have been seen before.
      await s.clock.advance(15_000);
      s.news();
      await s.restart();
      expect(s.news(), "a restart says nothing").toEqual([]);
  }
  await settle();
}

/** Every alert that is trouble is in one open incident, which counts it. */
function nothingIsLost(s: Scenario): void {
  const { tables, index } = s.alerts.book;
  const counted = new Map<number, number>();
  for (const alert of tables.alerts.values()) {
    if (!isActive(alert)) continue;
    counted.set(alert.incident, (counted.get(alert.incident) ?? 0) + 1);
    expect(tables.incidents.get(String(alert.incident))?.resolvedAt).toBeUndefined();
  }
  for (const incident of index.open.values()) {
    expect(incident.active, `#${incident.id}`).toBe(counted.get(incident.id) ?? 0);
    if (incident.active === 0) expect(incident.flapping).toBeDefined();
    // Somebody was told, or it says why not; and what is owed is either due later or held back by somebody.
    const told = incident.routes.some(({ toldAt }) => toldAt !== undefined);
    expect(told, `#${incident.id}`).toBe(incident.untold === undefined);
    expect(incident.tells.length > 0).toBe(told);
    expect(nextDeadline(incident)).toBeGreaterThan(s.clock.now());
    for (const route of incident.routes)
      if (route.toldAt === undefined) expect(route.owes, `#${incident.id} ${route.path}`).toBe("first");
  }
  const groups = [...index.open.values()].map(({ group }) => group);
  expect(new Set(groups).size).toBe(groups.length);
}

/** Once time has passed, only what is muted even now has been told by nobody. */
function everybodyHearsInTheEnd(s: Scenario): void {
  const muted = mutedNow(s);
  for (const incident of s.alerts.book.index.open.values())
    if (muted.get(incident.id) === false) expect(incident.untold, `#${incident.id}`).toBeUndefined();
}

/** What was posted since `from` is about nothing that a muter holds back altogether. */
function nobodyHearsOfWhatIsMuted(s: Scenario, from: number, was: ReadonlyMap<number, boolean>): void {
  const { context, incident } = s.alerts.book;
  const read = { get: <T>(table: Table<T>, id: string) => table.get(id) };
  for (const shown of s.console.shown.slice(from)) {
    const about = shown.card.incident === undefined ? undefined : incident(shown.card.incident);
    if (shown.how !== "post" || about === undefined || about.resolvedAt !== undefined) continue;
    const muted = holdOf(context, read, about, s.clock.now()) !== undefined;
    // It may have become muted only after it was told, in the same stretch of time.
    expect(muted && was.get(about.id) === true, lineOf(shown)).toBe(false);
  }
}

function mutedNow(s: Scenario): ReadonlyMap<number, boolean> {
  const { context, index } = s.alerts.book;
  const read = { get: <T>(table: Table<T>, id: string) => table.get(id) };
  return new Map(
    [...index.open.values()].map((one) => [one.id, holdOf(context, read, one, s.clock.now()) !== undefined]),
  );
}

/** The tables as plain data. */
function dump(tables: Tables): unknown {
  return Object.fromEntries(
    Object.entries(tables).map(([name, table]: [string, Table<unknown>]) => [
      name,
      Object.fromEntries(table.entries()),
    ]),
  );
}

describe("whatever happens", () => {
  it.each([["zh-CN"], ["en"]] as const)(
    "holds, in %s",
    async (locale) => {
      await fc.assert(
        fc.asyncProperty(plans, fc.array(act, { minLength: 5, maxLength: 40 }), async (plan, acts) => {
          const s = await Scenario.open({ rules, plan, locale });
          try {
            for (const one of acts) {
              const [from, was] = [s.console.shown.length, mutedNow(s)];
              await take(s, one);
              nobodyHearsOfWhatIsMuted(s, from, was);
              s.news();
              if (one.do === "pass") nothingIsLost(s);
            }
            await s.clock.advance(61 * MINUTE);
            nothingIsLost(s);
            everybodyHearsInTheEnd(s);
            const live = dump(s.alerts.book.tables);
            await s.kill();
            expect(dump(openTables(s.journal.open(s.clock)))).toEqual(live);
          } finally {
            await s.stop();
          }
        }),
        { numRuns: 60 },
      );
    },
    120_000,
  );
});
