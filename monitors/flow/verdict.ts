/** How a flow stands at a moment: what is wrong with which step of which run. Pure. */
import type { Outage } from "../told/attendance.ts";
import type { FlowPlan } from "./plan.ts";
import { beganAt, endedBefore, isBehind, type Run, stepOf } from "./run.ts";
import type { FlowState } from "./state.ts";

/** What can be wrong; the label `reason`. */
export const problems = ["missing", "late", "stuck", "out_of_order", "failed"] as const;
export type Wrong = (typeof problems)[number];

/** A network may deliver in another order than was sent; for so long, in milliseconds, nobody is told. */
const ORDER_MS = 10_000;

export interface Problem {
  readonly reason: Wrong;
  /** "": the run as a whole. */
  readonly step: string;
  /** Undefined where there is no run. */
  readonly run: Run | undefined;
  readonly since: number;
  /** How long it was allowed to take. */
  readonly allowedMs?: number;
  /** When it was due, or had to be done. */
  readonly due?: number;
  /** It has not begun; where it is stuck. */
  readonly waiting?: true;
  /** The step that should have been done before it. */
  readonly behind?: string;
}

/** `new`: nothing has come yet, and nothing had to. `unknown`: what was due may have come unseen. */
export type Verdict =
  | { readonly is: "new" | "up" | "late" | "unknown"; readonly due: number | undefined }
  | { readonly is: "running"; readonly run: Run }
  | { readonly is: "down"; readonly problems: readonly [Problem, ...Problem[]] };

/** `runs` in the order in which they began. */
export function verdictOf(state: FlowState, runs: readonly Run[], plan: FlowPlan, at: number): Verdict {
  const [first, ...others] = problemsOf(state, runs, plan, at);
  if (first !== undefined) return { is: "down", problems: [first, ...others] };
  const running = runs.findLast((run) => isOpen(run) && run.unwatched === undefined);
  if (running !== undefined) return { is: "running", run: running };
  const due = plan.dueAfter(state.from);
  const unseen = runs.some((run) => isOpen(run) && run.unwatched !== undefined);
  if (state.unwatched !== undefined || unseen) return { is: "unknown", due };
  if (due !== undefined && plan.due === "begin" && at >= due) return { is: "late", due };
  return { is: runs.length === 0 ? "new" : "up", due };
}

/** It has not ended, or nobody has seen it end. */
export function isOpen(run: Run): boolean {
  return run.end === undefined;
}

/** At most one for each reason and step: the one that has been there longest. */
function problemsOf(state: FlowState, runs: readonly Run[], plan: FlowPlan, at: number): readonly Problem[] {
  const found = new Map<string, Problem>();
  const note = (problem: Problem): void => {
    const key = `${problem.reason} ${problem.step}`;
    const known = found.get(key);
    if (known === undefined || problem.since < known.since) found.set(key, problem);
  };
  const due = plan.dueAfter(state.from);
  const grace = plan.due === "begin" ? plan.graceMs : 0;
  if (due !== undefined && at >= due + grace)
    note({ reason: "missing", step: "", run: undefined, since: due + grace, due });
  // A run that went well since says more than what went wrong in one before it.
  let wellAt = Number.NEGATIVE_INFINITY;
  for (const run of runs.toReversed()) {
    for (const problem of problemsIn(run, plan, at)) if (problem.since > wellAt) note(problem);
    if (run.end?.how === "done") wellAt = Math.max(wellAt, run.end.at);
  }
  return [...found.values()].sort((a, b) => a.since - b.since);
}

