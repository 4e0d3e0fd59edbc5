/** The clock jumps an hour under a house at work: looks, samples and judging together, on real series. */
import { describe, expect, it, onTestFinished } from "vitest";
import { watchRules } from "../../alerts/evaluation/watch-rules.ts";
import { openAlerts } from "../../alerts/open-alerts.ts";
import { createMonitorSchema } from "../../monitors/index.ts";
import type { Look } from "../../monitors/monitor.ts";
import { createMonitorBook } from "../../monitors/monitor-book.ts";
import { createNetwork } from "../../monitors/network.ts";
import { watch as createWatch } from "../../monitors/watch.ts";
import { openRuleBook } from "../../rules/rule-book.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import { openSeries } from "../../storage/series-store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RecordingChannel } from "../support/recording-channel.ts";
import { lineOf } from "../support/scenario.ts";
import { invented } from "../support/watched-world.ts";

const HOUR = 3_600_000;
const M = 60_000;

/** Two things that are looked at every 10 s, and rules of every sort on them. */
async function openHouse() {
  const clock = new FakeClock();
  const store = memoryStore(clock);
  const series = await openSeries({ clock, log: silentLog });
  const world = { hot: 95, cold: 5, count: 0, lookFails: false };
  const look = async (): Promise<Look> => {
    if (world.lookFails) throw new Error("cannot look");
    world.count += 10;
    return {
      readings: [
        { name: "thing_value", value: world.hot, labels: { part: "hot" } },
        { name: "thing_value", value: world.cold, labels: { part: "cold" } },
        { name: "thing_total", value: world.count },
      ],
    };
  };
  const kinds = { thing: invented("thing", look) };
  const monitors = createMonitorBook(store, kinds);
  const rules = openRuleBook(store);
  const console = new RecordingChannel();
  const source = { kind: "chat", person: "console:boss", conversation: "console:ops", at: 0 } as const;
  const rule = (name: string, expr: string, forMs = 0) =>
    ({ kind: "promql", name, expr, forMs, keepFiringForMs: 0, labels: {}, annotations: {} }) as const;
  await store.commit((change) => {
    const spec = createMonitorSchema(kinds).parse({ name: "thing", kind: "thing", interval: "10s" });
    monitors.add(change, spec, source);
    for (const draft of [
      rule("hot", "thing_value > 80"),
      rule("hot on average", "avg_over_time(thing_value[5m]) > 80"),
      rule("gone", "absent(thing_value)"),
      rule("gone for long", "absent_over_time(thing_total[2m])"),
      rule("down", "up == 0"),
      rule("stuck", "increase(thing_total[2m]) == 0"),
      // A window that has just begun to fill gives a low rate, as in Prometheus; a `for` of its length covers that.
      rule("reset", "rate(thing_total[2m]) < 0.5", 2 * M),
      rule("patient", "thing_value > 80", 5 * M),
    ])
      rules.add(change, draft, { ...source, text: draft.name });
  });
  const alerts = openAlerts({
    store,
    rules: watchRules(rules, series),
    channels: { console },
    clock,
    log: silentLog,
    locale: "en",
    zone: "Asia/Shanghai",
    random: () => 0,
  });
  const watch = createWatch({
    book: monitors,
    sink: series,
    clock,
    log: silentLog,
    random: () => 0,
    world: { network: createNetwork(), elapsed: () => clock.elapsed },
    kinds,
  });
  watch.start();
  // What is judged first has a past already.
  await clock.advance(5 * M);
  await alerts.start();
  onTestFinished(async () => {
    await Promise.all([watch.stop(), alerts.stop(0), clock.advance(0)]);
    await series.close();
  });
  let seen = 0;
  return {
    clock,
    world,
    series,
    alerts,
    news(): string[] {
      const lines = console.shown.slice(seen).map(lineOf);
      seen = console.shown.length;
      return lines.sort();
    },
    /** Samples of one series in the last so many milliseconds of the clock, and that none lies in the future. */
    samplesIn(ms: number): number {
      const now = clock.now();
      const [one] = series.select([{ name: "__name__", op: "=", value: "thing_total" }]);
      if (one === undefined) return 0;
      expect(one.at(one.length - 1)).toBeLessThanOrEqual(now);
      return one.indexAt(now) - one.indexAt(now - ms);
    },
  };
}

const FIRED = ["post console:ops firing #1 hot", "post console:ops firing #2 hot on average"];

describe.each([
  ["forward", HOUR],
  ["back", -HOUR],
])("a clock that is set an hour %s", (_way, byMs) => {
  it("invents nothing, resolves nothing, repeats nothing, and the samples flow on", async () => {
    const house = await openHouse();
    await house.clock.advance(3 * M);
    expect(house.news()).toEqual(FIRED);

    house.clock.set(house.clock.now() + byMs);
    await house.clock.advance(M);
    expect(house.news()).toEqual([]);
    // Every 10 s one, the jump or not.
    expect(house.samplesIn(50_000)).toBe(5);

    // Both keep firing. The patient one is right to fire: it has been hot for longer than its `for` by any clock.
    await house.clock.advance(12 * M);
    expect(house.news()).toEqual(["post console:ops firing #3 patient"]);
    expect(house.samplesIn(10 * M)).toBe(60);
    expect(house.alerts.stats().incidents).toBe(3);

    // And what happens now is seen.
    house.world.hot = 20;
    await house.clock.advance(7 * M);
    expect(house.news()).toEqual([
      "edit console:ops resolved #1 hot",
      "edit console:ops resolved #2 hot on average",
      "edit console:ops resolved #3 patient",
    ]);
  });

  it("hides no failure that begins with it", async () => {
    const house = await openHouse();
    await house.clock.advance(3 * M);
    house.news();
    house.clock.set(house.clock.now() + byMs);
    house.world.lookFails = true;
    await house.clock.advance(12 * M);
    // What nobody sees any more is not well: the cards say that there is no data, and nothing is resolved by it.
    expect(house.news()).toEqual([
      "edit console:ops firing #1 hot",
      "edit console:ops firing #2 hot on average",
      "post console:ops firing #3 gone",
      "post console:ops firing #4 gone for long",
      "post console:ops firing #5 down",
    ]);
  });

  it("and back again, many times, ends where it began", async () => {
    const house = await openHouse();
    await house.clock.advance(3 * M);
    expect(house.news()).toEqual(FIRED);
    for (let i = 0; i < 6; i++) {
      house.clock.set(house.clock.now() + (i % 2 === 0 ? byMs : -byMs));
      await house.clock.advance(2 * M);
    }
    await house.clock.advance(8 * M);
    expect(house.news().filter((line) => !line.includes("patient"))).toEqual([]);
    expect(house.samplesIn(5 * M)).toBe(30);
  });
});
