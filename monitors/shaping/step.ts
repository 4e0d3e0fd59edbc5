/** The contract of a step: one file in this folder, plus one line in the table `steps.ts`. */
import type { z } from "zod";
import type { Labels } from "../../storage/labels.ts";
import { labelsKey } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import type { Reading } from "../monitor.ts";

/** Counts what a step does. Every reading that it does not give on as it came is told here. */
export interface StepCount {
  dropped(reading: Reading): void;
  changed(before: Reading, after: Reading): void;
  /** A reading that was not there before. */
  made(reading: Reading): void;
}

/**
 * What one step makes of the readings of one look. `now` is time passed, in milliseconds, and never turns back. It never
 * throws: a look with odd readings is still a look.
 */
export type Shape = (readings: readonly Reading[], now: number, count: StepCount) => readonly Reading[];

/** One kind of step. */
export interface StepKind<Options> {
  /** The word in `gengfu.yml` and in chat; equal to the key in the table. */
  readonly step: string;
  /** The Chinese word for it in chat. */
  readonly twin: string;
  readonly summary: Text;
  readonly options: z.ZodObject & z.ZodType<Options>;
  /** Options that stand without their names in the short form, in this order: `rename a b`. */
  readonly inOrder: readonly string[];
  /** Reads the short form where it is not `inOrder` and `key=value`: `derive a = b / c`. */
  readShort?(rest: string): Readonly<Record<string, string>>;
  /** Makes the step; what it remembers from look to look lives and dies with what is given back. */
  create(options: Options): Shape;
}

/** Calls `each` for the readings that a step is about; it gives back what becomes of one, or nothing. */
export function shapeEach(
  matches: (reading: Reading) => boolean,
  each: (reading: Reading, now: number) => Reading | undefined,
): Shape {
  return (readings, now, count) =>
    readings.flatMap((reading) => {
      if (!matches(reading)) return [reading];
      const after = each(reading, now);
      if (after === undefined) count.dropped(reading);
      else if (after !== reading) count.changed(reading, after);
      return after === undefined ? [] : [after];
    });
}

const NO_LABELS: Labels = {};

/** One text per series of a monitor. */
export function seriesKey({ name, labels }: Reading): string {
  return labels === undefined ? name : `${name} ${labelsKey(labels)}`;
}

export function labelsOf({ labels }: Reading): Labels {
  return labels ?? NO_LABELS;
}
