/** Prometheus' own checker of expositions, and its evaluator of expressions and rules, where the machine has it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Labels } from "../../storage/labels.ts";

/** Whether it is installed. Every machine that runs CI has it. */
export const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

/** What `promtool check metrics` has against an exposition; "" for nothing. */
export function checkMetrics(exposition: string): string {
  const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
    input: exposition,
    encoding: "utf8",
  });
  return status === 0 && stderr === "" ? "" : `exit code ${status}\n${stdout}${stderr}`;
}

/** One element of a result; the labels as promtool prints them. */
export interface PromtoolSample {
  readonly labels: string;
  readonly value: number;
}

/** A label set the way promtool prints it. */
export function spelled(labels: Labels): string {
  const pairs = Object.keys(labels).sort();
  return `{${pairs.map((name) => `${name}=${JSON.stringify(labels[name])}`).join(", ")}}`;
}

/** The same elements in any order, values alike to ten digits. */
export function sameSamples(we: readonly PromtoolSample[], they: readonly PromtoolSample[]): boolean {
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

/**
 * What Prometheus gives for these expressions at `at` over series in the notation of its rule tests, a value a minute;
 * `rules`: a rule file that is in force, evaluated every minute. It is given an expectation that never holds, so that it
 * prints what it got.
 */
export function promtoolEvaluate(
  series: Readonly<Record<string, string>>,
  expressions: readonly string[],
  at: string,
  rules?: string,
): Map<string, PromtoolSample[]> {
  const folder = mkdtempSync(join(tmpdir(), "gengfu-promql-"));
  try {
    const file = join(folder, "test.yml");
    if (rules !== undefined) writeFileSync(join(folder, "rules.yml"), rules);
    writeFileSync(file, yaml(series, expressions, at, rules !== undefined));
    const { stdout, stderr, error } = spawnSync("promtool", ["test", "rules", file], { encoding: "utf8" });
    if (error !== undefined) throw error;
    const got = new Map<string, PromtoolSample[]>();
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
function readSamples(text: string): PromtoolSample[] {
  return [...text.matchAll(/(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\}) (\S+?)(?=,|$)/g)].map(
    ([, labels = "", value = ""]) => ({
      labels,
      value: value.endsWith("Inf") ? (value.startsWith("-") ? -Infinity : Infinity) : Number(value),
    }),
  );
}

function yaml(
  series: Readonly<Record<string, string>>,
  expressions: readonly string[],
  at: string,
  hasRules: boolean,
): string {
  const lines = [
    ...(hasRules ? ["rule_files: [rules.yml]"] : []),
    "evaluation_interval: 1m",
    "tests:",
    "  - interval: 1m",
    "    input_series:",
  ];
  for (const [name, values] of Object.entries(series))
    lines.push(`      - series: ${JSON.stringify(name)}`, `        values: ${JSON.stringify(values)}`);
  lines.push("    promql_expr_test:");
  for (const expr of expressions)
    lines.push(
      `      - expr: ${JSON.stringify(expr)}`,
      `        eval_time: ${at}`,
      "        exp_samples:",
      "          - labels: 'never{happens=\"1\"}'",
      "            value: 1",
    );
  return `${lines.join("\n")}\n`;
}
