/** A rule tried on the past: the same judge and step as in the present. */
import { describe, expect, it } from "vitest";
import { backtest, type Trial } from "../../../../alerts/evaluation/backtest.ts";
import { judge } from "../../../../rules/judge.ts";
import { compileRule } from "../../../../rules/promql/compile.ts";
import { seriesOf } from "../../../support/series.ts";

const M = 60_000;
const breathe = async (): Promise<void> => {};

function trial(expr: string, rows: Record<string, string>, over: Partial<Trial> = {}): Trial {
  const compiled = compileRule(expr);
  const series = seriesOf(rows);
  return { forMs: 0, keepFiringForMs: 0, intervalMs: M, judge: (at) => judge(compiled, series, at), ...over };
}

describe("backtest", () => {
  it("finds each time the rule would have fired", async () => {
    const rule = trial("cpu > 80", { 'cpu{host="a"}': "10x9 95x4 10x9 95x9", 'cpu{host="b"}': "10x39" });
    const result = await backtest(rule, { from: 0, to: 34 * M }, breathe);
    expect(result).toMatchObject({ fired: 2, judged: 35, from: 0, to: 34 * M, stepMs: M });
    expect(result.firings).toEqual([
      { labels: { host: "a" }, since: 10 * M, until: 15 * M },
      { labels: { host: "a" }, since: 25 * M },
    ]);
  });

  it("keeps to the for", async () => {
    const rows = { cpu: "10x9 95x4 10x9 95x9" };
    expect(
      (await backtest(trial("cpu > 80", rows, { forMs: 5 * M }), { from: 0, to: 34 * M }, breathe)).fired,
    ).toBe(1);
    expect(
      (await backtest(trial("cpu > 80", rows, { forMs: 4 * M }), { from: 0, to: 34 * M }, breathe)).fired,
    ).toBe(2);
    expect(
      (await backtest(trial("cpu > 80", rows, { forMs: 10 * M }), { from: 0, to: 34 * M }, breathe)).fired,
    ).toBe(0);
  });

  it("does not end a firing where the record has a hole", async () => {
    const rule = trial("cpu > 80", { cpu: "95x4 _x20 95x4 10x4" });
    const result = await backtest(rule, { from: 0, to: 33 * M }, breathe);
    expect(result.firings).toEqual([{ labels: {}, since: 0, until: 30 * M }]);
  });

  it("counts only what is on record", async () => {
    const rule = trial("cpu > 80", { cpu: "_x30 10x29" });
    expect(await backtest(rule, { from: 0, to: 59 * M }, breathe)).toMatchObject({
      fired: 0,
      judged: 30,
      from: 30 * M,
    });
    const nothing = await backtest(trial("other > 1", { cpu: "1x5" }), { to: 100 * M, from: 0 }, breathe);
    expect(nothing).toMatchObject({ fired: 0, judged: 0, from: 100 * M, to: 100 * M });
  });

  it("looks at most 1,500 times, at most a day back unless told, never more often than the interval", async () => {
    let looks = 0;
    const counting = (intervalMs: number): Trial => ({
      forMs: 0,
      keepFiringForMs: 0,
      intervalMs,
      judge: () => {
        looks++;
        return { findings: [], hasData: () => true, blindReason: () => ({ zh: "", en: "" }) };
      },
    });
    const result = await backtest(counting(15_000), { to: 100 * 86_400_000 }, breathe);
    expect(looks).toBeLessThanOrEqual(1_500);
    expect(looks).toBeGreaterThan(1_400);
    expect(result.to - result.from).toBeLessThanOrEqual(86_400_000);
    looks = 0;
    await backtest(counting(3_600_000), { from: 0, to: 86_400_000, stepMs: 1_000 }, breathe);
    expect(looks).toBe(25);
  });

  it("lists twenty and counts all", async () => {
    const rows = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`cpu{host="${i}"}`, "95x3"]));
    const result = await backtest(trial("cpu > 80", rows), { from: 0, to: 3 * M }, breathe);
    expect([result.fired, result.firings.length]).toEqual([30, 20]);
  });
});
