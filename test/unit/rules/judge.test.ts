/** Judging: what is found, and whether what is not found is well or only out of sight. */
import { describe, expect, it } from "vitest";
import { explain } from "../../../rules/explain.ts";
import { judge } from "../../../rules/judge.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { PromqlError } from "../../../rules/promql/promql-error.ts";
import type { Labels } from "../../../storage/labels.ts";
import { seriesOf } from "../../support/series.ts";

const MINUTE = 60_000;
/** At 10m `cpu{host="b"}`, `limit` and `errors` have been silent for 8 minutes; `cpu{host="a"}` and `total` live. */
const AT = 10 * MINUTE;
const source = seriesOf({
  'cpu{host="a"}': "90x10",
  'cpu{host="b"}': "95 95 95",
  limit: "80 80 80",
  'errors{host="a",path="/"}': "1 2 3",
  'total{host="a",path="/"}': "0+10x10",
  'total{host="b",path="/"}': "0+10x10",
});

describe("findings", () => {
  it("have no metric name and no paused series", () => {
    expect(judge(compile("cpu > 80"), source, AT).findings).toEqual([{ labels: { host: "a" }, value: 90 }]);
    expect(judge(compile("cpu > 95"), source, AT).findings).toEqual([]);
    expect(judge(compile("vector(1)"), source, AT).findings).toEqual([{ labels: {}, value: 1 }]);
  });

  it("cannot be the same label set twice", () => {
    const both = compile('{__name__=~"cpu|total", host="a"} > 0');
    const twins = seriesOf({ 'cpu{host="a"}': "1", 'total{host="a"}': "1" });
    expect(() => judge(both, twins, 0)).toThrow(PromqlError);
    expect(() => judge(both, twins, 0)).toThrow("the same labels once the metric name is gone");
  });

  it("are not to be had of a number", () => {
    expect(() => judge(compile("1 + 1"), source, AT)).toThrow("vector(…)");
  });
});

const A = { host: "a" };
const B = { host: "b" };

/** Expression, labels that were firing before, whether their absence is knowledge. */
const SIGHT: readonly [expr: string, labels: Labels, known: boolean][] = [
  ["cpu > 99", A, true],
  ["cpu > 99", B, false],
  ["cpu > 99", {}, true],
  ["cpu > 99", { host: "c" }, false],
  ["cpu > 99", { mount: "/" }, true],
  ["nothing > 99", {}, false],
  ["nothing > 99", A, false],
  ["avg_over_time(cpu[5m]) > 99", A, true],
  ["avg_over_time(cpu[5m]) > 99", B, false],
  ["avg_over_time(cpu[9m]) > 99", B, true],
  ["cpu offset 7m > 99", B, true],
  ["cpu offset 3m > 99", B, false],
  ["-cpu > 0", B, false],
  ["(cpu + 1) > 99", A, true],
  // A number has no labels; what is inside it must live all the same.
  ["cpu > scalar(limit)", A, false],
  ["cpu > scalar(sum(total))", A, true],
  ["cpu > time()", A, true],
  // Both sides, by the labels that they are matched on.
  ["errors / ignoring(path) total > 1", A, false],
  ["total / ignoring(path) group_left cpu > 1", { host: "a", path: "/" }, true],
  ["total / on(host) group_left cpu > 1", { host: "b", path: "/" }, false],
  ["cpu / on(host) group_right total > 1", { host: "a", path: "/" }, true],
  ["cpu > 99 and on(host) total > 99", A, true],
  ["cpu > 99 and on(host) errors", A, false],
  ["total > 1000 and on() limit", A, false],
  ["cpu > 99 or limit > 99", B, false],
  ["cpu > 99 or total > 1000", B, true],
  ["cpu unless on(host) errors", A, true],
  ["errors unless on(host) cpu", A, false],
  // Through aggregations and functions.
  ["sum by (host) (total) > 1000", B, true],
  ["sum by (host) (cpu) > 1000", B, false],
  ["sum(cpu) > 1000", {}, true],
  ["topk(1, cpu) > 99", B, false],
  ['count_values("n", cpu) > 5', { n: "90" }, true],
  ['label_replace(cpu, "who", "$1", "host", "(.*)") > 99', { host: "a", who: "a" }, true],
  ['label_replace(cpu, "who", "$1", "host", "(.*)") > 99', { host: "b", who: "b" }, false],
  ['label_replace(cpu, "host", "z", "host", "a") > 99', { host: "z" }, true],
  ["histogram_quantile(0.9, sum by (le) (nothing)) > 1", {}, false],
  // Asking for absence always gets an answer.
  ["absent(nothing)", {}, true],
  ["absent_over_time(nothing[5m])", {}, true],
  ["absent(nothing) and on() cpu", {}, true],
  ["vector(1) > 2", {}, true],
];

