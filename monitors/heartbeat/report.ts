/** What a look at a heartbeat brings home: samples, and how it stands in words. Pure. */

import { spanWords } from "../../storage/duration.ts";
import type { Text } from "../../storage/locale.ts";
import type { Look, Reading } from "../monitor.ts";
import type { Reason, ReasonCode } from "../reason.ts";
import { lookOf } from "../told/told.ts";
import { localTime } from "../told/words.ts";
import type { Beat } from "./beat.ts";
import type { Expectation } from "./options.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** So much of a body stands beside the reason, in characters. */
const SHOWN_BODY = 120;

const PROBLEMS = ["missing", "too_long", "failed"] as const;

/** The look at `at`. */
export function lookAt(beat: Beat, expected: Expectation, at: number): Look {
  const verdict = verdictOf(beat, expected, at);
  const readings = readingsOf(beat, verdict);
  const reason = reasonFor(beat, expected, verdict, at);
  return lookOf(verdict.is, readings, reason);
}

function readingsOf(beat: Beat, verdict: Verdict): Reading[] {
  const readings: Reading[] = [
    { name: "heartbeat_runs_total", value: beat.ended },
    { name: "heartbeat_failures_total", value: beat.failures },
  ];
  if (beat.last !== undefined)
    readings.push({ name: "heartbeat_last_ping_timestamp_seconds", value: beat.last.at / 1_000 });
  if (beat.durationMs !== undefined)
    readings.push({ name: "heartbeat_duration_seconds", value: beat.durationMs / 1_000 });
  // What nobody can know is not written: missing is honest, and 1 or 0 would be a guess.
  if (verdict.is === "unknown") return readings;
  const why = verdict.is === "down" ? verdict.why : undefined;
  for (const reason of PROBLEMS)
    readings.push({ name: "heartbeat_problem", labels: { reason }, value: reason === why ? 1 : 0 });
  if (verdict.is !== "new") readings.push({ name: "heartbeat_up", value: why === undefined ? 1 : 0 });
  return readings;
}

function reasonFor(beat: Beat, expected: Expectation, verdict: Verdict, at: number): Reason | undefined {
  const time = (moment: number): string => localTime(moment, expected.zone);
  const grace = spanWords(expected.graceMs);
  switch (verdict.is) {
    case "up":
      return undefined;
    case "new": {
      const due = dueWords(verdict.due, time);
      return say("waiting", `due ${due.en}`, {
        zh: `还没有报到过，${due.zh}前应来`,
        en: `nothing has come yet; due ${due.en}`,
      });
    }
    case "started":
      return say("running", `since ${time(verdict.since)}`, {
        zh: `正在跑，${time(verdict.since)} 开始，已 ${spanWords(at - verdict.since).zh}`,
        en: `running since ${time(verdict.since)}, for ${spanWords(at - verdict.since).en}`,
      });
    case "late": {
      const due = dueWords(verdict.due, time);
      return say("late", `was due ${due.en}`, {
        zh: `迟到：${due.zh} 就该来了，宽限 ${grace.zh}`,
        en: `late: it was due ${due.en}, with a grace of ${grace.en}`,
      });
    }
    case "unknown": {
      const { from, until } = beat.unwatched ?? { from: at, until: at };
      const away = { zh: `${time(from)} 到 ${time(until)}`, en: `from ${time(from)} to ${time(until)}` };
      return say("unwatched", `nobody watched ${away.en}`, {
        zh: `不知道：${away.zh} 更夫不在，可能错过了报到；下一次应在 ${dueWords(verdict.due, time).zh}`,
        en: `unknown: nobody watched ${away.en}, and a ping may have been missed; the next is due ${dueWords(verdict.due, time).en}`,
      });
    }
    case "down":
      break;
  }
  const since = beat.last === undefined ? undefined : time(beat.last.at);
  if (verdict.why === "missing") {
    const before =
      since === undefined
        ? { zh: "从来没有报到过", en: "it never came" }
        : { zh: `上一次是 ${since}`, en: `the last was at ${since}` };
    return say("missing", `was due ${time(verdict.due)}, grace ${grace.en}`, {
      zh: `没来：应在 ${time(verdict.due)} 报到，宽限 ${grace.zh} 已过；${before.zh}`,
      en: `missing: it was due ${time(verdict.due)} with a grace of ${grace.en}; ${before.en}`,
    });
  }
  if (verdict.why === "too_long") {
    const longest = spanWords(expected.longestRunMs);
    const so = spanWords(at - verdict.since);
    return say("too_long", `since ${time(verdict.since)}, at most ${longest.en}`, {
      zh: `跑太久：${time(verdict.since)} 开始，已 ${so.zh}，最多 ${longest.zh}`,
      en: `running too long: since ${time(verdict.since)}, for ${so.en}, at most ${longest.en}`,
    });
  }
  const exit = beat.last?.exit;
  const code =
    exit === undefined ? { zh: "", en: "" } : { zh: `，退出码 ${exit}`, en: ` with exit code ${exit}` };
  const body = (beat.last?.body ?? "").replace(/\s+/g, " ").trim();
  const said = body === "" ? "" : body.length > SHOWN_BODY ? `${body.slice(0, SHOWN_BODY)}…` : body;
  return say("failed", exit === undefined ? "it said so" : `exit code ${exit}`, {
    zh: `失败：${since} 报告失败${code.zh}${said === "" ? "" : `：${said}`}`,
    en: `failed: at ${since} it reported a failure${code.en}${said === "" ? "" : `: ${said}`}`,
  });
}

function say(code: ReasonCode, detail: string, text: Text): Reason {
  return { code, detail, text };
}

function dueWords(due: number | undefined, time: (at: number) => string): Text {
  if (due === undefined) return { zh: "永远不会", en: "never" };
  const words = time(due);
  return { zh: words, en: words };
}
