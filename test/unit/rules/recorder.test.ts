/** What recording rules write: names, labels, limits. */
import { describe, expect, it } from "vitest";
import { type Recorded, RuleLimit, recorder } from "../../../rules/judge.ts";
import { compile } from "../../../rules/promql/compile.ts";
import { PromqlError } from "../../../rules/promql/promql-error.ts";
import { formatLabels } from "../../../storage/labels.ts";
import { seriesOf } from "../../support/series.ts";

const source = seriesOf({
  'x{job="a", host="1"}': "3",
  'x{job="a", host="2"}': "4",
  'x{job="b", host="3"}': "5",
});

function written(expr: string, more: Partial<Recorded> = {}): string[] {
  const record = recorder(compile(expr), { name: "r", labels: {}, ...more });
  return record(source, 1_000).findings.map(({ labels, value }) => `${formatLabels(labels)} ${value}`);
}

describe("a recording rule", () => {
  it.each<[string, string, Partial<Recorded>, string[]]>([
    ["gives its name to what it finds", "sum by (job) (x)", {}, ['r{job="a"} 7', 'r{job="b"} 5']],
    ["takes the name of a metric away", 'x{host="1"}', {}, ['r{host="1", job="a"} 3']],
    ["writes a number", "2 * 21", {}, ["r 42"]],
    [
      "lets its own labels win",
      'x{host="1"}',
      { labels: { job: "z", team: "ops" } },
      ['r{host="1", job="z", team="ops"} 3'],
    ],
    ["takes away a label that is empty", 'x{host="1"}', { labels: { job: "" } }, ['r{host="1"} 3']],
    ["may find as many as its limit", "sum by (job) (x)", { limit: 2 }, ['r{job="a"} 7', 'r{job="b"} 5']],
    ["may find nothing", "x > 9", {}, []],
  ])("%s", (_name, expr, more, expected) => expect(written(expr, more)).toEqual(expected));

  it("fails when labels that it sets make two findings the same", () =>
    expect(() => written("x", { labels: { host: "all" } })).toThrow(PromqlError));

  it("fails beyond its limit", () => expect(() => written("x", { limit: 2 })).toThrow(RuleLimit));

  it("gives the same object for the same series, so that writing it needs no search", () => {
    const record = recorder(compile("sum by (job) (x)"), { name: "r", labels: { team: "ops" } });
    const [first, second] = [record(source, 1_000), record(source, 2_000)];
    expect(second.findings[0]?.labels).toBe(first.findings[0]?.labels);
  });

  it("knows whether what it does not find is well", () => {
    const judgement = recorder(compile("x > 9"), { name: "r", labels: {} })(source, 1_000);
    expect(judgement.hasData({})).toBe(true);
  });
});