/** What is wrong with one run, whatever others did. */
export function problemsIn(run: Run, plan: FlowPlan, at: number): readonly Problem[] {
  const { end, unwatched } = run;
  if (end !== undefined && end.how !== "failed") return [];
  if (unwatched?.over === true) return [];
  const found: Problem[] = [];
  const deadlines = plan.deadlines(run);
  const isFailed = end?.how === "failed";
  if (isFailed && plan.steps.every(({ name }) => stepOf(run, name)?.state !== "failed"))
    found.push({ reason: "failed", step: "", run, since: end.at });
  if (!isFailed && at >= run.from + plan.longestMs) {
    const since = run.from + plan.longestMs;
    found.push({ reason: "stuck", step: "", run, since, allowedMs: plan.longestMs });
  }
  let behind: string | undefined;
  for (const [index, { name, allowedMs }] of plan.steps.entries()) {
    const step = stepOf(run, name);
    const deadline = deadlines[index];
    if (step?.failedAt !== undefined) found.push({ reason: "failed", step: name, run, since: step.failedAt });
    if (isBehind(run, name)) {
      if (behind !== undefined && step !== undefined) misplaced(index, behind);
      continue;
    }
    if (deadline !== undefined && deadline <= at && deadline > (unwatched?.until ?? 0))
      found.push({ reason: "late", step: name, run, since: deadline, due: deadline });
    if (step !== undefined && behind !== undefined) misplaced(index, behind);
    const from =
      step?.state === "running" ? step.from : behind === undefined ? waitingSince(index) : undefined;
    // Whether it has ended unseen is not known; that it is late can be seen all the same.
    if (unwatched === undefined && !isFailed && from !== undefined && allowedMs !== undefined) {
      const waiting = step === undefined ? { waiting: true as const } : {};
      if (at >= from + allowedMs)
        found.push({ reason: "stuck", step: name, run, since: from + allowedMs, allowedMs, ...waiting });
    }
    behind ??= name;
  }
  return found;

  function waitingSince(index: number): number | undefined {
    return index === 0 ? run.from : endedBefore(run, plan, index);
  }

  function misplaced(index: number, before: string): void {
    const step = plan.steps[index]?.name ?? "";
    const known = stepOf(run, step);
    const since = beganAt(run, plan, index) ?? known?.at ?? run.from;
    if (known?.state !== "skipped" && at >= since + ORDER_MS)
      found.push({ reason: "out_of_order", step, run, since: since + ORDER_MS, behind: before });
  }
}

/** What a time in which nobody watched leaves of a flow and of its runs. What was wrong before stays wrong. */
export interface Reckoned {
  readonly state: FlowState;
  readonly runs: readonly Run[];
}

/**
 * The flow after a time in which nobody watched. Where a run may have come unseen, the next one is reckoned from the
 * end of that time. Of a run that was under way nobody knows how far it has come, until something is heard of it; and
 * if the rest of it can have happened in that time, not even whether it is over.
 */
export function afterOutage(
  before: Reckoned,
  plan: FlowPlan,
  outage: Outage,
  restOf: (run: Run, at: number) => number | undefined,
  leadMs: number,
): Reckoned {
  const { from, until } = outage;
  if (before.state.paused) return before;
  const runs = before.runs.map((run) => {
    if (!isOpen(run) || run.from >= until || problemsIn(run, plan, from).length > 0) return run;
    const restMs = restOf(run, from);
    const over = restMs === undefined || until - from >= restMs / 2 || run.unwatched?.over === true;
    return { ...run, unwatched: { from: run.unwatched?.from ?? from, until, over } };
  });
  return { state: dueAfterOutage(before.state, plan, outage, leadMs), runs };
}

function dueAfterOutage(
  state: FlowState,
  plan: FlowPlan,
  { from, until }: Outage,
  leadMs: number,
): FlowState {
  const due = plan.dueAfter(state.from);
  if (due === undefined) return state;
  const unwatched = { from: state.unwatched?.from ?? from, until };
  if (plan.due === "end") {
    // It may have run at any time up to the deadline; when it usually does is known from those before.
    if (from >= due || until <= due - leadMs) return state;
    const next = until <= due ? due : Math.max(due, until);
    return { ...state, from: next, unwatched };
  }
  if (from >= due + plan.graceMs) return state;
  // Who was heard since it began is not waited for before the time.
  const early = state.from > from ? 0 : plan.graceMs;
  return due - early < until ? { ...state, from: Math.max(state.from, until), unwatched } : state;
}
