/** One run of a flow: what is remembered of its steps, and what an event makes of it. Pure. */
import { z } from "zod";
import { type State, states } from "./options.ts";
import type { FlowPlan } from "./plan.ts";

/** A start that comes so soon after the end of its step, in milliseconds, has been overtaken by it on the way. */
const OVERTAKEN_MS = 60_000;

/** One that has been delivered twice, the second time so soon after the end, in milliseconds, begins nothing. */
const REPEATED_MS = 10_000;

const stepSchema = z.strictObject({
  state: z.enum(["running", "done", "failed", "skipped"]),
  /** When it began, if it said so; in milliseconds since the Unix epoch. */
  from: z.number().optional(),
  /** When it ended. */
  to: z.number().optional(),
  /** When it was last told of. */
  at: z.number(),
  /** How often it has begun. */
  tries: z.int(),
  /** Since when it is known to have failed; it stays until the step is done after all. */
  failedAt: z.number().optional(),
  /** What came with the last event. */
  note: z.string().optional(),
});

const runSchema = z.strictObject({
  /** The token of its flow. */
  flow: z.string(),
  /** What it is called by those that tell of it. */
  id: z.string(),
  from: z.number(),
  /** When the schedule wanted it. */
  due: z.number().optional(),
  steps: z.record(z.string(), stepSchema),
  /** It is over: well, not well, left out, or nobody waits for it any more. One that failed may be tried again. */
  end: z
    .strictObject({
      at: z.number(),
      how: z.enum(["done", "failed", "skipped", "given-up"]),
      note: z.string(),
    })
    .optional(),
  /** It has been counted among those that ended. */
  counted: z.literal(true).optional(),
  /** The last event that changed something. */
  last: z.strictObject({ at: z.number(), step: z.string(), state: z.enum(states) }),
  /** Nothing was heard since a time in which nobody watched; `over`: all the rest of it may have happened then. */
  unwatched: z.strictObject({ from: z.number(), until: z.number(), over: z.boolean() }).optional(),
  /** It had gone well and was taken up again; `from` is when, and it says nothing of the usual. */
  again: z.literal(true).optional(),
  /** Steps that may have ended while nobody watched. */
  lost: z.array(z.string()).readonly().optional(),
});

export type Run = Readonly<z.output<typeof runSchema>>;
export type RunStep = Readonly<z.output<typeof stepSchema>>;

/** What somebody tells of a run, or of one of its steps. */
export interface FlowEvent {
  /** The name of the step; undefined: the run as a whole. */
  readonly step?: string;
  readonly state: State;
  /** When it happened, of a sender who says so. */
  readonly at?: number;
  readonly note: string;
}

/** Reads one from disk. */
export function decodeRun(raw: unknown): Run {
  return runSchema.parse(raw);
}

/** One that has begun at `at`. */
export function newRun(flow: string, id: string, at: number, due: number | undefined): Run {
  return {
    flow,
    id,
    from: at,
    ...(due === undefined ? {} : { due }),
    steps: {},
    last: { at, step: "", state: "start" },
  };
}

/** The run after an event that came at `now`; the same object where it changes nothing. */
export function told(run: Run, event: FlowEvent, plan: FlowPlan, now: number): Run {
  const at = event.at ?? now;
  const after = event.step === undefined ? ofRun(run, event, at) : ofStep(run, event.step, event, at, plan);
  if (after === run) return run;
  const { unwatched, ...rest } = after;
  const heard: Run = {
    ...rest,
    from: Math.min(after.from, at),
    last: { at, step: event.step ?? "", state: event.state },
    ...(unwatched === undefined ? {} : { lost: lostBefore(run, event.step, plan) }),
  };
  return event.step === undefined ? heard : concluded(heard, plan);
}

function ofRun(run: Run, { state, note }: FlowEvent, at: number): Run {
  if (state === "start") return run;
  const how = state === "done" ? "done" : state === "fail" ? "failed" : "skipped";
  if (run.end?.how === how) return run;
  // What was going on has come to the same end.
  const steps = Object.entries(run.steps).map(([name, step]): [string, RunStep] => {
    if (step.state !== "running") return [name, step];
    return [name, { ...step, state: how, to: at, at, ...(how === "failed" ? { failedAt: at } : {}) }];
  });
  return { ...run, steps: Object.fromEntries(steps), end: { at, how, note } };
}

function ofStep(run: Run, name: string, event: FlowEvent, at: number, plan: FlowPlan): Run {
  const before = Object.hasOwn(run.steps, name) ? run.steps[name] : undefined;
  const step = stepAfter(before, event, at);
  if (step === undefined || step === before) return run;
  const after = { ...run, steps: { ...run.steps, [name]: step } };
  return run.end?.how === "done" && step.state === "running" ? takenUp(after, name, at, plan) : after;
}

