/** Prometheus' rule groups as `gengfu.yml` and rule files have them: the schema, strict, with every error by its path. */
import * as z from "zod";
import { parseDuration } from "../storage/duration.ts";
import { isLabelName, type Labels, METRIC_NAME } from "../storage/labels.ts";
import { compileRule } from "./promql/compile.ts";
import { PromqlError } from "./promql/promql-error.ts";
import { DEFAULT_INTERVAL_MS } from "./rule.ts";

/** One alerting rule of a file. */
export interface FileRule {
  readonly name: string;
  readonly expr: string;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** A group of rules that are judged together. */
export interface RuleGroup {
  readonly name: string;
  readonly intervalMs: number;
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
  try {
    compileRule(text);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const where =
      error.to > error.from + 1 ? `characters ${error.from + 1}-${error.to}` : `character ${error.from + 1}`;
    const message = `${error.message} (${where})`;
    context.addIssue({ code: "custom", message });
  }
});

const names = z.record(z.string(), scalarText).superRefine((texts, context) => {
  for (const name of Object.keys(texts))
    if (!isLabelName(name) || name === METRIC_NAME)
      context.addIssue({ code: "custom", path: [name], message: `'${name}' is not a possible label name` });
});

const record = z.unknown().superRefine((name, context) => {
  context.addIssue({
    code: "custom",
    message: `recording rules are not supported yet: ${typeof name === "string" ? name : "record"}`,
  });
});

const rule = z
  .strictObject({
    alert: scalarText.optional(),
    record: record.optional(),
    expr: expression,
    for: duration.default(0),
    keep_firing_for: duration.default(0),
    labels: names.default({}),
    annotations: names.default({}),
  })
  .refine(({ alert, record }) => record !== undefined || (alert !== undefined && alert !== ""), {
    path: ["alert"],
    message: "an alerting rule needs a name in 'alert'",
    // Said together with what is wrong in other fields.
    when: ({ value }) => typeof value === "object" && value !== null,
  });

const group = z.strictObject({
  name: scalarText.refine((name) => name !== "", { message: "a group needs a name" }),
  interval: interval.default(DEFAULT_INTERVAL_MS),
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
      ({ name, interval, labels, rules }): RuleGroup => ({
        name,
        intervalMs: interval,
        rules: rules.map((one) => ({
          name: one.alert ?? "",
          expr: one.expr,
          forMs: one.for,
          keepFiringForMs: one.keep_firing_for,
          labels: { ...labels, ...one.labels },
          annotations: one.annotations,
        })),
      }),
    ),
  );
