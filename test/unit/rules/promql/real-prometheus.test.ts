/**
 * Our evaluator against a real Prometheus: `promtool test rules` evaluates the same expressions over the same series.
 * It is given an expectation that never holds, so that it prints what it got; that is compared with ours. Samples
 * keep off the left edge of ranges, which belonged to the range until Prometheus 3.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compile } from "../../../../rules/promql/compile.ts";
import { evaluate } from "../../../../rules/promql/evaluate.ts";
import type { Labels } from "../../../../storage/labels.ts";
import { seriesOf } from "../../../support/series.ts";
import { EXPRESSIONS, SERIES } from "./prometheus-expressions.ts";

/** 10m30s after the first sample; samples stand on whole minutes. */
const AT = 630_000;

const present = spawnSync("promtool", ["--version"]).status === 0;
const reason = present ? "" : " (skipped: promtool is not installed)";

interface Sample {
  readonly labels: string;
  readonly value: number;
}

describe(`the same as a real Prometheus${reason}`, () => {
  it.skipIf(!present && process.env["CI"] !== "true")("for every expression of the list", () => {
    const theirs = promtool(EXPRESSIONS);
    const wrong = EXPRESSIONS.flatMap((expr) => {
      const [we, they] = [ours(expr), theirs.get(expr)];
      return they !== undefined && same(we, they) ? [] : [{ expr, we, they }];
    });
    expect(wrong).toEqual([]);
    expect(theirs.size).toBe(EXPRESSIONS.length);
  });
});

const source = seriesOf(SERIES);

function ours(expr: string): Sample[] {
  const result = evaluate(compile(expr), source, AT);
  const elements = result.type === "scalar" ? [{ labels: {}, value: result.value }] : result.elements;
  return elements.map(({ labels, value }) => ({ labels: spelled(labels), value }));
}

/** A label set the way promtool prints it. */
function spelled(labels: Labels): string {
  const pairs = Object.keys(labels).sort();
  return `{${pairs.map((name) => `${name}=${JSON.stringify(labels[name])}`).join(", ")}}`;
}

/** The same elements in any order, values alike to ten digits. */
function same(we: readonly Sample[], they: readonly Sample[]): boolean {
  const rest = new Map(they.map(({ labels, value }) => [labels, value]));
  return (
    we.length === they.length &&
    we.every(({ labels, value }) => {
      const other = rest.get(labels);
      if (other === undefined) return false;
      return Object.is(value + 0, other + 0) || Math.abs(value - other) <= 1e-10 * Math.abs(other);
    })
  );
}

function promtool(expressions: readonly string[]): Map<string, Sample[]> {
  const folder = mkdtempSync(join(tmpdir(), "gengfu-promql-"));
  try {
    const file = join(folder, "test.yml");
    writeFileSync(file, yaml(expressions));
    const { stdout, stderr, error } = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
    if (error !== undefined) throw error;
    const got = new Map<string, Sample[]>();
    for (const [, expr, samples] of `${stdout}${stderr}`.matchAll(
      /expr: ("(?:[^"\\]|\\.)*"), time: .*\n\s*exp:.*\n\s*got:(.*)/g,
    ))
      got.set(JSON.parse(expr as string), readSamples(samples as string));
    if (got.size === 0) throw new Error(`promtool gave no results: ${stdout}${stderr}`);
    return got;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `{a="1"} 2E+00, {a="2"} NaN`; `nil` for none. */
function readSamples(text: string): Sample[] {
  return [...text.matchAll(/(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}) (\S+?)(?=,|$)/g)].map(
    ([, labels = "", value = ""]) => ({
      labels,
      value: value.endsWith("Inf") ? (value.startsWith("-") ? -Infinity : Infinity) : Number(value),
    }),
  );
}

function yaml(expressions: readonly string[]): string {
  const lines = ["evaluation_interval: 1m", "tests:", "  - interval: 1m", "    input_series:"];
  for (const [series, values] of Object.entries(SERIES))
    lines.push(`      - series: ${JSON.stringify(series)}`, `        values: ${JSON.stringify(values)}`);
  lines.push("    promql_expr_test:");
  for (const expr of expressions)
    lines.push(
      `      - expr: ${JSON.stringify(expr)}`,
      "        eval_time: 10m30s",
      "        exp_samples:",
      "          - labels: 'never{happens=\"1\"}'",
      "            value: 1",
    );
  return `${lines.join("\n")}\n`;
}
