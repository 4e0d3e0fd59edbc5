/** Real rules on real series, in Chinese: from samples to cards. */
import { describe, expect, it } from "vitest";
import { watchRules } from "../../alerts/evaluation/watch-rules.ts";
import { type Alerts, openAlerts } from "../../alerts/open-alerts.ts";
import type { RuleSource } from "../../rules/rule.ts";
import { openRuleBook, type RuleBook, type RuleDraft } from "../../rules/rule-book.ts";
import { silentLog } from "../../storage/log.ts";
import { memoryStore } from "../../storage/memory-store.ts";
import type { Store } from "../../storage/store.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { RecordingChannel } from "../support/recording-channel.ts";
import { lineOf } from "../support/scenario.ts";
import { emptySeries } from "../support/series.ts";

const source: RuleSource = {
  kind: "chat",
  person: "console:boss",
  conversation: "console:night",
  at: 0,
  text: "CPU使用率超过80%持续1分钟告警",
};
const hot: RuleDraft = {
  kind: "promql",
  name: "CPU 过高",
  expr: "cpu_usage_percent > 80",
  forMs: 60_000,
  keepFiringForMs: 0,
  labels: { severity: "critical", team: "ops-{{ $labels.host }}" },
  annotations: { summary: "{{ $labels.host }} 的 CPU 是 {{ $value }}%" },
};

class House {
  readonly clock = new FakeClock();
  readonly store: Store = memoryStore(this.clock);
  readonly series = emptySeries();
  readonly rules: RuleBook = openRuleBook(this.store);
  readonly console = new RecordingChannel();
  readonly alerts: Alerts = openAlerts({
    store: this.store,
    rules: watchRules(this.rules, this.series),
    channels: { console: this.console },
    clock: this.clock,
    log: silentLog,
    locale: "zh-CN",
    zone: "Asia/Shanghai",
    random: () => 0,
  });
  #seen = 0;

  add(draft: RuleDraft): Promise<unknown> {
    return this.store.commit((change) => this.rules.add(change, draft, source));
  }

  /** Every 10 s a sample of each host, for so long. */
  async feed(forMs: number, values: Readonly<Record<string, number>>): Promise<void> {
    for (let passed = 0; passed < forMs; passed += 10_000) {
      for (const [host, value] of Object.entries(values))
        this.series.append({ __name__: "cpu_usage_percent", host }, this.clock.now(), value);
      await this.clock.advance(10_000);
    }
  }

  news(): string[] {
    const lines = this.console.shown.slice(this.#seen).map(lineOf);
    this.#seen = this.console.shown.length;
    return lines;
  }
}

const M = 60_000;

describe("rules on series", () => {
  it("fire in the conversation they were made in, with what was found filled in", async () => {
    const house = new House();
    await house.add(hot);
    await house.alerts.start();
    await house.feed(2 * M, { web1: 50, web2: 95 });
    expect(house.news()).toEqual(["post console:night firing #1 CPU 过高"]);
    const card = house.console.shown[0]?.card;
    expect(card?.severity).toBe("critical");
    expect(card?.fields?.map(({ name, value }) => `${name}=${value}`)).toEqual([
      "内容=web2 的 CPU 是 95%",
      "位置=host=web2, team=ops-web2",
      "数值=95%",
      expect.stringContaining("开始=11-25 10:01"),
    ]);
    await house.feed(M, { web1: 50, web2: 10 });
    expect(house.news()).toEqual(["edit console:night resolved #1 CPU 过高"]);
    await house.alerts.stop(0);
  });

  it("never take a machine that went silent for one that is well, and say since when", async () => {
    const house = new House();
    await house.add(hot);
    await house.alerts.start();
    await house.feed(2 * M, { web1: 50, web2: 95 });
    house.news();
    await house.feed(20 * M, { web1: 50 });
    expect(house.news()).toEqual(["edit console:night firing #1 CPU 过高"]);
    const blind = house.console.shown.at(-1)?.card.fields?.find(({ name }) => name === "无数据");
    expect(blind?.value).toMatch(/^没有数据：cpu_usage_percent，最后一次在 5分.*前$/);
    await house.feed(M, { web1: 50, web2: 20 });
    expect(house.news()).toEqual(["edit console:night resolved #1 CPU 过高"]);
    await house.alerts.stop(0);
  });

  it.each([3_600_000, -3_600_000])("bear a clock that jumps by %i ms", async (byMs) => {
    const house = new House();
    await house.add(hot);
    await house.add({ ...hot, name: "一直好", expr: 'cpu_usage_percent{host="web1"} > 80', forMs: 0 });
    await house.alerts.start();
    // An hour before the jump everything burned and was resolved: it must not burn again.
    await house.feed(10 * M, { web1: 95, web2: 95 });
    await house.feed(50 * M, { web1: 50, web2: 50 });
    await house.feed(5 * M, { web1: 50, web2: 95 });
    expect(house.news().filter((line) => line.startsWith("post"))).toHaveLength(3);
    house.clock.set(house.clock.now() + byMs);
    await house.feed(20 * M, { web1: 50, web2: 95 });
    expect(house.news().filter((line) => !line.includes("firing #3"))).toEqual([]);
    expect(house.alerts.book.activeIncidents().map(({ id }) => id)).toEqual([3]);
    await house.alerts.stop(0);
  });

  it("end with their rule when it is removed, even if nobody ended them", async () => {
    const house = new House();
    await house.add(hot);
    await house.alerts.start();
    await house.feed(2 * M, { web1: 95 });
    await house.store.commit((change) => house.rules.remove(change, 1));
    await house.clock.advance(1_000);
    expect(house.news()).toEqual([
      "post console:night firing #1 CPU 过高",
      "edit console:night resolved #1 CPU 过高",
    ]);
    expect(house.alerts.ruleHealth(1)).toBeUndefined();
    await house.alerts.stop(0);
  });

  it("remind at their time, in their own zone", async () => {
    const house = new House();
    const remind = { kind: "cron", name: "备份", labels: {}, annotations: {}, text: "检查备份" } as const;
    await house.add({ ...remind, cron: "30 10 * * *", zone: "Asia/Shanghai" });
    await house.add({ ...remind, name: "UTC", cron: "45 2 * * *", zone: "UTC" });
    await house.alerts.start();
    await house.clock.advance(29 * M);
    expect(house.news()).toEqual([]);
    await house.clock.advance(2 * M);
    expect(house.news()).toEqual(["post console:night text 备份"]);
    await house.clock.advance(24 * 60 * M);
    expect(house.news()).toEqual(["post console:night text UTC", "post console:night text 备份"]);
    await house.alerts.stop(0);
  });
});
