/** What is remembered of a flow beside its runs. Pure. */
import { z } from "zod";
import type { Run } from "./run.ts";

/** A run settles a moment to come of at most a day ahead. */
const SETTLED_MS = 86_400_000;

const stateSchema = z.strictObject({
  /** Until when runs have had theirs: the last that was due and came, or the moment since which somebody watches. */
  from: z.number(),
  paused: z.boolean(),
  /** What was due since then may have come in a time in which nobody watched. */
  unwatched: z.strictObject({ from: z.number(), until: z.number() }).optional(),
  /** The ids of the runs that are remembered, in the order in which they were first told of. */
  runs: z.array(z.string()).readonly(),
  ended: z.number(),
  failures: z.number(),
  /** How often each step has failed. */
  stepFailures: z.record(z.string(), z.number()),
});

/** A flow as it is stored, under its token. */
export type FlowState = Readonly<z.output<typeof stateSchema>>;

/** Reads one from disk. */
export function decodeFlow(raw: unknown): FlowState {
  return stateSchema.parse(raw);
}

/** One of which nothing has been heard. */
export function newFlow(at: number): FlowState {
  return { from: at, paused: false, runs: [], ended: 0, failures: 0, stepFailures: {} };
}

/** How often a step has failed; a step may be called `constructor`. */
export function stepFailuresOf({ stepFailures }: FlowState, step: string): number {
  return Object.hasOwn(stepFailures, step) ? (stepFailures[step] ?? 0) : 0;
}

/** A flow with the runs that it remembers. */
export interface Flow {
  readonly token: string;
  readonly state: FlowState;
  readonly runs: readonly Run[];
}

/** From now on somebody waits for it, or nobody does. What came due meanwhile is not reckoned. */
export function paused(state: FlowState, isPaused: boolean, at: number): FlowState {
  if (state.paused === isPaused) return state;
  return isPaused ? { ...state, paused: true } : { ...state, paused: false, from: Math.max(state.from, at) };
}

/** The flow after the clock was set back to `at`: nothing has happened in the future. */
export function setBack({ token, state, runs }: Flow, at: number): Flow {
  const earlier = runs.map((run) => {
    const steps = Object.entries(run.steps);
    if (run.from <= at && steps.every(([, step]) => step.at <= at)) return run;
    const until = (moment: number): number => Math.min(moment, at);
    return {
      ...run,
      from: until(run.from),
      steps: Object.fromEntries(
        steps.map(([name, step]) => [
          name,
          {
            ...step,
            at: until(step.at),
            ...(step.from === undefined ? {} : { from: until(step.from) }),
            ...(step.to === undefined ? {} : { to: until(step.to) }),
            ...(step.failedAt === undefined ? {} : { failedAt: until(step.failedAt) }),
          },
        ]),
      ),
    };
  });
  // One that came early has settled a moment to come; that stays settled, unless it is out of all reach.
  const from = state.from - at > SETTLED_MS ? at : state.from;
  return { token, state: from === state.from ? state : { ...state, from }, runs: earlier };
}
