/** The steps of one monitor, in order, and what each of them did. */
import type { Reading } from "../monitor.ts";
import type { Shape, StepCount } from "./step.ts";
import { type ShapeStep, stepNamed } from "./steps.ts";

/** What one step has done since the monitor is on its rounds. */
export interface StepTally {
  readonly step: ShapeStep;
  readonly dropped: number;
  readonly changed: number;
  readonly made: number;
  /** The last reading that it did not give on as it came. */
  readonly last?: {
    readonly at: number;
    readonly before: Reading | undefined;
    readonly after: Reading | undefined;
  };
}

export interface Shaper {
  /** What becomes of the readings of one look. `at` is the time of the look, `now` time passed, in milliseconds. */
  shape(readings: readonly Reading[], at: number, now: number): readonly Reading[];
  /** What each step did so far, in order. */
  tallies(): readonly StepTally[];
}

type Writable = { -readonly [K in keyof StepTally]: StepTally[K] };

/** What the watch writes itself of every look: no step may write it in its place. */
const RESERVED = new Set(["up", "monitor_duration_seconds"]);

/** Makes the steps ready. What they remember begins here. */
export function createShaper(steps: readonly ShapeStep[]): Shaper {
  const tallies: Writable[] = [];
  const shapes: Shape[] = [];
  for (const step of steps) {
    const kind = stepNamed(step.step);
    if (kind === undefined) throw new Error(`no step ${step.step}`);
    const { step: _, ...options } = step;
    shapes.push(kind.create(options));
    tallies.push({ step, dropped: 0, changed: 0, made: 0 });
  }
  return {
    shape(readings, at, now) {
      let shaped = readings;
      shapes.forEach((shape, i) => {
        const tally = tallies[i];
        if (tally === undefined) return;
        const count = counting(tally, at);
        shaped = withoutReserved(shape(shaped, now, count), shaped, count);
      });
      return shaped;
    },
    tallies: () => tallies,
  };
}

/** Drops what a step has given a name that is not its to give; a page that was scraped may have such names itself. */
function withoutReserved(
  after: readonly Reading[],
  before: readonly Reading[],
  count: StepCount,
): readonly Reading[] {
  if (!after.some(({ name }) => RESERVED.has(name))) return after;
  const known = new Set(before);
  return after.filter((reading) => {
    if (!RESERVED.has(reading.name) || known.has(reading)) return true;
    count.dropped(reading);
    return false;
  });
}

function counting(tally: Writable, at: number): StepCount {
  return {
    dropped(reading) {
      tally.dropped++;
      tally.last = { at, before: reading, after: undefined };
    },
    changed(before, after) {
      tally.changed++;
      // What was taken away is more worth seeing than what was only changed.
      if (tally.dropped === 0) tally.last = { at, before, after };
    },
    made(reading) {
      tally.made++;
      if (tally.dropped === 0) tally.last = { at, before: undefined, after: reading };
    },
  };
}
