/** A duty changes hands: what is said, where, once, over restarts, sleeps, swaps, reloads and moved clocks. */
import { afterEach, describe, expect, test } from "vitest";
import { type Handovers, openHandovers } from "../../alerts/oncall/handovers.ts";
import { humansOf } from "../../alerts/oncall/humans.ts";
import { type OnCall, openOnCall } from "../../alerts/oncall/on-call.ts";
import { oncallSchema, type RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import { silentLog } from "../../storage/log.ts";
import { parseMatchers } from "../../storage/matchers.ts";
import { instantOf } from "../../storage/zone.ts";
import { settle } from "../support/fake-clock.ts";
import { Scenario } from "../support/scenario.ts";

const zone = "Asia/Shanghai";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string, where = zone): number => instantOf(where, Date.parse(`${text}:00Z`));

const PEOPLE = [
  { id: "dingtalk:1", name: "Zhang", aliases: ["wecom:zhang"] },
  { id: "dingtalk:2", name: "Li" },
  { id: "dingtalk:3", name: "Wang" },
];
const names = new Map(PEOPLE.map(({ id, name }) => [id, name]));

/** Zhang, Li and Wang take a day each from 30 November, 09:00. */
function daily(more: object = {}): RotationConfig[] {
  return oncallSchema.parse([
    {
      name: "db",
      timezone: zone,
      handover: { conversations: ["console:db"] },
      rotation: {
        people: ["wecom:zhang", "dingtalk:2", "dingtalk:3"],
        every: "1d",
        starts: "2026-11-30T09:00",
      },
      ...more,
    },
  ]);
}

let scenario: Scenario;
let onCall: OnCall;
let handovers: Handovers;
let file: readonly RotationConfig[] = [];
afterEach(async () => {
  await handovers.stop();
  await scenario.stop();
});

async function open(config: readonly RotationConfig[], start: string): Promise<void> {
  file = config;
  scenario = await Scenario.open({
    rules: [{ id: 1, name: "hot", labels: { severity: "critical" } }],
    at: at(start),
  });
  await watch();
}

async function watch(): Promise<void> {
  const { store, clock, alerts } = scenario;
  onCall = openOnCall({ store, file: () => file, humans: () => humansOf(PEOPLE), zone });
  handovers = openHandovers({
    store,
    book: alerts.book,
    onCall,
    clock,
    log: silentLog,
    locale: "en",
    nameOf: (id) => names.get(id) ?? id,
  });
  handovers.start();
  await settle();
}

/** `kill -9`, so long nobody, and a start. */
async function sleep(ms: number): Promise<void> {
  await Promise.all([handovers.stop(), scenario.kill()]);
  await scenario.clock.advance(ms);
  await scenario.start();
  await watch();
  await scenario.clock.advance(1_000);
}

/** The clock of the machine is put forward; nobody is told of that, and the loops see it at their next look. */
async function jump(to: string): Promise<void> {
  scenario.clock.set(at(to));
  await scenario.clock.advance(31_000);
}

/** The titles of what was said about duties since this was asked last, with where. */
let seen = 0;
function said(): string[] {
  const cards = scenario.console.shown.slice(seen);
  seen = scenario.console.shown.length;
  return cards.flatMap(({ conversation, card }) => (conversation === "console:db" ? [card.title ?? ""] : []));
}
afterEach(() => {
  seen = 0;
});

test("the first look says nothing; each change is told once, to whoever takes over", async () => {
  await open(daily(), "2026-12-01T08:59");
  expect(said()).toEqual([]);
  await scenario.clock.advance(60_000 - 1);
  expect(said()).toEqual([]);
  await scenario.clock.advance(1);
  expect(said()).toEqual(["Hand-over db: Zhang → Li"]);
  const card = scenario.console.shown.at(-1)?.card;
  expect(card?.text).toBe("**Li** is on call until Dec 2 09:00.\n\nNo incident is open.");
  expect(card?.mentions).toEqual(["dingtalk:2"]);
  expect(card?.actions?.map(({ command }) => command)).toEqual(["oncall db week"]);
  await jump("2026-12-02T09:01");
  await jump("2026-12-03T09:01");
  expect(said()).toEqual(["Hand-over db: Li → Wang", "Hand-over db: Wang → Zhang"]);
  expect(scenario.console.shown.at(-1)?.card.mentions).toEqual(["dingtalk:1", "wecom:zhang"]);
});

test("it says which incidents are open, who has them, and which silences end soon", async () => {
  await open(daily(), "2026-12-01T08:58");
  for (const host of ["a", "b", "c"]) scenario.sights.bad(1, { alertname: host }, 95);
  await scenario.clock.advance(60_000);
  const now = scenario.clock.now();
  const open12 = scenario.alerts.book.activeIncidents();
  expect(open12.length).toBeGreaterThan(0);
  const [first] = open12;
  await scenario.commit((change) => {
    const { book } = scenario.alerts;
    book.acknowledge(change, first?.id ?? 0, { person: "dingtalk:1", until: now + 4 * HOUR, at: now });
    book.addSilence(change, {
      matchers: parseMatchers('host="x_y"'),
      startsAt: now,
      endsAt: now + 3 * HOUR,
      person: "dingtalk:1",
      conversation: "console:ops",
      why: "moving",
      at: now,
    });
  });
  await scenario.clock.advance(120_000);
  expect(said()).toEqual(["Hand-over db: Zhang → Li"]);
  const text = scenario.console.shown.findLast(({ card }) => card.kind === "text")?.card.text ?? "";
  expect(text).toContain("1 open incident:\n- 🔴 **#1** hot — Zhang has it until Dec 1 12:59");
  expect(text).toContain('Silences that end soon:\n- Silence 1 {host="x\\_y"}, until Dec 1 11:59');
});

