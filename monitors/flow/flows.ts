/** All flows over the store: what was told is on disk, and times in which nobody watched are reckoned with. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import type { Change } from "../../storage/store.ts";
import type { Look, MatchedLine, MatchListener, ToldSight } from "../monitor.ts";
import type { MonitorRecord } from "../monitor-book.ts";
import { reasonText } from "../reason.ts";
import { type Outage, openAttendance } from "../told/attendance.ts";
import { createPace } from "../told/pace.ts";
import type { ToldDeps } from "../told/told.ts";
import { flowIndex } from "./flow-index.ts";
import { type Heard, heard } from "./hear.ts";
import { type FlowOptions, type State, visible } from "./options.ts";
import { type FlowPlan, planOf } from "./plan.ts";
import { lookAt, usualFor } from "./report.ts";
import { decodeRun, type FlowEvent, type Run } from "./run.ts";
import { decodeFlow, type Flow, newFlow, paused, setBack } from "./state.ts";
import { usualLead, usualOf, usualRest } from "./usual.ts";
import { afterOutage, type Problem, verdictOf } from "./verdict.ts";
import { problemWords } from "./words.ts";

/** So many events of one flow may come at once, and ten more a second. */
const BURST = 200;
const REFILL_MS = 100;

/** So long is the id of a run at most, in characters. */
const LONGEST_ID = 100;
/** So much of a line of a log is kept with its step, in characters. */
const KEPT_LINE = 500;

const DAY_MS = 86_400_000;

/** What became of an event: it is on disk, and `changed` something or not; or it came too soon after the others. */
export type TakenEvent =
  | { readonly is: "taken"; readonly changed: boolean; readonly run: Run }
  | { readonly is: "too-often"; readonly waitMs: number };

/** A flow as people see it: what is asked of it, what is remembered, and what is wrong. */
export interface FlowView extends Flow {
  readonly plan: FlowPlan;
  readonly problems: readonly Problem[];
}

export interface Flows extends ToldSight, MatchListener {
  /** Reckons with the time since the last stop; resolves when that is on disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The flow of this name. */
  find(name: string): MonitorRecord | undefined;
  /** Takes an event in; resolves when it is on disk. Rejects with NotSaved when the disk refuses. `run`: the one under way unless given. */
  take(record: MonitorRecord, run: string | undefined, event: FlowEvent): Promise<TakenEvent>;
  /** How it stands, for people; also of one that is not in the book. */
  view(record: Pick<MonitorRecord, "options">): FlowView;
  /** What a look would see now. */
  lookNow(record: Pick<MonitorRecord, "options">): Look;
  /** Words on what an alert of `flow_problem` is about; undefined where it is about no flow, or nothing is wrong any more. */
  explain(labels: Labels): Text | undefined;
}

