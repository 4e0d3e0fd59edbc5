/** `dedupe`: one reading for each label set of a look. */
import { z } from "zod";
import type { Reading } from "../monitor.ts";
import { metricsOption, selects } from "./metrics.ts";
import { type StepKind, seriesKey } from "./step.ts";

const KEEP = ["last", "first", "sum", "min", "max", "avg"] as const;

const options = z.strictObject({
  metrics: metricsOption.optional(),
  keep: z.enum(KEEP).default("last"),
});

const PUT_TOGETHER: Readonly<Record<(typeof KEEP)[number], (values: readonly number[]) => number>> = {
  last: (values) => values.at(-1) ?? Number.NaN,
  first: ([first = Number.NaN]) => first,
  sum: (values) => sum(values),
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((most, value) => Math.max(most, value)),
  avg: (values) => sum(values) / values.length,
};

export const dedupe: StepKind<z.output<typeof options>> = {
  step: "dedupe",
  twin: "去重",
  summary: {
    zh: "同一次查看里名字和标签都相同的只留一个：keep=last（默认）、first、sum、min、max、avg",
    en: "keeps one of those that have the same name and labels in one look: keep=last (unless told), first, sum, min, max, avg",
  },
  options,
  inOrder: ["metrics", "keep"],
  create({ metrics, keep }) {
    const matches = selects(metrics);
    return (readings, _now, count) => {
      const groups = new Map<string, Reading[]>();
      for (const reading of readings) {
        if (!matches(reading)) continue;
        const key = seriesKey(reading);
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [reading]);
        else group.push(reading);
      }
      const kept = new Set<Reading>();
      const values = new Map<Reading, number>();
      for (const group of groups.values()) {
        const [first] = group;
        if (first === undefined) continue;
        kept.add(first);
        values.set(first, PUT_TOGETHER[keep](group.map(({ value }) => value)));
      }
      return readings.flatMap((reading) => {
        if (!matches(reading)) return [reading];
        if (!kept.has(reading)) {
          count.dropped(reading);
          return [];
        }
        const value = values.get(reading) ?? reading.value;
        return [Object.is(value, reading.value) ? reading : { ...reading, value }];
      });
    };
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