describe("while nobody is awake", () => {
  test("a change is told at the next start, and not again at the one after it", async () => {
    await open(daily(), "2026-12-01T08:00");
    await sleep(2 * HOUR);
    expect(said()).toEqual(["Hand-over db: Zhang → Li"]);
    await sleep(HOUR);
    expect(said()).toEqual([]);
  });

  test("of many changes the latest is told alone, also where the duty came back to the same person", async () => {
    await open(daily(), "2026-12-01T08:00");
    await sleep(30 * DAY);
    expect(said()).toEqual(["Hand-over db: Wang → Zhang"]);
    await sleep(9 * DAY);
    expect(said()).toEqual(["Hand-over db: Wang → Zhang"]);
  });

  test("what was wanted and not said yet is said after the start, under the same id", async () => {
    await open(daily(), "2026-12-01T08:59");
    scenario.console.tricks = ["hang"];
    await scenario.clock.advance(60_000);
    expect(scenario.console.calls).toHaveLength(1);
    await sleep(HOUR);
    expect(said()).toEqual(["Hand-over db: Zhang → Li"]);
    const tried = scenario.console.calls.filter(({ conversation }) => conversation === "console:db");
    expect(new Set(tried.map(({ deliveryId }) => deliveryId)).size).toBe(1);
    expect(tried.length).toBe(2);
  });
});

test("a disk that refuses makes it late, not lost and not twice", async () => {
  await open(daily(), "2026-12-01T08:59");
  scenario.journal.refuse = "full";
  await scenario.clock.advance(5 * 60_000);
  expect(said()).toEqual([]);
  scenario.journal.refuse = undefined;
  await scenario.clock.advance(60_000);
  expect(said()).toEqual(["Hand-over db: Zhang → Li"]);
});

test("a swap changes hands when it begins, when it ends, and when it is taken back", async () => {
  await open(daily(), "2026-12-01T12:00");
  const swap = (from: string, until: string) =>
    scenario.commit((change) =>
      onCall.addSwap(change, {
        rotation: "db",
        person: "dingtalk:3",
        replaces: ["dingtalk:2"],
        from: at(from),
        until: at(until),
        by: "dingtalk:3",
        at: scenario.clock.now(),
      }),
    );
  await swap("2026-12-01T12:00", "2026-12-01T14:00");
  await scenario.clock.advance(1_000);
  expect(said()).toEqual(["Hand-over db: Li → Wang"]);
  await jump("2026-12-01T14:00");
  expect(said()).toEqual(["Hand-over db: Wang → Li"]);
  const { id } = await swap("2026-12-01T16:00", "2026-12-01T20:00");
  await jump("2026-12-01T17:00");
  expect(said()).toEqual(["Hand-over db: Li → Wang"]);
  // It is there after a restart, and then it is taken back.
  await sleep(60_000);
  expect(onCall.holderOf("db", scenario.clock.now())?.name).toBe("Wang");
  expect(said()).toEqual([]);
  await scenario.commit((change) => onCall.removeSwap(change, id));
  await scenario.clock.advance(1_000);
  expect(said()).toEqual(["Hand-over db: Wang → Li"]);
});

test("outside of its times nobody is on call, and that is said too", async () => {
  const active = [{ weekdays: ["monday:friday"], times: [{ start_time: "09:00", end_time: "18:00" }] }];
  await open(daily({ active }), "2026-12-04T12:00");
  await jump("2026-12-04T18:00");
  await jump("2026-12-06T12:00");
  await jump("2026-12-07T09:00");
  expect(said()).toEqual(["On call db: Li hands over to nobody", "On call db: Li begins"]);
});

test("a reload that puts somebody else there is a change of hands; a rotation that is gone is forgotten", async () => {
  await open(daily(), "2026-12-01T12:00");
  const rotation = { people: ["dingtalk:3", "dingtalk:1"], every: "1w", starts: "2026-11-30T09:00" };
  file = daily({ rotation });
  handovers.wake();
  await scenario.clock.advance(1_000);
  expect(said()).toEqual(["Hand-over db: Li → Wang"]);
  file = [];
  handovers.wake();
  await jump("2026-12-09T12:00");
  expect(said()).toEqual([]);
  expect([...onCall.tables.duties.values()]).toEqual([]);
});

test("where clocks are moved a shift begins by the clock on the wall", async () => {
  const rotation = { people: ["dingtalk:1", "dingtalk:2"], every: "1d", starts: "2026-03-27T09:00" };
  await open(daily({ timezone: "Europe/Berlin", rotation }), "2026-03-29T14:59");
  await scenario.clock.advance(at("2026-03-29T09:00", "Europe/Berlin") - scenario.clock.now() - 1);
  expect(said()).toEqual([]);
  await scenario.clock.advance(1);
  expect(said()).toEqual(["Hand-over db: Li → Zhang"]);
  expect(new Date(scenario.clock.now()).toISOString()).toBe("2026-03-29T07:00:00.000Z");
});