/** A run that has gone well begins anew at one of its steps: those after it are to be done again, by the next deadlines. */
function takenUp(
  { due: _, end: __, counted: ___, ...run }: Run,
  name: string,
  at: number,
  plan: FlowPlan,
): Run {
  const index = plan.steps.findIndex((step) => step.name === name);
  const kept = new Set(plan.steps.slice(0, index + 1).map((step) => step.name));
  const steps = Object.entries(run.steps).filter(([step]) => kept.has(step));
  return { ...run, from: at, again: true, steps: Object.fromEntries(steps) };
}

/** The step after an event; undefined or the same where it changes nothing. */
function stepAfter(step: RunStep | undefined, event: FlowEvent, at: number): RunStep | undefined {
  const note = event.note === "" ? {} : { note: event.note };
  const tries = step?.tries ?? 0;
  // Only who says when it happened can tell of the past.
  const isOld = event.at !== undefined && step !== undefined && at < step.at;
  const failed = step?.failedAt === undefined ? {} : { failedAt: step.failedAt };
  const from = step?.from === undefined ? {} : { from: step.from };
  switch (event.state) {
    case "start": {
      if (step?.state === "running") return step;
      if (step?.state === "done" && step.from === undefined && (isOld || at - step.at < OVERTAKEN_MS))
        return event.at !== undefined && at <= (step.to ?? at) ? { ...step, from: at } : step;
      if (step?.state === "done" && event.at === undefined && at - step.at < REPEATED_MS) return step;
      if (isOld || (step?.from === at && event.at !== undefined)) return step;
      return { state: "running", from: at, at, tries: tries + 1, ...failed, ...note };
    }
    case "done":
      if (step?.state === "done" || isOld) return step;
      return { state: "done", ...from, to: at, at, tries: Math.max(1, tries), ...note };
    case "fail":
      if (step?.state === "failed" || isOld) return step;
      return { state: "failed", ...from, to: at, at, tries: Math.max(1, tries), failedAt: at, ...note };
    case "skip":
      if (step?.state === "skipped" || step?.state === "done" || isOld) return step;
      return { state: "skipped", to: at, at, tries, ...note };
  }
}

/** Whether a step is behind: done, left out, or lost sight of. */
export function isBehind(run: Run, name: string): boolean {
  const state = stepOf(run, name)?.state;
  return state === "done" || state === "skipped" || run.lost?.includes(name) === true;
}

/** What is known of a step. */
export function stepOf(run: Run, name: string): RunStep | undefined {
  return Object.hasOwn(run.steps, name) ? run.steps[name] : undefined;
}

/** Over when every step is behind, and when one has failed; a step that begins again opens it again. */
function concluded(run: Run, { steps }: FlowPlan): Run {
  const { end, ...open } = run;
  const failed = steps.find(({ name }) => stepOf(run, name)?.state === "failed");
  const { at } = run.last;
  if (failed !== undefined) {
    const { note = "" } = stepOf(run, failed.name) ?? {};
    return end?.how === "failed" ? run : { ...open, end: { at, how: "failed", note } };
  }
  if (steps.every(({ name }) => isBehind(run, name))) return { ...open, end: { at, how: "done", note: "" } };
  return open;
}

/** Steps before the one that is told of now, which nobody saw end. */
function lostBefore(run: Run, step: string | undefined, { steps }: FlowPlan): readonly string[] {
  const at = step === undefined ? steps.length : steps.findIndex(({ name }) => name === step);
  const lost = steps.slice(0, at).flatMap(({ name }) => (isBehind(run, name) ? [] : [name]));
  return [...new Set([...(run.lost ?? []), ...lost])];
}

/** When a step began: as it said, else when the one before it ended. */
export function beganAt(run: Run, plan: FlowPlan, index: number): number | undefined {
  const step = stepOf(run, plan.steps[index]?.name ?? "");
  if (step?.from !== undefined) return step.from;
  const before = endedBefore(run, plan, index);
  return before === undefined || (step !== undefined && before > step.at) ? undefined : before;
}

/** When the last of the steps before this one ended. */
export function endedBefore(run: Run, plan: FlowPlan, index: number): number | undefined {
  const ends = plan.steps.slice(0, index).flatMap(({ name }) => stepOf(run, name)?.to ?? []);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** How long a step that is done took. */
export function tookMs(run: Run, plan: FlowPlan, index: number): number | undefined {
  const step = stepOf(run, plan.steps[index]?.name ?? "");
  const from = beganAt(run, plan, index);
  return step?.state !== "done" || step.to === undefined || from === undefined
    ? undefined
    : Math.max(0, step.to - from);
}
