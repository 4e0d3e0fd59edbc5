/** How often a rule would have fired on what is recorded: the same judge and the same step, over the past. */
import type { Labels } from "../../storage/labels.ts";
import { fingerprint } from "../../storage/labels.ts";
import type { Standing } from "../alert.ts";
import { step, type Verdict } from "../step.ts";
import type { Judgement } from "./due-rule.ts";

/** What is tried: how patient the rule is, how often it is judged, and how. */
export interface Trial {
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly intervalMs: number;
  /** Throws when the expression cannot be evaluated on what is there. */
  judge(at: number): Judgement;
}

/** What part of the past to look at. */
export interface Past {
  readonly to: number;
  /** 24 h before `to` unless told. */
  readonly from?: number;
  /** Between two looks; the interval unless told, never under it, and never so short that there are over 1,500 looks. */
  readonly stepMs?: number;
}

export interface Firing {
  readonly labels: Labels;
  readonly since: number;
  /** Absent when it would fire still. */
  readonly until?: number;
}

export interface Backtest {
  /** How many alerts would have fired, and the first 20 of them. */
  readonly fired: number;
  readonly firings: readonly Firing[];
  /** Looks at which anything was known. */
  readonly judged: number;
  /** The first and the last of them; equal to `to` when there was none. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

const DAY_MS = 24 * 60 * 60_000;
const MOST_STEPS = 1_500;
const LISTED = 20;
/** How long one slice may keep the event loop, in milliseconds of the processor's own clock. */
const SLICE_MS = 8;
const NO_LABELS: Labels = {};

interface Watched {
  readonly labels: Labels;
  standing: Standing;
  firing: { labels: Labels; since: number; until?: number } | undefined;
}

/**
 * Replays a rule over the past. `breathe` is awaited every few milliseconds so that others get their turn. Throws
 * what `judge` throws.
 */
export async function backtest(trial: Trial, past: Past, breathe: () => Promise<void>): Promise<Backtest> {
  const { to } = past;
  const begin = past.from ?? to - DAY_MS;
  const stepMs = Math.max(past.stepMs ?? 0, trial.intervalMs, Math.ceil((to - begin) / (MOST_STEPS - 1)), 1);
  const watched = new Map<string, Watched>();
  const firings: Firing[] = [];
  let fired = 0;
  let judged = 0;
  let from = to;
  let lastJudgedAt: number | undefined;
  let sliceFrom = performance.now();

  for (let at = begin; at <= to; at += stepMs) {
    if (performance.now() - sliceFrom > SLICE_MS) {
      await breathe();
      sliceFrom = performance.now();
    }
    const judgement = trial.judge(at);
    if (judgement.findings.length > 0 || judgement.hasData(NO_LABELS)) {
      judged++;
      if (judged === 1) from = at;
    }
    const options = { ...trial, lastJudgedAt, maxGapMs: stepMs * 2.5 };
    lastJudgedAt = at;
    const found = new Set<string>();
    for (const { labels, value } of judgement.findings) {
      const key = fingerprint(labels);
      if (found.has(key)) continue;
      found.add(key);
      move(key, labels, { is: "bad", value }, at);
    }
    for (const [key, { labels }] of watched) {
      if (found.has(key)) continue;
      move(
        key,
        labels,
        judgement.hasData(labels) ? { is: "ok" } : { is: "unknown", reason: judgement.blindReason(labels) },
        at,
      );
    }

    function move(key: string, labels: Labels, verdict: Verdict, at: number): void {
      const before = watched.get(key);
      const after = step(before?.standing, verdict, options, at);
      if (after === undefined) {
        watched.delete(key);
        return;
      }
      const entry: Watched = before ?? { labels, standing: after, firing: undefined };
      entry.standing = after;
      watched.set(key, entry);
      if (after.state === "firing" && entry.firing === undefined) {
        fired++;
        entry.firing = { labels, since: at };
        if (firings.length < LISTED) firings.push(entry.firing);
      } else if (after.state === "resolved") {
        if (entry.firing !== undefined) entry.firing.until = at;
        watched.delete(key);
      }
    }
  }
  return { fired, firings, judged, from, to, stepMs };
}
