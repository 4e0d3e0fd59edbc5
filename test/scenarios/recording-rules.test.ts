/** Recording rules and the alerts that are judged by what they write: in order, known to be over, blind, restarted. */
import { describe, expect, it } from "vitest";
import { watchRules } from "../../alerts/evaluation/watch-rules.ts";
import { type Alerts, openAlerts } from "../../alerts/open-alerts.ts";
import { compile } from "../../rules/promql/compile.ts";
import { evaluate } from "../../rules/promql/evaluate.ts";
import { openRuleBook, type RuleBook } from "../../rules/rule-book.ts";
import { ruleGroupsSchema } from "../../rules/rule-groups.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import type { Store } from "../../storage/store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RecordingChannel } from "../support/recording-channel.ts";
import { lineOf } from "../support/scenario.ts";
import { emptySeries } from "../support/series.ts";

const SHOP = [
  {
    name: "shop",
    rules: [
      { record: "job:errors:sum", expr: "sum by (job) (errors)" },
      { record: "job:errors:many", expr: "job:errors:sum > 10" },
      { alert: "Many errors", expr: "job:errors:many", labels: { severity: "critical" } },
    ],
  },
];

class House {
  readonly clock = new FakeClock();
  readonly store: Store = memoryStore(this.clock);
  readonly series = emptySeries();
  readonly rules: RuleBook = openRuleBook(this.store);
  readonly console = new RecordingChannel();
  alerts: Alerts;
  #seen = 0;

  constructor() {
    this.alerts = this.#open(this.store);
  }

  #open(store: Store): Alerts {
    return openAlerts({
      store,
      rules: watchRules(this.rules, this.series),
      channels: { console: this.console },
      clock: this.clock,
      log: silentLog,
      locale: "en",
      zone: "Asia/Shanghai",
      random: () => 0,
    });
  }

  async sync(groups: unknown): Promise<void> {
    await this.store.commit((change) => this.rules.syncFileRules(change, ruleGroupsSchema.parse(groups)));
  }

  /** Every 10 s a sample of each job, for so long. */
  async feed(forMs: number, values: Readonly<Record<string, number>>): Promise<void> {
    for (let passed = 0; passed < forMs; passed += 10_000) {
      for (const [job, value] of Object.entries(values))
        this.series.append({ __name__: "errors", job, host: "a" }, this.clock.now(), value);
      await this.clock.advance(10_000);
    }
  }

  values(expr: string): Record<string, number> {
    const result = evaluate(compile(expr), this.series, this.clock.now());
    const elements = result.type === "scalar" ? [] : result.elements;
    return Object.fromEntries(elements.map(({ labels, value }) => [labels["job"] ?? "", value]));
  }

  news(): string[] {
    const lines = this.console.shown.slice(this.#seen).map(lineOf);
    this.#seen = this.console.shown.length;
    return lines;
  }
}

const M = 60_000;

async function open(groups: unknown = SHOP): Promise<House> {
  const house = new House();
  await house.sync(groups);
  await house.alerts.start();
  return house;
}

describe("recording rules", () => {
  it("write in the round in which later rules judge by it", async () => {
    const house = await open();
    await house.feed(M, { pay: 3, cart: 50 });
    expect(house.values("job:errors:sum")).toEqual({ pay: 3, cart: 50 });
    expect(house.news()).toEqual(["post console:ops firing #1 Many errors"]);
    expect(house.alerts.ruleHealth(1)).toMatchObject({ state: "ok", found: 2 });
    expect(house.alerts.ruleHealth(2)).toMatchObject({ state: "ok", found: 1 });
    await house.alerts.stop(0);
  });

  it("end what is known to be over, so that the alert recovers at once and not in five minutes", async () => {
    const house = await open();
    await house.feed(M, { cart: 50 });
    await house.feed(M, { cart: 5 });
    expect(house.values("job:errors:many")).toEqual({});
    expect(house.news().at(-1)).toBe("edit console:ops resolved #1 Many errors");
    // And it begins again as if it had never ended.
    await house.feed(M, { cart: 60 });
    expect(house.values("job:errors:many")).toEqual({ cart: 60 });
    await house.alerts.stop(0);
  });

  it("are blind where their source is: the alert has no data, and has not recovered", async () => {
    const house = await open();
    await house.feed(M, { cart: 50 });
    house.news();
    await house.clock.advance(4 * M);
    expect(house.values("job:errors:many")).toEqual({ cart: 50 });
    expect(house.news()).toEqual([]);
    await house.clock.advance(M);
    expect(house.values("job:errors:many")).toEqual({});
    expect(house.alerts.ruleHealth(1)?.state).toBe("nodata");
    expect(house.alerts.book.alertsOf(3)).toMatchObject([
      { state: "nodata", reason: { en: "no data: job:errors:many" } },
    ]);
    await house.alerts.stop(0);
  });

  it("end after a restart what they wrote before", async () => {
    const house = await open();
    await house.feed(M, { cart: 50 });
    // Another life: what is remembered of the series is what is on record.
    const rules = watchRules(house.rules, house.series).byInterval().get(15_000) ?? [];
    house.series.append({ __name__: "errors", job: "cart", host: "a" }, house.clock.now(), 5);
    await house.clock.advance(1);
    for (const rule of rules.slice(0, 2)) rule.judge(house.clock.now());
    expect(house.values("job:errors:many")).toEqual({});
    await house.alerts.stop(0);
  });

  it("fail as a whole beyond the limit of their group, and leave what they wrote", async () => {
    const house = await open([{ ...SHOP[0], limit: 1 }]);
    await house.feed(M, { cart: 5 });
    await house.feed(M, { cart: 6, pay: 1 });
    expect(house.values("job:errors:sum")).toEqual({ cart: 5 });
    expect(house.alerts.ruleHealth(1)).toMatchObject({
      state: "error",
      message: { en: "it finds 2 label sets, more than its limit of 1" },
    });
    await house.alerts.stop(0);
  });

  it("stop when they are gone from the file", async () => {
    const house = await open();
    await house.feed(M, { cart: 5 });
    await house.sync([{ ...SHOP[0], rules: SHOP[0]?.rules.slice(1) }]);
    await house.feed(M, { cart: 6 });
    expect(house.values("job:errors:sum")).toEqual({ cart: 5 });
    expect(house.alerts.ruleHealth(1)).toBeUndefined();
    await house.alerts.stop(0);
  });
});
