/** The state machine of an alert: (where it stands, what was seen, when) -> where it stands. Pure. */
import type { Text } from "../storage/locale.ts";
import type { Standing } from "./alert.ts";

/** What one look at one label set says. `unknown` is never "ok": nothing was seen. */
export type Verdict =
  | { readonly is: "bad"; readonly value: number }
  | { readonly is: "ok" }
  | { readonly is: "unknown"; readonly reason: Text };

export interface StepOptions {
  /** How long the expression must hold without a break before the alert fires. */
  readonly forMs: number;
  /** How long the alert keeps firing after the expression stopped holding. */
  readonly keepFiringForMs: number;
  /** When the rule was judged before this time; undefined when nobody knows. */
  readonly lastJudgedAt: number | undefined;
  /** Above this distance between two judgements nothing is known of the time between. */
  readonly maxGapMs: number;
}

/**
 * The next standing; `undefined` is inactive. Gives back the very object it was given when nothing changes, so that
 * an unchanged alert costs neither an allocation nor a commit. `for` is measured on `at`, the evaluation's own time.
 */
export function step(
  standing: Standing | undefined,
  verdict: Verdict,
  options: StepOptions,
  at: number,
): Standing | undefined {
  switch (standing?.state) {
    case undefined:
      return verdict.is === "bad" ? begin(verdict.value, options, at) : undefined;
    case "pending":
      return stepPending(standing, verdict, options, at);
    case "firing":
      return stepFiring(standing, verdict, options, at);
    case "nodata":
      return stepBlind(standing, verdict, options, at);
    case "resolved":
      return stepResolved(standing, verdict, options, at);
  }
}

type In<S extends Standing["state"]> = Extract<Standing, { state: S }>;

function begin(value: number, options: StepOptions, at: number): Standing {
  if (options.forMs > 0) return { state: "pending", since: at, value };
  return { state: "firing", since: at, value, firedAt: at };
}

function stepPending(
  standing: In<"pending">,
  verdict: Verdict,
  options: StepOptions,
  at: number,
): Standing | undefined {
  // Unknown ends a pending alert too: `for` promises that the expression held the whole time, and now nobody
  // can say so. Nobody has been told anything yet, so nothing has to be taken back.
  if (verdict.is !== "bad") return undefined;
  const since = isGap(options, at) || standing.since > at ? at : standing.since;
  if (at - since >= options.forMs) return { state: "firing", since, value: verdict.value, firedAt: at };
  return since === standing.since ? standing : { state: "pending", since, value: verdict.value };
}

function stepFiring(standing: In<"firing">, verdict: Verdict, options: StepOptions, at: number): Standing {
  const { since, firedAt } = standing;
  if (verdict.is === "unknown")
    return { state: "nodata", since, value: standing.value, firedAt, blindSince: at, reason: verdict.reason };
  if (verdict.is === "bad") {
    // The value moves at every look; keeping it would be a commit at every look.
    return standing.keptSince === undefined
      ? standing
      : { state: "firing", since, value: verdict.value, firedAt };
  }
  if (options.keepFiringForMs <= 0) return recovered(standing, at);
  const keptSince = Math.min(standing.keptSince ?? at, at);
  if (at - keptSince >= options.keepFiringForMs) return recovered(standing, at);
  return keptSince === standing.keptSince ? standing : { ...standing, keptSince };
}

function stepBlind(standing: In<"nodata">, verdict: Verdict, options: StepOptions, at: number): Standing {
  const { since, firedAt } = standing;
  if (verdict.is === "bad") return { state: "firing", since, value: verdict.value, firedAt };
  if (verdict.is === "unknown") return standing;
  // keep_firing_for counts from the first time it was *seen* well, not from when the data went away.
  if (options.keepFiringForMs > 0)
    return { state: "firing", since, value: standing.value, firedAt, keptSince: at };
  return recovered(standing, at);
}

function stepResolved(
  standing: In<"resolved">,
  verdict: Verdict,
  options: StepOptions,
  at: number,
): Standing | undefined {
  if (standing.held) {
    if (verdict.is !== "ok") return standing;
    const { held: _, ...seenWell } = standing;
    return seenWell;
  }
  return verdict.is === "bad" ? begin(verdict.value, options, at) : standing;
}

function recovered(standing: In<"firing"> | In<"nodata">, at: number): Standing {
  const { since, value, firedAt } = standing;
  return { state: "resolved", since, value, firedAt, resolvedAt: at, reason: "recovered" };
}

/** Whether the last judgement cannot vouch for the time since: a restart, or the clock put forward or back. */
function isGap({ lastJudgedAt, maxGapMs }: StepOptions, at: number): boolean {
  return lastJudgedAt === undefined || lastJudgedAt > at || at - lastJudgedAt > maxGapMs;
}
