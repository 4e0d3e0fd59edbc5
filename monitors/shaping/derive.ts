/** `derive`: a metric worked out from others of the same look. */
import { z } from "zod";
import { isMetricName, type Labels, labelsKey, labelValue } from "../../storage/labels.ts";
import { wrong } from "../../storage/wrong.ts";
import type { Reading } from "../monitor.ts";
import { ExpressionError, parseExpression } from "./expression.ts";
import { labelsOf, type StepKind } from "./step.ts";

const options = z.strictObject({
  name: z
    .string()
    .refine(
      isMetricName,
      wrong(
        "要写指标名：字母、数字、_ 和 :，不能以数字开头",
        "must be a metric name: letters, digits, _ and :, no digit first",
      ),
    ),
  expr: z
    .string()
    .trim()
    .min(1)
    .superRefine((text, context) => {
      try {
        if (parseExpression(text).metrics.length > 0) return;
        context.addIssue({ code: "custom", message: "must name a metric", params: { zh: "里没有指标" } });
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        context.addIssue({ code: "custom", message: error.message, params: { zh: error.text.zh } });
      }
    }),
});

export const derive: StepKind<z.output<typeof options>> = {
  step: "derive",
  twin: "推导",
  summary: {
    zh: "由同一次查看的其他指标算出新指标：推导 free_ratio = free_bytes / size_bytes（+ - * / % ^ 和 abs、ceil、floor、round、sqrt、min、max）",
    en: "a new metric from others of the same look: derive free_ratio = free_bytes / size_bytes (+ - * / % ^ and abs, ceil, floor, round, sqrt, min, max)",
  },
  options,
  inOrder: [],
  readShort(rest) {
    const [, name = "", expr = ""] = /^([^=\s]*)\s*=\s*(.*)$/s.exec(rest.trim()) ?? [];
    return { name, expr };
  },
  create({ name, expr }) {
    const expression = parseExpression(expr);
    return (readings, _now, count) => {
      const tables = new Map(expression.metrics.map((metric) => [metric, new Table()]));
      for (const reading of readings) tables.get(reading.name)?.add(reading);
      const made: Reading[] = [];
      for (const labels of widest([...tables.values()])) {
        const value = expression.evaluate((metric) => tables.get(metric)?.about(labels) ?? Number.NaN);
        const reading: Reading = { name, labels, value };
        // Divided by zero, or one of them is missing.
        if (Number.isFinite(value)) {
          made.push(reading);
          count.made(reading);
        } else count.dropped(reading);
      }
      return made.length === 0 ? readings : [...readings, ...made];
    };
  },
};

/** The label sets of the metric that has most labels, the first one of several: the others are found by some of them. */
function widest(tables: readonly Table[]): readonly Labels[] {
  let most: Table | undefined;
  for (const table of tables) if (most === undefined || table.width > most.width) most = table;
  return most?.labels ?? [];
}

/** The readings of one metric, found by label sets that have at least their labels. */
class Table {
  readonly labels: Labels[] = [];
  width = 0;
  readonly #byNames = new Map<
    string,
    { readonly names: readonly string[]; readonly values: Map<string, number> }
  >();

  add(reading: Reading): void {
    const labels = labelsOf(reading);
    const names = Object.keys(labels).sort();
    const id = names.join(",");
    const shape = this.#byNames.get(id) ?? { names, values: new Map<string, number>() };
    this.#byNames.set(id, shape);
    const key = labelsKey(labels);
    if (!shape.values.has(key)) this.labels.push(labels);
    shape.values.set(key, reading.value);
    this.width = Math.max(this.width, names.length);
  }

  /** The value of the reading whose labels are all among these. */
  about(labels: Labels): number | undefined {
    for (const { names, values } of this.#byNames.values()) {
      if (!names.every((name) => Object.hasOwn(labels, name))) continue;
      const value = values.get(
        labelsKey(Object.fromEntries(names.map((name) => [name, labelValue(labels, name)]))),
      );
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
