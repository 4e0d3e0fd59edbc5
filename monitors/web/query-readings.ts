/** What the answers of queries have in common: names, labels and bounds of the readings made of them. */
import { z } from "zod";
import type { Labels } from "../../storage/labels.ts";
import type { Reading } from "../monitor.ts";
import { LookFailed } from "../reason.ts";

/** An option that is a metric name. */
export const metricOption = z
  .string()
  .max(200)
  .refine((text) => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(text), {
    error: "must be a metric name: letters, digits, _ and :",
    params: { zh: "要写指标名：字母、数字、_ 和 :" },
  });

/** How many series a query may bring at most. */
export const seriesLimitOption = z.int().min(1).max(100_000).default(1_000);

/** The longest label value that is kept, in characters. */
const LONGEST_VALUE = 200;

/** Labels as readings may have them; that of the monitor cannot be taken away. */
export function readableLabels(given: Readonly<Record<string, unknown>>): Labels {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const text = String(value ?? "").slice(0, LONGEST_VALUE);
    if (text === "" || name === "__name__") continue;
    labels[name === "monitor" ? "exported_monitor" : plainName(name)] = text;
  }
  return labels;
}

/** A name of letters, digits and _, whatever it was. */
export function plainName(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9_]/g, "_").slice(0, LONGEST_VALUE);
  return /^[a-zA-Z]/.test(plain) || (plain.startsWith("_") && !plain.startsWith("__")) ? plain : `x${plain}`;
}

/** Throws `LookFailed` when there are too many. */
export function withinLimit(readings: readonly Reading[], limit: number): readonly Reading[] {
  if (readings.length <= limit) return readings;
  throw new LookFailed({
    code: "too_many_samples",
    detail: `${readings.length} series, and series_limit is ${limit}: none is kept`,
    text: {
      zh: `结果过多：${readings.length} 个序列，超过 series_limit 的 ${limit}，一个也没有存`,
      en: `too many series: ${readings.length}, and series_limit is ${limit}; none is kept`,
    },
  });
}
