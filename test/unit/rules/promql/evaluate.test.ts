/** PromQL where our words or those of Prometheus 3 count and `promtool` of Debian cannot be asked. */
import { describe, expect, it } from "vitest";
import { compile } from "../../../../rules/promql/compile.ts";
import { evaluate } from "../../../../rules/promql/evaluate.ts";
import { functions } from "../../../../rules/promql/functions/index.ts";
import { formatLabels, type Labels } from "../../../../storage/labels.ts";
import { emptySeries, seriesOf } from "../../../support/series.ts";
import { EXPRESSIONS } from "./prometheus-expressions.ts";

const source = seriesOf({
  'cpu{host="a"}': "10 20 30 40 50 60 70 80 90 100 110",
  'counter{a="1"}': "10 20 30 40 50 60",
  'gone{a="1"}': "1 2",
});
const MINUTE = 60_000;

function value(expr: string, at: number, lookbackMs?: number): Record<string, number> | number {
  const result = evaluate(compile(expr), source, at, lookbackMs === undefined ? {} : { lookbackMs });
  if (result.type === "scalar") return result.value;
  return Object.fromEntries(result.elements.map((one) => [formatLabels(one.labels), one.value]));
}

describe("ranges are open on the left, as since Prometheus 3", () => {
  it.each([
    ["count_over_time(cpu[5m])", 5 * MINUTE, { '{host="a"}': 5 }],
    ["count_over_time(cpu[5m])", 5 * MINUTE + 1, { '{host="a"}': 5 }],
    ["count_over_time(cpu[1m])", 3 * MINUTE, { '{host="a"}': 1 }],
    ["sum_over_time(cpu[2m] offset 1m)", 5 * MINUTE, { '{host="a"}': 90 }],
    ["sum_over_time(cpu[2m] offset -1m)", 5 * MINUTE, { '{host="a"}': 130 }],
    ["last_over_time(cpu[1m])", 10 * MINUTE + 59_999, { 'cpu{host="a"}': 110 }],
    ["last_over_time(cpu[1m])", 11 * MINUTE, {}],
    ["avg_over_time(cpu[120])", 3 * MINUTE, { '{host="a"}': 35 }],
  ])("%s at %i", (expr, at, expected) => {
    expect(value(expr, at)).toEqual(expected);
  });
});

describe("the lookback", () => {
  it.each([
    [MINUTE, { 'gone{a="1"}': 2 }],
    [6 * MINUTE - 1, { 'gone{a="1"}': 2 }],
    [6 * MINUTE, {}],
  ])("5 minutes unless told, at %i", (at, expected) => {
    expect(value("gone", at)).toEqual(expected);
  });

  it("as told", () => {
    expect(value("gone", 2 * MINUTE, MINUTE)).toEqual({});
    expect(value("gone", 2 * MINUTE - 1, MINUTE)).toEqual({ 'gone{a="1"}': 2 });
    expect(value("cpu", -1)).toEqual({});
  });
});

describe("rate and increase reach to the edges of the range", () => {
  it.each([
    // Samples at 1m…5m; the first is a minute from the left edge, nearer than 1.1 distances.
    ["increase(counter[5m])", 5 * MINUTE, 50],
    ["rate(counter[5m])", 5 * MINUTE, 50 / 300],
    ["delta(counter[5m])", 5 * MINUTE, 50],
    // Samples at 0…5m and 5 minutes of nothing before: half a distance, but not below zero.
    ["increase(counter[10m])", 5 * MINUTE, 55],
    ["irate(counter[10m])", 5 * MINUTE, 10 / 60],
  ])("%s", (expr, at, expected) => {
    const found = value(expr, at) as Record<string, number>;
    expect(Object.keys(found)).toEqual(['{a="1"}']);
    expect(found['{a="1"}']).toBeCloseTo(expected, 10);
  });
});

describe("names of metrics", () => {
  it.each([
    ["cpu > 5", 'cpu{host="a"}'],
    ["cpu > bool 5", '{host="a"}'],
    ["cpu + 0", '{host="a"}'],
    ["-cpu", '{host="a"}'],
    ["+cpu", 'cpu{host="a"}'],
    ["abs(cpu)", '{host="a"}'],
    ["cpu and cpu", 'cpu{host="a"}'],
    ["sort(cpu)", 'cpu{host="a"}'],
    ["topk(1, cpu)", 'cpu{host="a"}'],
    ["max(cpu) by (__name__)", "cpu"],
    ["cpu atan2 1", '{host="a"}'],
    ["first_over_time(cpu[5m])", 'cpu{host="a"}'],
  ])("%s", (expr, labels) => {
    expect(Object.keys(value(expr, 5 * MINUTE) as object)).toEqual([labels]);
  });
});

describe("functions that Debian's promtool does not know", () => {
  it.each([
    ["first_over_time(cpu[3m])", 'cpu{host="a"}', 40],
    ["mad_over_time(cpu[3m])", '{host="a"}', 10],
    ["vector(5m)", "{}", 300],
    ["vector(1_000)", "{}", 1_000],
  ])("%s", (expr, labels, expected) => {
    expect(value(expr, 5 * MINUTE)).toEqual({ [labels]: expected });
  });
});

it("gives the same label objects again, so that nothing is computed twice for them", () => {
  const expr = compile("sum by (host) (cpu + 1)");
  const labels = () => {
    const result = evaluate(expr, source, 5 * MINUTE);
    return result.type === "vector" ? result.elements[0]?.labels : undefined;
  };
  expect(labels()).toEqual({ host: "a" });
  expect(labels()).toBe(labels());
});

it("keeps labels with names that objects have of their own", () => {
  const odd = emptySeries();
  odd.append(JSON.parse('{"__name__":"x","__proto__":"1","constructor":"2"}'), 0, 5);
  odd.append({ __name__: "x", toString: "3" } as unknown as Labels, 0, 6);
  const result = evaluate(compile("sum by (__proto__, constructor, toString) (x)"), odd, 1_000);
  const labels = result.type === "vector" ? result.elements.map((one) => formatLabels(one.labels)) : [];
  expect(labels).toEqual(['{__proto__="1", constructor="2"}', '{toString="3"}']);
});

it("has every function of the table in some test against a real Prometheus, or above", () => {
  const own = ["first_over_time", "mad_over_time"];
  const untested = [...functions.keys()].filter(
    (name) => !own.includes(name) && !EXPRESSIONS.some((expr) => expr.includes(`${name}(`)),
  );
  expect(untested).toEqual([]);
});
