/** From what a look saw to samples in the series. */
import type { Labels } from "../storage/labels.ts";
import type { SeriesSink } from "../storage/series.ts";
import type { LookReport } from "./take-look.ts";

/**
 * Appends every reading under the labels of its monitor and its own, and beside them `up` (1 or 0) and
 * `monitor_duration_seconds`. All carry the moment at which the look began. What is not a number is left out, and
 * so is `up` where nobody can know.
 */
export function writeReport(sink: SeriesSink, labels: Labels, report: LookReport): void {
  const { at } = report;
  for (const { name, labels: own, value } of report.readings)
    if (Number.isFinite(value)) sink.append({ ...labels, ...own, __name__: name }, at, value);
  if (report.unknown !== true)
    sink.append({ ...labels, __name__: "up" }, at, report.reason === undefined ? 1 : 0);
  sink.append({ ...labels, __name__: "monitor_duration_seconds" }, at, report.durationMs / 1000);
  report.batch?.write(sink, at);
}
