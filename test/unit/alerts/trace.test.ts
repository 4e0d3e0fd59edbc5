/** What a chart shows of an expression: the measured series, its thresholds, and when it was beyond them. */
import { describe, expect, it } from "vitest";
import { trace } from "../../../alerts/charts/trace.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { series, seriesOf } from "../../support/series.ts";

const MINUTE = 60_000;
const breathe = async (): Promise<void> => {};

describe("the lines of an expression", () => {
  it("are the samples themselves where it names a series, and the limit is a threshold", async () => {
    const source = series("cpu", "10 20 90 95 30 10");
    const traced = await trace(compile("cpu > 80"), source, { from: 0, to: 5 * MINUTE }, { breathe });
    expect(traced.lines).toEqual([
      { name: "", at: [0, 1, 2, 3, 4, 5].map((i) => i * MINUTE), values: [10, 20, 90, 95, 30, 10] },
    ]);
    expect(traced.thresholds).toEqual([80]);
    expect(traced.beyond).toEqual([{ from: 2 * MINUTE, to: 4 * MINUTE }]);
  });

  it.each([
    ["80 < cpu", [80]],
    ["cpu > 80 and cpu < 95", [80]],
    ["cpu > 2 * 40", [80]],
    ["cpu > bool 80", []],
    ["cpu", []],
  ])("%s is compared with %j", async (expr, thresholds) => {
    const traced = await trace(
      compile(expr),
      series("cpu", "1x10"),
      { from: 0, to: 10 * MINUTE },
      { breathe },
    );
    expect(traced.thresholds).toEqual(thresholds);
    expect(traced.lines).toHaveLength(1);
  });

  it("are looked at over the whole span where it is more than a name", async () => {
    const source = series("requests_total", "0+60x60");
    const span = { from: 10 * MINUTE, to: 60 * MINUTE };
    const { lines } = await trace(compile("rate(requests_total[5m]) > 5"), source, span, { breathe });
    expect(lines[0]?.values).toHaveLength(240);
    expect(lines[0]?.at[0]).toBe(span.from);
    expect(lines[0]?.at[239]).toBe(span.to);
    expect(lines[0]?.values[100]).toBeCloseTo(1);
  });

  it("have a gap where samples are missing for longer than a look goes back", async () => {
    const source = series("cpu", "1 1 _x9 1");
    const { lines } = await trace(compile("cpu"), source, { from: 0, to: 20 * MINUTE }, { breathe });
    expect(lines[0]?.values).toEqual([1, 1, Number.NaN, 1]);
    expect(lines[0]?.at[2]).toBe(6 * MINUTE);
  });

  it("are the six that went furthest, and the others are counted", async () => {
    const rows = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`disk{mount="/${i}",host="a"}`, `${i}x5`]),
    );
    const upwards = await trace(
      compile("disk > 3"),
      seriesOf(rows),
      { from: 0, to: 5 * MINUTE },
      { breathe },
    );
    expect(upwards.lines.map(({ name }) => name)).toEqual(["/8", "/7", "/6", "/5", "/4", "/3"]);
    expect(upwards.more).toBe(3);
    const downwards = await trace(
      compile("disk < 3"),
      seriesOf(rows),
      { from: 0, to: 5 * MINUTE },
      { breathe },
    );
    expect(downwards.lines.map(({ name }) => name)).toEqual(["/0", "/1", "/2", "/3", "/4", "/5"]);
  });

  it("are only those that are wanted", async () => {
    const source = seriesOf({ 'up{job="a"}': "1x5", 'up{job="b"}': "0x5" });
    const wants = (labels: Readonly<Record<string, string>>): boolean => labels["job"] === "b";
    for (const expr of ["up == 0", "avg_over_time(up[1m]) == 0"]) {
      const { lines, more } = await trace(
        compile(expr),
        source,
        { from: 0, to: 5 * MINUTE },
        { wants, breathe },
      );
      expect(lines.map(({ name }) => name)).toEqual([""]);
      expect(more).toBe(0);
    }
  });
});
