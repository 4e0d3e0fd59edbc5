/** `rename`: another name for metrics, other names for labels. */
import { z } from "zod";
import { isLabelName, isMetricName, type Labels } from "../../storage/labels.ts";
import { wrong } from "../../storage/wrong.ts";
import type { Reading } from "../monitor.ts";
import { globParts, metricsOption, selects } from "./metrics.ts";
import { labelsOf, type StepKind, shapeEach } from "./step.ts";

/** Labels that the monitor sets itself. */
const OWN_LABELS = new Set(["monitor", "instance"]);

const labelName = z
  .string()
  .refine(
    (name) => isLabelName(name) && !name.startsWith("__"),
    "must be a label name: letters, digits and _",
  )
  .refine(
    (name) => !OWN_LABELS.has(name),
    wrong("这个标签由监控自己写，不能改", "is a label that the monitor sets itself"),
  );

const options = z
  .strictObject({
    metrics: metricsOption,
    /** The new name; each `*` stands for what a `*` of `metrics` stood for. */
    to: z
      .string()
      .refine(
        (text) => /^[a-zA-Z_:*][a-zA-Z0-9_:*]*$/.test(text),
        wrong("要写指标名，可以像 metrics 那样带 *", "must be a metric name, with * as in metrics"),
      )
      .optional(),
    /** New names of labels, in the short form `old:new,other:`; an empty one takes the label away. */
    labels: z
      .union([z.string(), z.record(z.string(), z.string())])
      .transform((given) => (typeof given === "string" ? readNames(given) : given))
      .pipe(z.record(z.string(), z.union([labelName, z.literal("")])))
      .optional(),
  })
  .superRefine(({ metrics, to, labels }, context) => {
    const complain = (message: string, zh: string): void =>
      context.addIssue({ code: "custom", path: ["to"], message, params: { zh } });
    if (to === undefined && labels === undefined)
      complain("is missing: say to, labels or both", "没有写：要写 to、labels 或两者");
    const stars = (text: string): number => text.split("*").length - 1;
    const glob = globOf(metrics);
    if (to !== undefined && stars(to) > (glob === undefined ? 0 : stars(glob)))
      complain("has more * than metrics", "里的 * 比 metrics 里的多");
  });

export const rename: StepKind<z.output<typeof options>> = {
  step: "rename",
  twin: "改名",
  summary: {
    zh: "指标改名，* 照抄：改名 tmp_* temperature_*；labels= 给标签改名，空的去掉",
    en: "other names for metrics, * stays what it was: rename tmp_* temperature_*; labels= renames labels, an empty name takes one away",
  },
  options,
  inOrder: ["metrics", "to"],
  create({ metrics, to, labels }) {
    const glob = globOf(metrics);
    return shapeEach(selects(metrics), (reading) => {
      const name = to === undefined ? reading.name : nameFrom(to, glob, reading.name);
      return isMetricName(name) ? renamed(reading, name, labels ?? {}) : reading;
    });
  },
};

function readNames(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair): [string, string] => {
    const [old = "", ...others] = pair.split(":");
    return [old.trim(), others.join(":").trim()];
  });
  return Object.fromEntries(pairs);
}

/** The glob of a selection of names; undefined where it is an expression. */
function globOf(metrics: string): string | undefined {
  return metrics.startsWith("/") ? undefined : metrics.replace(/\s*\{.*$/s, "");
}

function nameFrom(to: string, glob: string | undefined, name: string): string {
  const parts = (glob === undefined ? undefined : globParts(glob, name)) ?? [];
  let i = 0;
  return to.replace(/\*/g, () => parts[i++] ?? "");
}

function renamed(reading: Reading, name: string, names: Labels): Reading {
  const labels = Object.entries(labelsOf(reading)).flatMap(([label, value]): [string, string][] => {
    const now = Object.hasOwn(names, label) ? names[label] : label;
    return now === undefined || now === "" ? [] : [[now, value]];
  });
  return {
    ...reading,
    name,
    ...(reading.labels === undefined ? {} : { labels: Object.fromEntries(labels) }),
  };
}
