/** A run as it is to be drawn: each step on the axis of time, beside what is usual. Pure. */
import type { Locale } from "../../storage/locale.ts";
import type { FlowPlan } from "./plan.ts";
import { beganAt, isBehind, type Run, type RunStep, stepOf, tookMs } from "./run.ts";
import { type Usual, type UsualRun, usualOf } from "./usual.ts";
import { isOpen, type Problem, problemsIn } from "./verdict.ts";

/** One step; moments in milliseconds since the Unix epoch. */
export interface TimelineRow {
  readonly name: string;
  readonly state: RunStep["state"] | "waiting" | "lost";
  /** From when to when it went on; to now, where it has not ended. A point, where nobody knows when it began. */
  readonly bar: { readonly from: number; readonly to: number } | undefined;
  /** From here on the bar is longer than it may be. */
  readonly overFrom: number | undefined;
  readonly usual: { readonly from: number; readonly to: number; readonly p90: number } | undefined;
  readonly deadline: number | undefined;
  readonly tookMs: number | undefined;
  readonly usualMs: number | undefined;
  readonly isWrong: boolean;
}

export interface Timeline {
  /** Plain text: the name of the flow. */
  readonly title: string;
  readonly run: string;
  readonly from: number;
  readonly to: number;
  /** Now, while it goes on. */
  readonly now: number | undefined;
  readonly how: "running" | "done" | "failed" | "skipped" | "given-up" | "wrong";
  readonly tookMs: number;
  readonly usual: Usual | undefined;
  readonly rows: readonly TimelineRow[];
  /** IANA name of the time zone. */
  readonly zone: string;
  readonly locale: Locale;
}

/** However short the run is. */
const SHORTEST_MS = 10_000;
/** A deadline that is further away than so many times what is to be seen is only named. */
const FAR = 2;

/** The timeline of a run as it is at `at`. */
export function timelineOf(
  about: {
    readonly name: string;
    readonly runs: readonly Run[];
    readonly plan: FlowPlan;
    readonly locale: Locale;
  },
  run: Run,
  at: number,
): Timeline {
  const { plan } = about;
  const usual = usualOf(about.runs, plan, run.id);
  const problems = problemsIn(run, plan, at);
  const endedAt = run.end?.at ?? Math.max(at, run.from);
  const rows = plan.steps.map((_, index) => rowOf(run, plan, usual, index, endedAt, problems));
  const seen = Math.max(endedAt, run.from + SHORTEST_MS, ...rows.flatMap(({ bar }) => bar?.to ?? []));
  const usually = Math.max(seen, ...rows.flatMap((row) => row.usual?.p90 ?? []));
  // A run that has just begun is shown with all that is to come; one that takes for ever is not made shorter by it.
  const to = Math.max(
    usually,
    ...rows.flatMap(({ deadline }) =>
      deadline !== undefined && deadline - run.from <= FAR * (usually - run.from) ? deadline : [],
    ),
  );
  const wrong = problems.length > 0 && run.end?.how !== "failed";
  return {
    title: about.name,
    run: run.id,
    from: run.from,
    to: to + Math.round((to - run.from) * 0.02),
    now: isOpen(run) ? at : undefined,
    how: wrong ? "wrong" : (run.end?.how ?? "running"),
    tookMs: endedAt - run.from,
    usual: usual.run,
    rows,
    zone: plan.zone,
    locale: about.locale,
  };
}

function rowOf(
  run: Run,
  plan: FlowPlan,
  usual: UsualRun,
  index: number,
  endedAt: number,
  problems: readonly Problem[],
): TimelineRow {
  const name = plan.steps[index]?.name ?? "";
  const allowedMs = plan.steps[index]?.allowedMs;
  const deadline = plan.deadlines(run)[index];
  const step = stepOf(run, name);
  const known = usual.steps[index];
  const from = step?.state === "skipped" ? undefined : beganAt(run, plan, index);
  const bar =
    step === undefined || step.state === "skipped" ? undefined : barOf(step, from, endedAt, run.from);
  const over = [
    allowedMs === undefined || bar === undefined ? [] : bar.from + allowedMs,
    deadline ?? [],
  ].flat();
  const overFrom = bar === undefined || over.length === 0 ? undefined : Math.min(...over);
  return {
    name,
    state: step?.state ?? (isBehind(run, name) ? "lost" : "waiting"),
    bar,
    overFrom:
      overFrom !== undefined && bar !== undefined && overFrom < bar.to
        ? Math.max(overFrom, bar.from)
        : undefined,
    usual: known && {
      from: run.from + known.beginsMs,
      to: run.from + known.beginsMs + known.medianMs,
      p90: run.from + known.beginsMs + known.p90Ms,
    },
    deadline,
    tookMs:
      tookMs(run, plan, index) ??
      (step?.state === "running" && bar !== undefined ? bar.to - bar.from : undefined),
    usualMs: known?.medianMs,
    isWrong: problems.some((problem) => problem.step === name),
  };
}

/** Nothing of a step that was done before the run was taken up again. */
function barOf(
  step: RunStep,
  from: number | undefined,
  endedAt: number,
  runFrom: number,
): TimelineRow["bar"] {
  const to = step.to ?? Math.max(endedAt, step.at);
  if (to < runFrom) return undefined;
  return { from: Math.min(from ?? to, to), to };
}
