/** `drop_empty`: what says nothing is not written. */
import { z } from "zod";
import { labelValue } from "../../storage/labels.ts";
import { wrong } from "../../storage/wrong.ts";
import { metricsOption, selects } from "./metrics.ts";
import { labelsOf, type StepKind, shapeEach } from "./step.ts";

const options = z.strictObject({
  metrics: metricsOption.optional(),
  /** Whether 0 is nothing, too. */
  zero: z.boolean().default(false),
  /** Labels that must not be empty, with commas between them. */
  labels: z
    .string()
    .refine(
      (text) => /^[a-zA-Z_][a-zA-Z0-9_]*(\s*,\s*[a-zA-Z_][a-zA-Z0-9_]*)*$/.test(text),
      wrong("要写标签名，用逗号隔开", "must be names of labels, with commas between them"),
    )
    .optional(),
});

export const dropEmpty: StepKind<z.output<typeof options>> = {
  step: "drop_empty",
  twin: "去空",
  summary: {
    zh: "丢掉没有值的：NaN、无穷大，zero=true 时还有 0，以及 labels= 里的标签为空的",
    en: "drops what is NaN or infinite, with zero=true what is 0, and what has one of labels= empty",
  },
  options,
  inOrder: ["metrics"],
  create({ metrics, zero, labels }) {
    const needed = labels?.split(/\s*,\s*/) ?? [];
    return shapeEach(selects(metrics), (reading) => {
      const empty =
        !Number.isFinite(reading.value) ||
        (zero && reading.value === 0) ||
        needed.some((name) => labelValue(labelsOf(reading), name).trim() === "");
      return empty ? undefined : reading;
    });
  },
};
