/** Prometheus' `metric_relabel_configs`: which series are kept, and under which labels. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { isLabelName, type Labels, labelValue } from "../../storage/labels.ts";
import { type Captured, compileGroups, compileRegex } from "../../storage/regex.ts";
import { issue } from "../../storage/wrong.ts";

const regex = z
  .string()
  .max(1000)
  .superRefine((text, context) => {
    try {
      compileGroups(text);
    } catch (error) {
      const why = (error as Error).message;
      context.addIssue(issue(`不是 RE2 表达式：${why}`, `must be an RE2 expression: ${why}`));
    }
  });

const ACTIONS = [
  "replace",
  "keep",
  "drop",
  "keepequal",
  "dropequal",
  "labelmap",
  "labeldrop",
  "labelkeep",
  "lowercase",
  "uppercase",
  "hashmod",
] as const;

const NEEDS_TARGET: readonly string[] = [
  "replace",
  "keepequal",
  "dropequal",
  "lowercase",
  "uppercase",
  "hashmod",
];

/** One step, with Prometheus' names and defaults. */
const relabelConfig = z
  .strictObject({
    source_labels: z.array(z.string().min(1)).default([]),
    separator: z.string().default(";"),
    target_label: z.string().min(1).optional(),
    regex: regex.default("(.*)"),
    modulus: z.int().min(1).optional(),
    replacement: z.string().default("$1"),
    action: z.enum(ACTIONS).default("replace"),
  })
  .superRefine(({ action, target_label, modulus }, context) => {
    const wrong = (key: string, message: string): void =>
      context.addIssue({ code: "custom", path: [key], message });
    if (NEEDS_TARGET.includes(action) && target_label === undefined)
      wrong("target_label", `is needed by the action ${action}`);
    if (action === "hashmod" && modulus === undefined) wrong("modulus", "is needed by the action hashmod");
  });

/** The steps, one after the other. */
export const relabelConfigs = z.array(relabelConfig).max(200);

type RelabelConfig = z.output<typeof relabelConfig>;

/** Gives a series its labels, or nothing where it is dropped. */
export type Relabel = (labels: Labels) => Labels | undefined;

/** Compiles the steps. */
export function compileRelabel(configs: readonly RelabelConfig[]): Relabel {
  const steps = configs.map(compileStep);
  return (labels) => {
    let now: Labels | undefined = labels;
    for (const step of steps) {
      now = step(now);
      if (now === undefined) return undefined;
    }
    return now;
  };
}

function compileStep(config: RelabelConfig): Relabel {
  const { action, source_labels, separator, target_label: target = "", replacement, modulus = 1 } = config;
  const source = (labels: Labels): string =>
    source_labels.map((name) => labelValue(labels, name)).join(separator);
  if (action === "keep" || action === "drop") {
    const test = compileRegex(config.regex);
    return (labels) => (test(source(labels)) === (action === "keep") ? labels : undefined);
  }
  if (action === "labeldrop" || action === "labelkeep") {
    const test = compileRegex(config.regex);
    return (labels) => withNames(labels, (name) => test(name) === (action === "labelkeep"));
  }
  if (action === "keepequal" || action === "dropequal")
    return (labels) =>
      (source(labels) === labelValue(labels, target)) === (action === "keepequal") ? labels : undefined;
  if (action === "lowercase") return (labels) => withLabel(labels, target, source(labels).toLowerCase());
  if (action === "uppercase") return (labels) => withLabel(labels, target, source(labels).toUpperCase());
  if (action === "hashmod") return (labels) => withLabel(labels, target, hashed(source(labels), modulus));
  const match = compileGroups(config.regex);
  if (action === "labelmap")
    return (labels) => {
      let now = labels;
      for (const [name, value] of Object.entries(labels)) {
        const caught = match(name);
        if (caught !== undefined) now = withLabel(now, expand(replacement, caught), value);
      }
      return now;
    };
  return (labels) => {
    const caught = match(source(labels));
    if (caught === undefined) return labels;
    const name = expand(target, caught);
    return isLabelName(name) ? withLabel(labels, name, expand(replacement, caught)) : labels;
  };
}

/** Go's template of an expression: `$1`, `${1}`, `${name}`, and `$$` for a dollar. */
function expand(template: string, caught: Captured): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole: string, bare?: string, braced?: string) =>
    whole === "$$" ? "$" : caught(bare ?? braced ?? ""),
  );
}

function withLabel(labels: Labels, name: string, value: string): Labels {
  if (value !== "") return { ...labels, [name]: value };
  return withNames(labels, (other) => other !== name);
}

function withNames(labels: Labels, keep: (name: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => keep(name)));
}

/** As Prometheus: the last eight bytes of the MD5 sum, big-endian. */
function hashed(text: string, modulus: number): string {
  const sum = createHash("md5").update(text).digest();
  return String(sum.readBigUInt64BE(8) % BigInt(modulus));
}
