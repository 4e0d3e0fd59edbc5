/**
 * `outliers`: a value far from those before it, by Hampel's identifier: further from their median than so many standard
 * deviations, as the median absolute deviation estimates them (Davies and Gather, "The identification of multiple
 * outliers", 1993). Each value is judged by those before it alone, so that it is judged at once.
 */
import { z } from "zod";
import type { Reading } from "../monitor.ts";
import { SeriesMemory } from "./memory.ts";
import { metricsOption, selects } from "./metrics.ts";
import { type StepKind, seriesKey, shapeEach } from "./step.ts";

const options = z.strictObject({
  metrics: metricsOption.optional(),
  method: z.literal("hampel").default("hampel"),
  /** How many values before it a value is judged by. */
  window: z.int().min(5).max(101).default(15),
  sigmas: z.number().positive().default(3),
  action: z.enum(["drop", "clamp"]).default("drop"),
});

/** Makes the median absolute deviation the standard deviation of what is normally distributed: 1 / Φ⁻¹(3/4). */
const FROM_MEDIAN = 1.4826;
/** The same for the mean absolute deviation: √(π/2). */
const FROM_MEAN = 1.2533;

export const outliers: StepKind<z.output<typeof options>> = {
  step: "outliers",
  twin: "去野值",
  summary: {
    zh: "离群值（Hampel）：与前 window=15 个值的中位数相差超过 sigmas=3 倍标准差的丢掉，action=clamp 时取边界值",
    en: "drops what is over sigmas=3 from the median of the window=15 values before it (Hampel); action=clamp brings it to that bound",
  },
  options,
  inOrder: ["metrics"],
  create({ metrics, window, sigmas, action }) {
    const memory = new SeriesMemory<number[]>();
    // Half of them, so that a new level is taken for one when it has lasted half a window.
    const enough = Math.ceil(window / 2);
    return shapeEach(selects(metrics), (reading) => {
      if (!Number.isFinite(reading.value)) return reading;
      const key = seriesKey(reading);
      const before = memory.see(key) ?? [];
      const bounds = before.length < enough ? undefined : boundsOf(before, sigmas);
      // What is dropped counts as well: a level that stays is not an outlier for ever.
      before.push(reading.value);
      if (before.length > window) before.shift();
      memory.set(key, before);
      return bounds === undefined ? reading : judged(reading, bounds, action);
    });
  },
};

interface Bounds {
  readonly low: number;
  readonly high: number;
}

function judged(reading: Reading, { low, high }: Bounds, action: "drop" | "clamp"): Reading | undefined {
  const { value } = reading;
  if (value >= low && value <= high) return reading;
  return action === "drop" ? undefined : { ...reading, value: value < low ? low : high };
}

/** Undefined where the values are all alike: nobody can say then what is far. */
function boundsOf(values: readonly number[], sigmas: number): Bounds | undefined {
  const middle = median(values);
  const distances = values.map((value) => Math.abs(value - middle));
  // Where more than half are alike, the median of the distances is 0 and would make everything else an outlier.
  const spread =
    FROM_MEDIAN * median(distances) ||
    (FROM_MEAN * distances.reduce((total, one) => total + one, 0)) / distances.length;
  return spread === 0 ? undefined : { low: middle - sigmas * spread, high: middle + sigmas * spread };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
