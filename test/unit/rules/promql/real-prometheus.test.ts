/**
 * Our evaluator against a real Prometheus: `promtool test rules` evaluates the same expressions over the same series.
 * It is given an expectation that never holds, so that it prints what it got; that is compared with ours. Samples
 * keep off the left edge of ranges, which belonged to the range until Prometheus 3.
 */
import { describe, expect, it } from "vitest";
import { compile } from "../../../../rules/promql/compile.ts";
import { evaluate } from "../../../../rules/promql/evaluate.ts";
import {
  hasPromtool,
  type PromtoolSample,
  promtoolEvaluate,
  sameSamples,
  spelled,
} from "../../../support/promtool.ts";
import { seriesOf } from "../../../support/series.ts";
import { EXPRESSIONS, SERIES } from "./prometheus-expressions.ts";

/** 10m30s after the first sample; samples stand on whole minutes. */
const AT = 630_000;

const reason = hasPromtool ? "" : " (skipped: promtool is not installed)";

describe(`the same as a real Prometheus${reason}`, () => {
  it.skipIf(!hasPromtool && process.env["CI"] !== "true")("for every expression of the list", () => {
    const theirs = promtoolEvaluate(SERIES, EXPRESSIONS, "10m30s");
    const wrong = EXPRESSIONS.flatMap((expr) => {
      const [we, they] = [ours(expr), theirs.get(expr)];
      return they !== undefined && sameSamples(we, they) ? [] : [{ expr, we, they }];
    });
    expect(wrong).toEqual([]);
    expect(theirs.size).toBe(EXPRESSIONS.length);
  });
});

const source = seriesOf(SERIES);

function ours(expr: string): PromtoolSample[] {
  const result = evaluate(compile(expr), source, AT);
  const elements = result.type === "scalar" ? [{ labels: {}, value: result.value }] : result.elements;
  return elements.map(({ labels, value }) => ({ labels: spelled(labels), value }));
}
