/** Ten thousand rules and ten thousand alerts: the bounds are loose, the figures are printed by bench/. */
import { describe, expect, it } from "vitest";
import { watchRules } from "../../../alerts/evaluation/watch-rules.ts";
import { openAlerts } from "../../../alerts/open-alerts.ts";
import { openRuleBook } from "../../../rules/rule-book.ts";
import { silentLog } from "../../../storage/log.ts";
import { memoryStore } from "../../../storage/memory-store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { RecordingChannel } from "../../support/recording-channel.ts";
import { emptySeries } from "../../support/series.ts";

const MANY = 10_000;

async function house(rules: number) {
  const clock = new FakeClock();
  const store = memoryStore(clock);
  const series = emptySeries();
  const book = openRuleBook(store);
  await store.commit((change) => {
    for (let i = 0; i < rules; i++) {
      const expr = rules === 1 ? "load > 80" : `load{host="h${i}"} > 80`;
      const rule = {
        kind: "promql",
        name: `r${i}`,
        labels: {},
        annotations: {},
        expr,
        forMs: 0,
        keepFiringForMs: 0,
      } as const;
      book.add(change, rule, { kind: "file", group: "g" });
    }
  });
  const channel = new RecordingChannel();
  const alerts = openAlerts({
    store,
    rules: watchRules(book, series),
    channels: { console: channel },
    clock,
    log: silentLog,
    locale: "zh-CN",
    zone: "Asia/Shanghai",
    random: () => 0,
  });
  const labels = Array.from({ length: MANY }, (_, i) => ({ __name__: "load", host: `h${i}`, job: "node" }));
  const feed = (value: number): void => {
    for (const one of labels) series.append(one, clock.now(), value);
  };
  const round = async (): Promise<number> => {
    clock.set(clock.now() + 15_000);
    return clock.now();
  };
  return { clock, store, alerts, channel, feed, round };
}

async function cpuMs(act: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe("at scale", () => {
  it("judges ten thousand quiet rules, and ten thousand that all fire, in one commit each", async () => {
    const { alerts, feed, round } = await house(MANY);
    const times: Record<string, number> = {};
    for (const [name, value] of [
      ["first", 1],
      ["warm", 1],
      ["quiet", 1],
      ["fire", 99],
      ["still firing", 99],
      ["firing on", 99],
      ["resolve", 1],
    ] as const) {
      const at = await round();
      feed(value);
      times[name] = await cpuMs(() => alerts.evaluateDue(at));
    }
    console.log("10,000 rules, CPU ms:", times);
    expect(alerts.book.index.closed.size).toBe(MANY);
    expect(times["quiet"]).toBeLessThan(1_000);
    expect(times["firing on"]).toBeLessThan(1_000);
  });

  it("holds ten thousand alerts of one rule in one incident, with one card", async () => {
    const { alerts, channel, clock, feed, round } = await house(1);
    const times: Record<string, number> = {};
    for (const [name, value] of [
      ["quiet", 1],
      ["fire", 99],
      ["firing on", 99],
    ] as const) {
      const at = await round();
      feed(value);
      times[name] = await cpuMs(() => alerts.evaluateDue(at));
    }
    times["deliver"] = await cpuMs(() => alerts.courier.deliverDue(clock.now()));
    console.log("1 rule, 10,000 alerts, CPU ms:", times);
    expect(alerts.book.activeIncidents()).toMatchObject([{ id: 1, active: MANY, peak: MANY }]);
    expect(channel.shown).toHaveLength(1);
    expect(channel.shown[0]?.card.text).toContain("还有 9995 条");
  });
});
