/** What a look at a flow brings home: samples, and how it stands in words. Pure. */

import { spanWords } from "../../storage/duration.ts";
import type { Text } from "../../storage/locale.ts";
import type { Look, Reading } from "../monitor.ts";
import type { Reason, ReasonCode } from "../reason.ts";
import { lookOf } from "../told/told.ts";
import { localTime } from "../told/words.ts";
import type { FlowPlan } from "./plan.ts";
import { beganAt, type Run, stepOf, tookMs } from "./run.ts";
import { type Flow, stepFailuresOf } from "./state.ts";
import { type Outlook, outlookOf, type UsualRun, usualOf } from "./usual.ts";
import { isOpen, type Problem, problems, type Verdict, verdictOf, type Wrong } from "./verdict.ts";
import { problemWords, runningWords } from "./words.ts";

/** What can be wrong with a step; the run as a whole can be all but late and out of order. */
const OF_STEP: readonly Wrong[] = problems.filter((reason) => reason !== "missing");
const OF_RUN: readonly Wrong[] = ["missing", "stuck", "failed"];

/** The look at `at`. */
export function lookAt(flow: Flow, plan: FlowPlan, at: number): Look {
  const verdict = verdictOf(flow.state, flow.runs, plan, at);
  const readings = readingsOf(flow, plan, verdict, at);
  const reason = reasonFor(flow, plan, verdict, at);
  return lookOf(verdict.is, readings, reason);
}

function readingsOf({ state, runs }: Flow, plan: FlowPlan, verdict: Verdict, at: number): Reading[] {
  const ended = runs.findLast(({ end }) => end?.how === "done");
  const readings: Reading[] = [
    { name: "flow_runs_total", value: state.ended },
    { name: "flow_failures_total", value: state.failures },
    { name: "flow_runs_open", value: runs.filter(isOpen).length },
  ];
  if (ended?.end !== undefined) {
    readings.push({ name: "flow_run_duration_seconds", value: (ended.end.at - ended.from) / 1_000 });
    readings.push({ name: "flow_last_success_timestamp_seconds", value: ended.end.at / 1_000 });
  }
  for (const [index, { name: step }] of plan.steps.entries()) {
    const labels = { step };
    readings.push({ name: "flow_step_failures_total", labels, value: stepFailuresOf(state, step) });
    const last = runs.findLast((run) => tookMs(run, plan, index) !== undefined);
    const took = last === undefined ? undefined : tookMs(last, plan, index);
    if (took !== undefined)
      readings.push({ name: "flow_step_duration_seconds", labels, value: took / 1_000 });
    const oldest = oldestRunning(runs, plan, index);
    if (oldest !== undefined)
      readings.push({ name: "flow_step_age_seconds", labels, value: Math.max(0, at - oldest) / 1_000 });
  }
  const going = runs.findLast((run) => isOpen(run) && run.unwatched === undefined);
  for (const { step, deadline, expected } of going === undefined ? [] : outlook(going, runs, plan, at))
    readings.push({
      name: "flow_deadline_margin_seconds",
      labels: { step },
      value: (deadline - expected) / 1_000,
    });
  // What nobody can know is not written: missing is honest, and 1 or 0 would be a guess.
  if (verdict.is === "unknown") return readings;
  const wrong = verdict.is === "down" ? verdict.problems : [];
  const isWrong = (reason: Wrong, step: string): number =>
    wrong.some((one) => one.reason === reason && one.step === step) ? 1 : 0;
  for (const reason of OF_RUN)
    readings.push({ name: "flow_problem", labels: { reason }, value: isWrong(reason, "") });
  for (const { name: step } of plan.steps)
    for (const reason of OF_STEP)
      readings.push({ name: "flow_problem", labels: { reason, step }, value: isWrong(reason, step) });
  if (verdict.is !== "new") readings.push({ name: "flow_up", value: wrong.length === 0 ? 1 : 0 });
  return readings;
}

function outlook(run: Run, runs: readonly Run[], plan: FlowPlan, at: number): readonly Outlook[] {
  if (plan.steps.every(({ deadline }) => deadline === undefined)) return [];
  return outlookOf(run, plan, usualOf(runs, plan, run.id), at);
}

/** Since when a step has been going on, in the run in which it began first. */
function oldestRunning(runs: readonly Run[], plan: FlowPlan, index: number): number | undefined {
  const name = plan.steps[index]?.name ?? "";
  const begun = runs.flatMap((run) =>
    isOpen(run) && stepOf(run, name)?.state === "running" ? (beganAt(run, plan, index) ?? []) : [],
  );
  return begun.length === 0 ? undefined : Math.min(...begun);
}

function reasonFor(flow: Flow, plan: FlowPlan, verdict: Verdict, at: number): Reason | undefined {
  const time = (moment: number): string => localTime(moment, plan.zone);
  switch (verdict.is) {
    case "up":
      return undefined;
    case "new":
      return say("waiting", "nothing has come yet", {
        zh: `还没有跑过${verdict.due === undefined ? "" : `，${time(verdict.due)} ${plan.due === "end" ? "前应跑完" : "应开始"}`}`,
        en: `it has not run yet${verdict.due === undefined ? "" : `; due ${plan.due === "end" ? "to be done by" : "to begin"} ${time(verdict.due)}`}`,
      });
    case "running": {
      const words = runningWords(verdict.run, { plan, usual: usualOf(flow.runs, plan, verdict.run.id), at });
      return say("running", words.en, words);
    }
    case "late": {
      const due = time(verdict.due ?? at);
      const grace = spanWords(plan.graceMs);
      return say("late", `was due ${due}`, {
        zh: `迟到：${due} 就该开始，宽限 ${grace.zh}`,
        en: `late: it was due to begin ${due}, with a grace of ${grace.en}`,
      });
    }
    case "unknown": {
      const away =
        flow.state.unwatched ?? flow.runs.findLast((run) => run.unwatched !== undefined)?.unwatched;
      const { from, until } = away ?? { from: at, until: at };
      const next = verdict.due === undefined ? undefined : time(verdict.due);
      return say("unwatched", `nobody watched from ${time(from)} to ${time(until)}`, {
        zh: `不知道：${time(from)} 到 ${time(until)} 更夫不在，可能错过了消息${next === undefined ? "" : `；下一次是 ${next}`}`,
        en: `unknown: nobody watched from ${time(from)} to ${time(until)}, and something may have been missed${next === undefined ? "" : `; the next is due ${next}`}`,
      });
    }
    case "down": {
      const [first, ...others] = verdict.problems;
      const words = problemWords(first, { plan, usual: usualFor(flow, plan, first), at });
      const count = others.length;
      return say(codes[first.reason], words.en, {
        zh: count === 0 ? words.zh : `${words.zh}（另有 ${count} 处不对）`,
        en: count === 0 ? words.en : `${words.en} (and ${count} more)`,
      });
    }
  }
}

/** What is usual, of the other runs. */
export function usualFor({ runs }: Flow, plan: FlowPlan, { run }: Pick<Problem, "run">): UsualRun {
  return usualOf(runs, plan, run?.id);
}

const codes: Readonly<Record<Wrong, ReasonCode>> = {
  missing: "missing",
  late: "late",
  stuck: "stuck",
  out_of_order: "out_of_order",
  failed: "failed",
};

function say(code: ReasonCode, detail: string, text: Text): Reason {
  return { code, detail, text };
}
