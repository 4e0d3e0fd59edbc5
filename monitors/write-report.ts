/** From what a look saw to samples in the series. */
import { type Labels, labelsKey } from "../storage/labels.ts";
import type { SeriesSink } from "../storage/series.ts";
import type { LookReport } from "./take-look.ts";

/**
 * Makes a writer of the reports of one monitor. It appends every reading under the labels of the monitor and its own, and
 * beside them `up` (1 or 0) and `monitor_duration_seconds`. All carry the moment at which the look began. What is not a
 * number is left out, and so is `up` where nobody can know. What is missing from readings that are all there is, ends.
 */
export function createReportWriter(sink: SeriesSink, labels: Labels): (report: LookReport) => void {
  let before = new Map<string, Labels>();

  function endMissing({ readings, at }: LookReport): void {
    const now = new Map<string, Labels>();
    for (const { name, labels: own, value } of readings) {
      const series = { ...labels, ...own, __name__: name };
      if (Number.isFinite(value)) now.set(labelsKey(series), series);
    }
    for (const [key, series] of before) if (!now.has(key)) sink.ref(series).end(at, false);
    before = now;
  }

  return (report) => {
    const { at } = report;
    if (report.complete === true) endMissing(report);
    for (const { name, labels: own, value } of report.readings)
      if (Number.isFinite(value)) sink.append({ ...labels, ...own, __name__: name }, at, value);
    if (report.unknown !== true)
      sink.append({ ...labels, __name__: "up" }, at, report.reason === undefined ? 1 : 0);
    sink.append({ ...labels, __name__: "monitor_duration_seconds" }, at, report.durationMs / 1000);
    report.batch?.write(sink, at);
  };
}
