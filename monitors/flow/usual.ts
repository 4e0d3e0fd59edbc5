/** What is usual for a flow, from the runs that went well lately. Pure. */
import type { FlowPlan } from "./plan.ts";
import { beganAt, isBehind, type Run, stepOf, tookMs } from "./run.ts";

/** So many runs say what is usual. */
const MOST_RUNS = 30;

/** How long something usually takes, in milliseconds. */
export interface Usual {
  readonly medianMs: number;
  readonly p90Ms: number;
  /** How many runs say so. */
  readonly runs: number;
}

export interface UsualStep extends Usual {
  /** How long after the beginning of the run it usually begins. */
  readonly beginsMs: number;
}

export interface UsualRun {
  readonly run: Usual | undefined;
  /** By index of the step. */
  readonly steps: readonly (UsualStep | undefined)[];
}

/** What was usual, of all runs but `except`. */
export function usualOf(runs: readonly Run[], plan: FlowPlan, except?: string): UsualRun {
  const well = runs
    .filter(({ id, end, again }) => id !== except && end?.how === "done" && again !== true)
    .slice(-MOST_RUNS);
  return {
    run: usual(well.map((run) => (run.end?.at ?? run.from) - run.from)),
    steps: plan.steps.map((_, index) => {
      const took = well.flatMap((run) => tookMs(run, plan, index) ?? []);
      const begins = well.flatMap((run) => {
        const at = beganAt(run, plan, index);
        return at === undefined ? [] : [at - run.from];
      });
      const found = usual(took);
      return found && { ...found, beginsMs: quantile(begins, 0.5) };
    }),
  };
}

/**
 * How long the rest of a run usually takes from `at`, to the end of the step `last`; undefined where that is not known
 * of every step.
 */
export function usualRest(
  run: Run,
  plan: FlowPlan,
  { steps }: UsualRun,
  at: number,
  last = plan.steps.length - 1,
): number | undefined {
  let restMs = 0;
  for (const [index, { name }] of plan.steps.slice(0, last + 1).entries()) {
    const step = stepOf(run, name);
    if (step?.state === "done" || step?.state === "skipped") continue;
    const known = steps[index];
    if (known === undefined) return undefined;
    restMs += Math.max(0, known.medianMs - (step?.from === undefined ? 0 : at - step.from));
  }
  return restMs;
}

/** A deadline that a run is on its way to. */
export interface Outlook {
  readonly step: string;
  readonly deadline: number;
  /** When the step is done, if all goes on as usual. */
  readonly expected: number;
}

/** By when the steps with a deadline are done as usual, of those that are not behind and of which it can be said. */
export function outlookOf(run: Run, plan: FlowPlan, usual: UsualRun, at: number): readonly Outlook[] {
  const deadlines = plan.deadlines(run);
  return plan.steps.flatMap(({ name: step }, index) => {
    const deadline = deadlines[index];
    if (deadline === undefined || isBehind(run, step)) return [];
    const restMs = usualRest(run, plan, usual, at, index);
    return restMs === undefined ? [] : [{ step, deadline, expected: at + restMs }];
  });
}

/** How long before its deadline a run began at the earliest, of those that are remembered. */
export function usualLead(runs: readonly Run[], otherwiseMs: number): number {
  const leads = runs.flatMap(({ from, due }) => (due === undefined || due < from ? [] : [due - from]));
  return leads.length === 0 ? otherwiseMs : Math.min(otherwiseMs, Math.max(...leads) * 1.25);
}

function usual(all: readonly number[]): Usual | undefined {
  if (all.length === 0) return undefined;
  return { medianMs: quantile(all, 0.5), p90Ms: quantile(all, 0.9), runs: all.length };
}

/** As Prometheus' `quantile` has it: between two ranks, in proportion. */
function quantile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const [low = 0, high = low] = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return low + (high - low) * (rank - Math.floor(rank));
}
