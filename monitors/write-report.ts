/** From what a look saw to samples in the series. */
import { type Labels, labelsKey } from "../storage/labels.ts";
import type { SeriesRef, SeriesSink } from "../storage/series.ts";
import type { Reading } from "./monitor.ts";
import type { LookReport } from "./take-look.ts";

/** A series written before, and the reading that it was written for. */
interface Known {
  readonly name: string;
  readonly labels: Labels | undefined;
  readonly ref: SeriesRef;
}

/**
 * Makes a writer of the reports of one monitor. It appends every reading under the labels of the monitor and its own, and
 * beside them `up` (1 or 0) and `monitor_duration_seconds`. All carry the moment at which the look began. What is not a
 * number is left out, and so is `up` where nobody can know. What is missing from readings that are all there is, ends.
 */
export function createReportWriter(sink: SeriesSink, labels: Labels): (report: LookReport) => void {
  /** By the place of the reading in its look: look after look most monitors see the same things in the same order. */
  const known: Known[] = [];
  const up = sink.ref({ ...labels, __name__: "up" });
  const duration = sink.ref({ ...labels, __name__: "monitor_duration_seconds" });
  let before = new Map<string, Labels>();

  function labelsOf({ name, labels: own }: Reading): Labels {
    return { ...labels, ...own, __name__: name };
  }

  function refOf(reading: Reading, place: number): SeriesRef {
    const there = known[place];
    if (there !== undefined && there.name === reading.name && same(there.labels, reading.labels))
      return there.ref;
    const ref = sink.ref(labelsOf(reading));
    known[place] = { name: reading.name, labels: reading.labels, ref };
    return ref;
  }

  function endMissing({ readings, at }: LookReport): void {
    const now = new Map<string, Labels>();
    for (const reading of readings) {
      const series = labelsOf(reading);
      if (Number.isFinite(reading.value)) now.set(labelsKey(series), series);
    }
    for (const [key, series] of before) if (!now.has(key)) sink.ref(series).end(at, false);
    before = now;
  }

  return (report) => {
    const { at } = report;
    if (report.complete === true) endMissing(report);
    report.readings.forEach((reading, place) => {
      if (Number.isFinite(reading.value)) refOf(reading, place).append(at, reading.value);
    });
    if (report.unknown !== true) up.append(at, report.reason === undefined ? 1 : 0);
    duration.append(at, report.durationMs / 1000);
    report.batch?.write(sink, at);
  };
}

const NONE: Labels = {};

/** Whether two readings have the same labels of their own. */
function same(one: Labels = NONE, other: Labels = NONE): boolean {
  if (one === other) return true;
  let names = 0;
  for (const name in one) {
    if (one[name] !== other[name]) return false;
    names++;
  }
  for (const _ in other) names--;
  return names === 0;
}
