/** Prometheus' rule groups as `gengfu.yml` and rule files have them: the schema, strict, with every error by its path. */
import * as z from "zod";
import { parseDuration } from "../storage/duration.ts";
import { isLabelName, isMetricName, type Labels, METRIC_NAME } from "../storage/labels.ts";
import { compile, compileRule } from "./promql/compile.ts";
import { PromqlError } from "./promql/promql-error.ts";
import { DEFAULT_INTERVAL_MS } from "./rule.ts";

/** One rule of a file: an alerting rule, or one that records. */
export interface FileRule {
  readonly kind: "promql" | "record";
  /** Of an alerting rule what it is called, of a recording rule the metric that it writes. */
  readonly name: string;
  readonly expr: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** A group of rules that are judged together, one after the other. */
export interface RuleGroup {
  readonly name: string;
  readonly intervalMs: number;
  /** The most label sets that one of its rules may find; 0 for no limit. */
  readonly limit: number;
  readonly rules: readonly FileRule[];
}

/** YAML reads `severity: 1` as a number and Prometheus as a text. */
const scalarText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const duration = scalarText.transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: "custom", message: `'${text}' is not a duration such as 30s, 5m or 1h30m` });
  return z.NEVER;
});

const interval = duration.refine((ms) => ms > 0, { message: "the interval must be longer than 0" });

const expression = scalarText.superRefine((text, context) => {
  const message = faultOf(() => compile(text));
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** What PromQL has against something, with its place. */
function faultOf(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const { from, to, message } = error;
    return `${message} (${to > from + 1 ? `characters ${from + 1}-${to}` : `character ${from + 1}`})`;
  }
}

const names = z.record(z.string(), scalarText).superRefine((texts, context) => {
  for (const name of Object.keys(texts))
    if (!isLabelName(name) || name === METRIC_NAME)
      context.addIssue({ code: "custom", path: [name], message: `'${name}' is not a possible label name` });
});

const record = scalarText.refine(isMetricName, {
  error: ({ input }) => `'${input}' is not a possible metric name: letters, digits, _ and :, no digit first`,
});

const rule = z
  .strictObject({
    alert: scalarText.optional(),
    record: record.optional(),
    expr: expression,
    for: duration.optional(),
    keep_firing_for: duration.optional(),
    labels: names.default({}),
    annotations: names.optional(),
  })
  .refine(({ alert, record }) => record !== undefined || (alert !== undefined && alert !== ""), {
    path: ["alert"],
    message: "a rule needs a name: an alerting rule in 'alert', a recording rule in 'record'",
    // Said together with what is wrong in other fields.
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .superRefine((rule, context) => {
    const complain = (key: string, message: string): void =>
      context.addIssue({ code: "custom", path: [key], message });
    if (rule.record === undefined) {
      // One that cannot be read at all has been named already.
      const message = faultOf(() => compileRule(rule.expr));
      if (message !== undefined && faultOf(() => compile(rule.expr)) === undefined) complain("expr", message);
      return;
    }
    if (rule.alert !== undefined) complain("alert", "a rule has either 'alert' or 'record'");
    for (const key of ["for", "keep_firing_for", "annotations"] as const)
      if (rule[key] !== undefined) complain(key, "a recording rule has none of this");
  });

const group = z.strictObject({
  name: scalarText.refine((name) => name !== "", { message: "a group needs a name" }),
  interval: interval.default(DEFAULT_INTERVAL_MS),
  limit: z.int().nonnegative().default(0),
  labels: names.default({}),
  rules: z.array(rule).default([]),
});

/** A list of rule groups, as below `groups:` in a rule file. Labels of a group are put on its rules. */
export const ruleGroupsSchema = z
  .array(group)
  .superRefine((groups, context) => {
    const seen = new Set<string>();
    groups.forEach(({ name }, i) => {
      if (seen.has(name))
        context.addIssue({
          code: "custom",
          path: [i, "name"],
          message: `there is a group '${name}' already`,
        });
      seen.add(name);
    });
  })
  .transform((groups) =>
    groups.map(
      ({ name, interval, limit, labels, rules }): RuleGroup => ({
        name,
        intervalMs: interval,
        limit,
        rules: rules.map((one) => ({
          kind: one.record === undefined ? "promql" : "record",
          name: one.record ?? one.alert ?? "",
          expr: one.expr,
          forMs: one.for ?? 0,
          keepFiringForMs: one.keep_firing_for ?? 0,
          labels: { ...labels, ...one.labels },
          annotations: one.annotations ?? {},
        })),
      }),
    ),
  );
