/** Charts that people ask for: what is drawn of which series, and what rules say of them. */
import { afterEach, describe, expect, it } from "vitest";
import { incidentChart } from "../../alerts/incidents/incident-chart.ts";
import { Road } from "../support/road.ts";

let road: Road;
afterEach(() => road.close());

const MINUTE = 60_000;

describe("a chart", () => {
  it("has a picture beside the words, with the threshold of the rule about the same series and when it fired", async () => {
    road = await Road.open();
    await road.say("新建规则 热: cpu_usage_percent > 80");
    await road.clock.advance(10 * MINUTE);
    await road.burn();
    await road.clock.advance(2 * MINUTE);
    const said = await road.say("图 cpu 30分钟");
    expect(said).toContain("最高 95");
    expect(road.cards[0]?.image).toBe("/api/pictures/1.png");
    const [chart] = road.charts;
    const now = road.clock.now();
    expect(chart).toMatchObject({
      title: "CPU 使用率",
      from: now - 30 * MINUTE,
      to: now,
      unit: "percent",
      thresholds: [80],
      more: 0,
      zone: "Asia/Shanghai",
      locale: "zh-CN",
    });
    expect(chart?.firing).toHaveLength(1);
    expect(chart?.firing[0]?.from).toBeGreaterThan(now - 5 * MINUTE);
    expect(Math.max(...Array.from(chart?.lines[0]?.values ?? []))).toBe(95);
  });

  it("of a comparison shows the whole series, the limit and when it was beyond", async () => {
    road = await Road.open();
    await road.clock.advance(10 * MINUTE);
    await road.say("图 disk_usage_percent > 60 20分钟");
    const [chart] = road.charts;
    expect(chart?.title).toBe("disk_usage_percent > 60");
    expect(chart?.thresholds).toEqual([60]);
    expect(chart?.firing).toHaveLength(1);
  });

  it("of nothing has no picture", async () => {
    road = await Road.open();
    await road.say("图 nothing_of_the_kind 1h");
    expect(road.charts).toEqual([]);
    expect(road.cards[0]?.image).toBeUndefined();
  });

  it("of an incident shows only what fired, around the time it did", async () => {
    road = await Road.open();
    await road.say("新建规则 热: cpu_usage_percent > 80");
    await road.clock.advance(60 * MINUTE);
    await road.burn();
    await road.clock.advance(10 * MINUTE);
    const { alerts, rules, series } = road.world;
    const [incident] = [...alerts.book.index.open.values()].filter(({ title }) => title.startsWith("热"));
    if (incident === undefined) throw new Error("there is no incident");
    const chart = await incidentChart(incident, alerts.book.members(incident.id), road.clock.now(), {
      series,
      zone: "Asia/Shanghai",
      locale: "zh-CN",
      breathe: async () => {},
      ruleOf(id) {
        const rule = rules.find(id);
        return rule?.kind === "promql" ? { expr: rules.compiled(rule), unit: "percent" } : undefined;
      },
    });
    expect(chart).toMatchObject({
      title: `#${incident.id} ${incident.title}`,
      thresholds: [80],
      to: road.clock.now(),
    });
    expect(chart?.lines).toHaveLength(1);
    const [fired] = chart?.firing ?? [];
    expect((fired?.from ?? 0) - (chart?.from ?? 0)).toBeGreaterThan(25 * MINUTE);
    expect(fired?.to).toBe(road.clock.now());
  });
});
