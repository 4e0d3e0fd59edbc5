/** How a heartbeat stands at a moment. Pure. */
import type { Outage } from "../told/attendance.ts";
import { type Beat, lost } from "./beat.ts";
import type { Expectation } from "./options.ts";

/** `new`: nothing has come yet, and nothing had to. `late`: due, within the grace. `unknown`: it may have come unseen. */
export type Verdict =
  | { readonly is: "new" | "up" | "late" | "unknown"; readonly due: number | undefined }
  | { readonly is: "started"; readonly since: number }
  | { readonly is: "down"; readonly why: "missing"; readonly due: number }
  | { readonly is: "down"; readonly why: "too_long"; readonly since: number }
  | { readonly is: "down"; readonly why: "failed" };

export function verdictOf(beat: Beat, expected: Expectation, at: number): Verdict {
  const runs = beat.runs.filter((run) => run.lost !== true);
  const tooLong = runs.find((run) => run.at + expected.longestRunMs <= at);
  if (tooLong !== undefined) return { is: "down", why: "too_long", since: tooLong.at };
  const failed = beat.last?.failed === true;
  // A run that began since the last ping is the one that was due: it has come, and is not done.
  const underway = runs.find((run) => run.at >= beat.from);
  if (underway !== undefined && !failed) return { is: "started", since: underway.at };
  const due = expected.dueAfter(beat.from);
  if (underway === undefined && due !== undefined && at >= due + expected.graceMs)
    return { is: "down", why: "missing", due };
  if (failed) return { is: "down", why: "failed" };
  if (beat.unwatched !== undefined) return { is: "unknown", due };
  if (due !== undefined && at >= due) return { is: "late", due };
  return { is: beat.last === undefined ? "new" : "up", due };
}

/**
 * The heartbeat after a time in which nobody watched. What was down before stays down. Where a ping may have come
 * unseen, the next one is reckoned from the end of that time; until then nobody knows.
 */
export function afterOutage(beat: Beat, expected: Expectation, outage: Outage): Beat {
  const { from, until } = outage;
  if (beat.paused || verdictOf(beat, expected, from).is === "down") return beat;
  const due = expected.dueAfter(beat.from);
  // Who was heard since it began is not waited for before the time.
  const early = beat.from > from ? 0 : expected.graceMs;
  const missed = due !== undefined && due - early < until;
  const open = beat.runs.some((run) => run.lost !== true && run.at < until);
  if (!missed && !open) return beat;
  return {
    ...beat,
    from: missed ? Math.max(beat.from, until) : beat.from,
    unwatched: { from: beat.unwatched?.from ?? from, until },
    runs: beat.runs.map(lost),
  };
}
