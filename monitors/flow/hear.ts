/** What an event makes of a flow and of its runs. Pure. */
import { dayOf } from "../told/words.ts";
import type { FlowPlan } from "./plan.ts";
import { type FlowEvent, newRun, type Run, stepOf, told } from "./run.ts";
import type { Flow, FlowState } from "./state.ts";
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
    if (isStuck || isLost || i < open.length + 1 - MOST_OPEN)
      changed.set(run.id, { ...run, end: { at, how: "given-up", note: "" } });
  }
  const counts = count(state, changed, event, before !== after && isFailure(before, after, event));
  const kept = order.slice(-MOST_RUNS);
  return {
    state: {
      ...watched,
      ...counts,
      from: Math.max(state.from, due ?? state.from),
      runs: kept,
    },
    changed: [...changed.values()].map(counted),
    forgotten: order.slice(0, -MOST_RUNS),
    run: counted(after),
  };
}

/**
 * The run that an event without an id is about: the latest that is under way, or the one that it has ended a moment
 * ago, or tries again; undefined where it begins a new one.
 */
function current({ state, runs }: Flow, event: FlowEvent, plan: FlowPlan, at: number): Run | undefined {
  const open = runs.findLast(isOpen);
  if (open !== undefined) return beginsAnew(open, event, plan, at) ? undefined : open;
  const last = runs.at(-1);
  if (last === undefined) return undefined;
  const isSame = last.last.step === (event.step ?? "") && last.last.state === event.state;
  if (isSame && at - last.last.at < REPEATED_MS) return last;
  const due = plan.dueOf(at, state.from);
  const isNext = due !== undefined && due !== last.due;
  const tried = event.step !== undefined && stepOf(last, event.step) !== undefined;
  return last.end?.how === "failed" && tried && !isNext && at - last.from < plan.longestMs ? last : undefined;
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
  return before.steps[step]?.failedAt !== after.steps[step]?.failedAt;
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
    ? { ...state.stepFailures, [step]: (state.stepFailures[step] ?? 0) + 1 }
    : state.stepFailures;
  return { ended, failures, stepFailures };
}

function counted(run: Run): Run {
  return run.end === undefined || run.end.how === "skipped" ? run : { ...run, counted: true };
}
