/** How each rule fared when it was last judged; kept in memory only. */
import { RuleLimit } from "../../rules/judge.ts";
import { PromqlError } from "../../rules/promql/promql-error.ts";
import type { Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { SeriesLimit } from "../../storage/series-limit.ts";
import type { DueRule, Judgement } from "./due-rule.ts";

export interface RuleHealth {
  /** `nodata`: judged, and the expression had nothing to judge. */
  readonly state: "ok" | "nodata" | "error";
  /** The error, or why there is nothing; absent when all is well. */
  readonly message: Text | undefined;
  readonly lastAt: number;
  readonly durationMs: number;
  /** How many label sets it found. */
  readonly found: number;
}

export interface HealthBook {
  of(rule: number): RuleHealth | undefined;
  counts(): Readonly<Record<RuleHealth["state"], number>>;
  /** Judges a rule, remembers how it went, and gives back nothing when it threw: then its alerts keep their state. */
  measure(rule: DueRule, at: number, log: Log): Judgement | undefined;
  forget(rule: number): void;
}

type Writable = { -readonly [K in keyof RuleHealth]: RuleHealth[K] };

const NO_LABELS = {};

export function keepHealth(): HealthBook {
  // Ten thousand rules are judged at once: their records are written over, not made anew.
  const records = new Map<number, Writable>();

  function record(
    rule: number,
    state: RuleHealth["state"],
    message: Text | undefined,
    at: number,
    startedAt: number,
    found: number,
  ): void {
    let known = records.get(rule);
    if (known === undefined) {
      known = { state, message, lastAt: at, durationMs: 0, found };
      records.set(rule, known);
    }
    known.state = state;
    known.message = message;
    known.lastAt = at;
    known.found = found;
    known.durationMs = performance.now() - startedAt;
  }

  return {
    of: (rule) => records.get(rule),
    forget: (rule) => records.delete(rule),
    counts() {
      const counts = { ok: 0, nodata: 0, error: 0 };
      for (const { state } of records.values()) counts[state]++;
      return counts;
    },
    measure(rule, at, log) {
      const startedAt = performance.now();
      try {
        const judgement = rule.judge(at);
        const found = judgement.findings.length;
        const sees = found > 0 || judgement.hasData(NO_LABELS);
        if (sees) record(rule.id, "ok", undefined, at, startedAt, found);
        else record(rule.id, "nodata", judgement.blindReason(NO_LABELS), at, startedAt, found);
        return judgement;
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        const known =
          error instanceof PromqlError || error instanceof SeriesLimit || error instanceof RuleLimit;
        const message = known ? error.text : { zh: words, en: words };
        // An expression that fails fails at every look; it is news only when it begins.
        if (records.get(rule.id)?.state !== "error")
          log.warn({ rule: rule.id, err: error }, "a rule cannot be judged");
        record(rule.id, "error", message, at, startedAt, 0);
        return undefined;
      }
    },
  };
}