describe("hasData", () => {
  it.each(SIGHT)("%s %j -> %s", (expr, labels, known) => {
    expect(judge(compile(expr), source, AT).hasData(labels)).toBe(known);
  });
});

describe("blindReason", () => {
  it.each([
    ["cpu > 99", B, "no data: cpu, last seen 8m ago", "没有数据：cpu，最后一次在 8分钟前"],
    ["nothing > 99", {}, "no data: nothing", "没有数据：nothing"],
    ["cpu > 99 and on(host) rate(errors[5m]) > 1", A, "no data: errors[5m], last seen 8m ago", "errors[5m]"],
    ['cpu{host="b"} offset 1m > 1', B, 'no data: cpu{host="b"} offset 1m, last seen 8m ago', "cpu"],
    ["cpu > 99", A, "there is data", "有数据"],
  ])("%s %j", (expr, labels, en, zh) => {
    const reason = judge(compile(expr), source, AT).blindReason(labels);
    expect(reason.en).toBe(en);
    expect(reason.zh).toContain(zh);
  });
});

it("asks about 10,000 vanished alerts of one rule in well under a second", () => {
  const many = seriesOf(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`m{id="${i}"}`, "9"])));
  const judgement = judge(compile("m > 5"), many, 10 * MINUTE);
  const began = process.cpuUsage();
  let blind = 0;
  for (let i = 0; i < 10_000; i++) {
    const labels = { id: String(i) };
    if (!judgement.hasData(labels) && judgement.blindReason(labels).en.endsWith("last seen 10m ago"))
      blind += 1;
  }
  const cpuMs = process.cpuUsage(began).user / 1_000;
  expect(blind).toBe(10_000);
  // One pass over the series per alert would be 100,000,000 looks.
  expect(cpuMs).toBeLessThan(1_000);
});

describe("explain", () => {
  it("shows the parts with their values for the label set", () => {
    const expr = compile(
      "rate(total[5m]) / on(host) group_left cpu > 0.001 and on(host) cpu > scalar(max(cpu)) * 0.5",
    );
    const parts = explain(expr, source, AT + 1, { host: "a", path: "/" });
    expect(
      parts.map(({ text, values }) => [text, ...values.map(({ value }) => Number(value.toFixed(4)))]),
    ).toEqual([
      ["rate(total[5m]) / on(host) group_left cpu", 0.0019],
      ["rate(total[5m])", 0.1667],
      ["total[5m]", 100],
      ["cpu", 90],
      ["scalar(max(cpu)) * 0.5", 45],
      ["scalar(max(cpu))", 90],
      ["max(cpu)", 90],
    ]);
  });

  it("is bounded", () => {
    const wide = seriesOf(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`m{id="${i}"}`, "9"])));
    const [first] = explain(compile("m > 1"), wide, 0, {});
    expect(first?.values).toHaveLength(5);
    expect(first?.more).toBe(45);
    const long = compile(Array.from({ length: 40 }, (_, i) => `m${i} > 1`).join(" or "));
    expect(explain(long, wide, 0, {})).toHaveLength(12);
  });

  it("has no values for a part without data or without an answer", () => {
    expect(explain(compile("nothing > 1"), source, AT, {})).toEqual([
      { text: "nothing", values: [], more: 0 },
    ]);
    const broken = explain(compile("total + on(path) total > 1"), source, AT, {});
    expect(broken[0]).toEqual({ text: "total + on(path) total", values: [], more: 0 });
  });
});
