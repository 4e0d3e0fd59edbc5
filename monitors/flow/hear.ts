/** What an event makes of a flow and of its runs. Pure. */
import { dayOf } from "../told/words.ts";
import type { FlowPlan } from "./plan.ts";
import { type FlowEvent, newRun, type Run, stepOf, told } from "./run.ts";
import { type Flow, type FlowState, stepFailuresOf } from "./state.ts";
import { isOpen, problemsIn } from "./verdict.ts";

/** How many runs may be under way at once; the oldest is given up. */
const MOST_OPEN = 20;
/** How many runs are remembered. */
const MOST_RUNS = 60;
/** The event that ended a run may come twice; so long after it, in milliseconds, it is a new run. */
const REPEATED_MS = 60_000;

/** What becomes of a flow when something is told of a run. */
export interface Heard {
  readonly state: FlowState;
  /** Those that have changed. */
  readonly changed: readonly Run[];
  /** Ids of those that are forgotten. */
  readonly forgotten: readonly string[];
  /** The run that was told of. */
  readonly run: Run;
}

/** The flow after an event of the run `id`, which came at `now`; undefined for `id`: of the run under way. */
export function heard(
  flow: Flow,
  id: string | undefined,
  event: FlowEvent,
  plan: FlowPlan,
  now: number,
): Heard {
  const { state, runs } = flow;
  const at = event.at ?? now;
  const known = id === undefined ? current(flow, event, plan, at) : runs.find((run) => run.id === id);
  const due = known === undefined ? plan.dueOf(at, state.from) : known.due;
  const before = known ?? newRun(flow.token, id ?? freeId(runs, at, plan.zone), at, due);
  const after = told(before, event, plan, now);
  if (after === known) return { state, changed: [], forgotten: [], run: after };

  const { unwatched: _, ...watched } = state;
  const order = known === undefined ? [...state.runs, after.id] : state.runs;
  const changed = new Map([[after.id, after]]);
  // Of a run that nobody saw end, a later one that went well is news enough; and so many are not kept open.
  const open = runs.filter((run) => isOpen(run) && run.id !== after.id);
  const isWell = after.end?.how === "done" && before.end?.how !== "done";
  for (const [i, run] of open.entries()) {
    const isStuck = isWell && run.from < after.from && problemsIn(run, plan, at).length > 0;
    const isLost = isWell && run.from < after.from && run.unwatched !== undefined;
    if (!isStuck && !isLost && i >= open.length + (isOpen(after) ? 1 : 0) - MOST_OPEN) continue;
    const end = { at, how: "given-up", note: "" } as const;
    // How one ended that nobody saw end, nobody knows: it counts neither way.
    changed.set(run.id, { ...run, end, ...(isLost && !isStuck ? { counted: true as const } : {}) });
  }
  const counts = count(state, changed, event, before !== after && isFailure(before, after, event));
  const forgotten = tooMany(order, runs, changed);
  return {
    state: {
      ...watched,
      ...counts,
      from: Math.max(state.from, due ?? state.from),
      runs: order.filter((one) => !forgotten.includes(one)),
    },
    changed: [...changed.values()].map(counted),
    forgotten,
    run: counted(after),
  };
}

/** The oldest that are over, of more than are remembered. */
function tooMany(
  order: readonly string[],
  runs: readonly Run[],
  changed: ReadonlyMap<string, Run>,
): readonly string[] {
  const count = order.length - MOST_RUNS;
  if (count <= 0) return [];
  const open = new Set(runs.filter((run) => isOpen(changed.get(run.id) ?? run)).map(({ id }) => id));
  return order.filter((id) => !open.has(id)).slice(0, count);
}

/**
 * The run that an event without an id is about: the latest that is under way, or the one that it has ended a moment
 * ago, or tries again; undefined where it begins a new one.
 */
function current({ state, runs }: Flow, event: FlowEvent, plan: FlowPlan, at: number): Run | undefined {
  const last = runs.at(-1);
  if (last !== undefined && isTriedAgain(last, event, plan, { at, settled: state.from })) return last;
  const open = runs.findLast(isOpen);
  if (open !== undefined) return beginsAnew(open, event, plan, at) ? undefined : open;
  const isSame = last?.last.step === (event.step ?? "") && last.last.state === event.state;
  return isSame && at - last.last.at < REPEATED_MS ? last : undefined;
}

/** Whether a step of a run that has failed begins again: before the next is due, and in half the time a run may take. */
function isTriedAgain(
  run: Run,
  { step }: FlowEvent,
  plan: FlowPlan,
  { at, settled }: { readonly at: number; readonly settled: number },
): boolean {
  if (run.end?.how !== "failed" || step === undefined || stepOf(run, step) === undefined) return false;
  const due = plan.dueOf(at, settled);
  return (due === undefined || due === run.due) && at - run.from < plan.longestMs / 2;
}

/** Whether the first step begins once more: the run in which it was told of before has been left behind. */
function beginsAnew(open: Run, { step, state }: FlowEvent, { steps }: FlowPlan, at: number): boolean {
  if (step === undefined || step !== steps[0]?.name) return false;
  const known = stepOf(open, step);
  if (known === undefined || at - known.at < REPEATED_MS) return false;
  return state === "start" || (state === "done" && known.state === "done");
}

/** A run without a name is called by its day; the second one of a day `2026-11-28-2`. */
function freeId(runs: readonly Run[], at: number, zone: string): string {
  const day = dayOf(at, zone);
  const taken = new Set(runs.map(({ id }) => id));
  for (let i = 1; ; i++) {
    const id = i === 1 ? day : `${day}-${i}`;
    if (!taken.has(id)) return id;
  }
}

function isFailure(before: Run, after: Run, { step, state }: FlowEvent): boolean {
  if (state !== "fail" || step === undefined) return false;
  return stepOf(before, step)?.failedAt !== stepOf(after, step)?.failedAt;
}

/** A run counts once: when it ends for the first time. One that was left out does not count. */
function count(
  state: FlowState,
  changed: ReadonlyMap<string, Run>,
  { step = "" }: FlowEvent,
  stepFailed: boolean,
): Pick<FlowState, "ended" | "failures" | "stepFailures"> {
  let { ended, failures } = state;
  for (const run of changed.values()) {
    if (run.end === undefined || run.counted === true || run.end.how === "skipped") continue;
    ended++;
    if (run.end.how !== "done") failures++;
  }
  const stepFailures = stepFailed
    ? { ...state.stepFailures, [step]: stepFailuresOf(state, step) + 1 }
    : state.stepFailures;
  return { ended, failures, stepFailures };
}

function counted(run: Run): Run {
  return run.end === undefined || run.end.how === "skipped" ? run : { ...run, counted: true };
}
