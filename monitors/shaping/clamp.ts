/** `clamp`: what cannot be is brought to its bound, or dropped. */
import { z } from "zod";
import { metricsOption, selects } from "./metrics.ts";
import { type StepKind, shapeEach } from "./step.ts";

const options = z
  .strictObject({
    metrics: metricsOption.optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    action: z.enum(["clamp", "drop"]).default("clamp"),
  })
  .superRefine(({ min, max }, context) => {
    const complain = (path: string, message: string, zh: string): void =>
      context.addIssue({ code: "custom", path: [path], message, params: { zh } });
    if (min === undefined && max === undefined)
      complain("min", "is missing: say min, max or both", "没有写：要写 min、max 或两者");
    if (min !== undefined && max !== undefined && min > max)
      complain("min", "must not be above max", "不能大于 max");
  });

export const clamp: StepKind<z.output<typeof options>> = {
  step: "clamp",
  twin: "限幅",
  summary: {
    zh: "超出 min=、max= 的取边界值，action=drop 时丢掉",
    en: "brings what is beyond min= or max= to that bound, or drops it with action=drop",
  },
  options,
  inOrder: ["metrics"],
  create({ metrics, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, action }) {
    return shapeEach(selects(metrics), (reading) => {
      const { value } = reading;
      // NaN is neither beyond a bound nor within it.
      if (!(value < min || value > max)) return reading;
      return action === "drop" ? undefined : { ...reading, value: value < min ? min : max };
    });
  },
};
