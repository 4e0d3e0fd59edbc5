/** `rate`: from a counter to how much it grows per second. */
import { z } from "zod";
import { isMetricName } from "../../storage/labels.ts";
import { SeriesMemory } from "./memory.ts";
import { metricsOption, selects } from "./metrics.ts";
import { type StepKind, seriesKey } from "./step.ts";

const options = z.strictObject({
  metrics: metricsOption,
  /** Whether the counter is written as well. */
  keep: z.boolean().default(false),
});

interface Last {
  readonly value: number;
  readonly at: number;
}

const SUFFIX = "_per_second";

export const rate: StepKind<z.output<typeof options>> = {
  step: "rate",
  twin: "速率",
  summary: {
    zh: "计数器变为每秒增长量，x_total 写成 x_per_second；清零后从零算起；keep=true 时计数器也保留",
    en: "a counter becomes its growth per second, x_total is written as x_per_second; a reset counts from zero; keep=true keeps the counter too",
  },
  options,
  inOrder: ["metrics"],
  create({ metrics, keep }) {
    const matches = selects(metrics);
    const memory = new SeriesMemory<Last>();
    return (readings, now, count) =>
      readings.flatMap((reading) => {
        if (!matches(reading) || reading.name.endsWith(SUFFIX)) return [reading];
        const key = seriesKey(reading);
        const { value } = reading;
        const last = memory.see(key);
        if (Number.isFinite(value)) memory.set(key, { value, at: now });
        if (last === undefined || !Number.isFinite(value) || now <= last.at) {
          if (keep) return [reading];
          count.dropped(reading);
          return [];
        }
        // A counter that is smaller than before has begun again at 0.
        const grown = value < last.value ? value : value - last.value;
        const after = { ...reading, name: rateName(reading.name), value: (grown * 1000) / (now - last.at) };
        if (!keep) {
          count.changed(reading, after);
          return [after];
        }
        count.made(after);
        return [reading, after];
      });
  },
};

function rateName(name: string): string {
  const stem = name.replace(/_total$/, "");
  return `${isMetricName(stem) ? stem : name}${SUFFIX}`;
}
