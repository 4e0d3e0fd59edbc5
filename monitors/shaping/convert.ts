/** `convert`: other units, and names that say so. */
import { z } from "zod";
import { metricsOption, selects } from "./metrics.ts";
import { type StepKind, shapeEach } from "./step.ts";
import { renamedUnit, unitNamed, unitNames } from "./units.ts";

const unit = z.string().superRefine((text, context) => {
  if (unitNamed(text) === undefined)
    context.addIssue({
      code: "custom",
      message: `'${text}' is no unit that is known: ${unitNames.join(", ")}`,
      params: { zh: `不认识单位“${text}”，可用：${unitNames.join("、")}` },
    });
});

const options = z
  .strictObject({
    metrics: metricsOption,
    from: unit.optional(),
    to: unit.optional(),
    /** value × factor + offset, for units that nobody knows. */
    factor: z.number().optional(),
    offset: z.number().optional(),
  })
  .superRefine(({ from, to, factor, offset }, context) => {
    const complain = (path: string, message: string, zh: string): void =>
      context.addIssue({ code: "custom", path: [path], message, params: { zh } });
    const byUnit = from !== undefined || to !== undefined;
    const byNumber = factor !== undefined || offset !== undefined;
    if (byUnit === byNumber)
      complain(
        "from",
        "say either from and to, or factor and offset",
        "要么写 from 和 to，要么写 factor、offset",
      );
    else if (byUnit && (from === undefined || to === undefined))
      complain(from === undefined ? "from" : "to", "is missing", "没有写");
    else if (byUnit && unitNamed(from ?? "")?.kind !== unitNamed(to ?? "")?.kind)
      complain("to", `${from} cannot be told in ${to}`, `${from} 不能换算成 ${to}`);
  });

export const convert: StepKind<z.output<typeof options>> = {
  step: "convert",
  twin: "换算",
  summary: {
    zh: "换算单位，名字跟着改：换算 *_mb MiB bytes、换算 temp_f °F °C；或 factor=、offset=",
    en: "other units, and the name follows: convert *_mb MiB bytes, convert temp_f °F °C; or by factor= and offset=",
  },
  options,
  inOrder: ["metrics", "from", "to"],
  create({ metrics, from, to, factor = 1, offset = 0 }) {
    const [source, target] = [unitNamed(from ?? ""), unitNamed(to ?? "")];
    return shapeEach(selects(metrics), (reading) => {
      if (source === undefined || target === undefined)
        return { ...reading, value: reading.value * factor + offset };
      const base = reading.value * source.factor + source.offset;
      const name = renamedUnit(reading.name, source, target);
      return { ...reading, name, value: tidy((base - target.offset) / target.factor) };
    });
  },
};

/** Takes away what counting in binary fractions adds in the last digits: 98.6 °F is 37 °C and not 37.00000000000001. */
function tidy(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(15)) : value;
}