/** Opens the tables of flows. The book must be of the same store. */
export function openFlows(deps: ToldDeps): Flows {
  const { store, book, clock, elapsed, zone, log } = deps;
  const flows = store.table("flows", decodeFlow);
  const runs = store.table("flow_runs", decodeRun);
  const index = flowIndex(book);
  const pace = createPace(BURST, REFILL_MS);
  const plans = new WeakMap<object, FlowPlan>();
  /** By token: how each stood at last. */
  const stood = new Map<string, string>();
  const attendance = openAttendance({
    store,
    clock,
    log,
    table: "flow_watch",
    what: "flows",
    isIdle: () => index.size === 0 && flows.size === 0,
    reckon,
  });
  let unwatch: readonly (() => void)[] = [];

  function planFor(options: object): FlowPlan {
    let plan = plans.get(options);
    if (plan === undefined) {
      // Read by the schema of the kind, whoever made the record.
      plan = planOf(options as FlowOptions, zone);
      plans.set(options, plan);
    }
    return plan;
  }

  function readFlow(token: string, now: number, change?: Change): Flow {
    const state = (change === undefined ? flows.get(token) : change.get(flows, token)) ?? newFlow(now);
    const known = state.runs.flatMap((id) => {
      const key = keyOf(token, id);
      return (change === undefined ? runs.get(key) : change.get(runs, key)) ?? [];
    });
    return { token, state, runs: known.toSorted((a, b) => a.from - b.from) };
  }

  /** Makes what is stored agree with the monitors there are, and with the time in which nobody watched. */
  function reckon(change: Change, now: number, outage: Outage | undefined): void {
    const known = new Set<string>();
    for (const [token, record] of index.byToken()) {
      known.add(token);
      const stored = change.get(flows, token);
      let flow = setBack(readFlow(token, now, change), now);
      if (outage !== undefined) flow = { token, ...unwatchedFlow(flow, planFor(record.options), outage) };
      const state = paused(flow.state, record.paused, now);
      if (state !== stored) change.put(flows, token, state);
      for (const run of flow.runs) {
        const key = keyOf(token, run.id);
        if (change.get(runs, key) !== run) change.put(runs, key, run);
      }
    }
    for (const [token, { runs: ids }] of flows.entries()) {
      if (known.has(token)) continue;
      for (const id of ids) change.remove(runs, keyOf(token, id));
      change.remove(flows, token);
      pace.forget(token);
      stood.delete(token);
    }
  }

  function unwatchedFlow(flow: Flow, plan: FlowPlan, outage: Outage): Pick<Flow, "state" | "runs"> {
    const rest = (run: Run, at: number): number | undefined =>
      usualRest(run, plan, usualOf(flow.runs, plan, run.id), at);
    return afterOutage(flow, plan, outage, rest, usualLead(flow.runs, DAY_MS));
  }

  /** Puts down what an event makes of its flow. */
  function tell(
    change: Change,
    record: MonitorRecord,
    run: string | undefined,
    event: FlowEvent,
    now: number,
  ): Heard {
    const token = tokenOf(record);
    const after = heard(readFlow(token, now, change), run, event, planFor(record.options), now);
    for (const one of after.changed) change.put(runs, keyOf(token, one.id), one);
    for (const id of after.forgotten) change.remove(runs, keyOf(token, id));
    if (after.changed.length > 0) change.put(flows, token, after.state);
    return after;
  }

  /** After a commit: a flow that stands differently now is looked at again at once. */
  function noticed(token: string): void {
    const record = index.byToken().get(token);
    if (record === undefined || record.paused) return;
    const standing = standingOf(record);
    if (stood.get(token) !== standing) deps.news(record.name);
    stood.set(token, standing);
  }

  function standingOf(record: MonitorRecord): string {
    const now = clock.now();
    const flow = readFlow(tokenOf(record), now);
    const verdict = verdictOf(flow.state, flow.runs, planFor(record.options), now);
    if (verdict.is !== "down") return verdict.is;
    return verdict.problems.map(({ reason, step, run }) => `${reason} ${step} ${run?.id}`).join("\n");
  }

  function view(options: object): FlowView {
    const now = clock.now();
    const plan = planFor(options);
    const flow = readFlow(String((options as FlowOptions).token), now);
    const verdict = verdictOf(flow.state, flow.runs, plan, now);
    return { ...flow, plan, problems: verdict.is === "down" ? verdict.problems : [] };
  }

  function lookNow(options: object): Look {
    const now = clock.now();
    const plan = planFor(options);
    const stored = readFlow(String((options as FlowOptions).token), now);
    const outage = attendance.outageAt(now);
    // The commit that says so may be on its way, or be refused.
    const flow = outage === undefined ? stored : { ...stored, ...unwatchedFlow(stored, plan, outage) };
    const heldAt = attendance.standingAt(now);
    return lookAt(flow, plan, flow.runs.some(({ last }) => last.at > heldAt) ? now : heldAt);
  }

  return {
    async start() {
      unwatch = [
        book.table.watch((_, after, before) => {
          if (after?.kind === "flow" || before?.kind === "flow") attendance.changed();
        }),
        runs.watch((_, after) => {
          if (after !== undefined) noticed(after.flow);
        }),
      ];
      await attendance.start();
    },

    async stop() {
      for (const end of unwatch) end();
      await attendance.stop();
    },

    find: (name) => index.find(name),
    view: ({ options }) => view(options),

    async take(record, run, event) {
      const waitMs = pace.take(tokenOf(record), elapsed());
      if (waitMs > 0) return { is: "too-often", waitMs };
      const now = clock.now();
      const after = await store
        .commit((change) => tell(change, record, run, event, now))
        .catch((error: unknown) => {
          attendance.refused();
          throw error;
        });
      return { is: "taken", changed: after.changed.length > 0, run: after.run };
    },

    heard(change, lines) {
      for (const line of lines)
        for (const { record, step, state } of index.matching(line.monitor, line.pattern))
          if (!record.paused) tell(change, record, runIn(line), eventOf(line, step, state), clock.now());
    },

    look: (options) => lookNow(options),
    lookNow: ({ options }) => lookNow(options),

    explain(labels) {
      const record = index.find(labels["monitor"] ?? "");
      if (record === undefined) return undefined;
      const seen = view(record.options);
      const { reason = "", step = "" } = labels;
      const problem = seen.problems.find(
        (one) => reason === "" || (one.step === step && (one.reason === reason || reasonIn(one) === reason)),
      );
      return problem && problemWords(problem, { plan: seen.plan, usual: usualFor(seen, seen.plan, problem) });
    },
  };
}

/** The id that a line names, where it names one. */
function runIn({ groups }: MatchedLine): string | undefined {
  const id = groups["run"]?.trim();
  return id === undefined || !isRunId(id) ? undefined : id;
}

function eventOf({ at, line }: MatchedLine, step: string, state: State): FlowEvent {
  return { step, state, at, note: line.slice(0, KEPT_LINE) };
}

/** Whether a run can be called so: one line of 1 to 100 visible characters. */
export function isRunId(id: string): boolean {
  return id.length <= LONGEST_ID && visible.test(id);
}

function reasonIn({ reason }: Problem): string {
  return reasonText[reason].zh;
}

/** Every flow in the book has one: it was made up when it was made. */
function tokenOf({ options }: Pick<MonitorRecord, "options">): string {
  return String(options["token"]);
}

function keyOf(token: string, run: string): string {
  return `${token}/${run}`;
}
