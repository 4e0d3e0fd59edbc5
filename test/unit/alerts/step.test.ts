/** The state machine of an alert: tables of (standing, verdict, time), and what never happens. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Standing } from "../../../alerts/alert.ts";
import { type StepOptions, step, type Verdict } from "../../../alerts/step.ts";

const M = 60_000;
const reason = { zh: "没有数据", en: "no data" };
const bad: Verdict = { is: "bad", value: 95 };
const ok: Verdict = { is: "ok" };
const unknown: Verdict = { is: "unknown", reason };
const after5m: StepOptions = { forMs: 5 * M, keepFiringForMs: 0, lastJudgedAt: 9.75 * M, maxGapMs: M };
const atOnce: StepOptions = { ...after5m, forMs: 0 };
const keeping: StepOptions = { ...atOnce, keepFiringForMs: 2 * M };

const pending = (since: number): Standing => ({ state: "pending", since, value: 91 });
const firing: Standing = { state: "firing", since: 2 * M, value: 91, firedAt: 7 * M };
const kept = (keptSince: number): Standing => ({ ...firing, keptSince }) as Standing;
const blind: Standing = {
  state: "nodata",
  since: 2 * M,
  value: 91,
  firedAt: 7 * M,
  blindSince: 8 * M,
  reason,
};
const resolved: Standing = {
  state: "resolved",
  since: 2 * M,
  value: 91,
  firedAt: 7 * M,
  resolvedAt: 8 * M,
  reason: "recovered",
};
const held: Standing = { ...resolved, reason: "closed", held: true } as Standing;
const over = (at: number): Standing => ({ ...resolved, resolvedAt: at }) as Standing;
const at = 10 * M;
const same = Symbol("the very same object");

interface Case {
  readonly name: string;
  readonly from: Standing | undefined;
  readonly sees: Verdict;
  readonly options?: StepOptions;
  readonly to: Standing | undefined | typeof same;
}

const cases: readonly Case[] = [
  { name: "inactive, ok: stays", from: undefined, sees: ok, to: undefined },
  { name: "inactive, unknown: stays", from: undefined, sees: unknown, to: undefined },
  {
    name: "inactive, bad: pending",
    from: undefined,
    sees: bad,
    to: { state: "pending", since: at, value: 95 },
  },
  {
    name: "inactive, bad, no for: fires at once",
    from: undefined,
    sees: bad,
    options: atOnce,
    to: { state: "firing", since: at, value: 95, firedAt: at },
  },
  { name: "pending, ok: inactive", from: pending(6 * M), sees: ok, to: undefined },
  {
    name: "pending, unknown: inactive, for it may not have held",
    from: pending(6 * M),
    sees: unknown,
    to: undefined,
  },
  { name: "pending, bad, too early: the same", from: pending(6 * M), sees: bad, to: same },
  { name: "pending, bad, 1 ms too early: the same", from: pending(5 * M + 1), sees: bad, to: same },
  {
    name: "pending, bad, for is over to the millisecond: fires",
    from: pending(5 * M),
    sees: bad,
    to: { state: "firing", since: 5 * M, value: 95, firedAt: at },
  },
  {
    name: "pending, bad, a gap before: begins anew",
    from: pending(2 * M),
    sees: bad,
    options: { ...after5m, lastJudgedAt: at - M - 1 },
    to: { state: "pending", since: at, value: 95 },
  },
  {
    name: "pending, bad, nobody knows when it was judged last: begins anew",
    from: pending(2 * M),
    sees: bad,
    options: { ...after5m, lastJudgedAt: undefined },
    to: { state: "pending", since: at, value: 95 },
  },
  {
    name: "pending, bad, the clock went back: begins anew",
    from: pending(60 * M),
    sees: bad,
    options: { ...after5m, lastJudgedAt: 61 * M },
    to: { state: "pending", since: at, value: 95 },
  },
  { name: "firing, bad: the same, whatever the value", from: firing, sees: bad, to: same },
  { name: "firing, ok: resolved", from: firing, sees: ok, to: over(at) },
  {
    name: "firing, unknown: blind, not resolved",
    from: firing,
    sees: unknown,
    to: { state: "nodata", since: 2 * M, value: 91, firedAt: 7 * M, blindSince: at, reason },
  },
  { name: "firing, ok, kept: remembers since when", from: firing, sees: ok, options: keeping, to: kept(at) },
  {
    name: "kept, ok, not long enough: the same",
    from: kept(8 * M + 1),
    sees: ok,
    options: keeping,
    to: same,
  },
  { name: "kept, ok, long enough: resolved", from: kept(8 * M), sees: ok, options: keeping, to: over(at) },
  {
    name: "kept, bad: fires again",
    from: kept(9 * M),
    sees: bad,
    options: keeping,
    to: { ...firing, value: 95 } as Standing,
  },
  {
    name: "kept, the clock went back: counts from now",
    from: kept(70 * M),
    sees: ok,
    options: keeping,
    to: kept(at),
  },
  { name: "blind, bad: fires again", from: blind, sees: bad, to: { ...firing, value: 95 } as Standing },
  { name: "blind, unknown: the same", from: blind, sees: unknown, to: same },
  { name: "blind, ok: resolved", from: blind, sees: ok, to: over(at) },
  {
    name: "blind, ok, kept: seen well for the first time",
    from: blind,
    sees: ok,
    options: keeping,
    to: kept(at),
  },
  { name: "resolved, ok: the same", from: resolved, sees: ok, to: same },
  { name: "resolved, unknown: the same", from: resolved, sees: unknown, to: same },
  {
    name: "resolved, bad: another episode",
    from: resolved,
    sees: bad,
    to: { state: "pending", since: at, value: 95 },
  },
  { name: "closed by hand, bad: holds still", from: held, sees: bad, options: atOnce, to: same },
  { name: "closed by hand, unknown: holds still", from: held, sees: unknown, to: same },
  {
    name: "closed by hand, ok: may fire anew",
    from: held,
    sees: ok,
    to: { ...resolved, reason: "closed" } as Standing,
  },
];

describe("step", () => {
  it.each(cases)("$name", ({ from, sees, options = after5m, to }) => {
    const next = step(from, sees, options, at);
    if (to === same) expect(next).toBe(from);
    else expect(next).toEqual(to);
  });

  const verdicts = fc.array(fc.constantFrom(bad, ok, unknown), { minLength: 1, maxLength: 60 });
  const gaps = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 60, maxLength: 60 });
  const forMs = fc.constantFrom(0, 10, 30, 100);
  const keepFiringForMs = fc.constantFrom(0, 25);

  it("never fires without the expression having held for all of its for", () => {
    fc.assert(
      fc.property(verdicts, gaps, forMs, keepFiringForMs, (seen, between, forMs, keepFiringForMs) => {
        let now = 1_000;
        let standing: Standing | undefined;
        let lastJudgedAt: number | undefined;
        let heldSince: number | undefined;
        seen.forEach((verdict, i) => {
          const gap = between[i] ?? 1;
          now += gap;
          if (gap > 30) heldSince = undefined;
          heldSince = verdict.is === "bad" ? (heldSince ?? now) : undefined;
          const before = standing;
          standing = step(standing, verdict, { forMs, keepFiringForMs, lastJudgedAt, maxGapMs: 30 }, now);
          lastJudgedAt = now;
          const fires =
            standing?.state === "firing" && before?.state !== "firing" && before?.state !== "nodata";
          if (fires) expect(now - (heldSince ?? now + 1)).toBeGreaterThanOrEqual(forMs);
        });
      }),
    );
  });

  it("never resolves for want of data, and does the same when played again", () => {
    fc.assert(
      fc.property(verdicts, gaps, forMs, keepFiringForMs, (seen, between, forMs, keepFiringForMs) => {
        const play = (): (Standing | undefined)[] => {
          let now = 0;
          let standing: Standing | undefined;
          return seen.map((verdict, i) => {
            now += between[i] ?? 1;
            const before = standing;
            const options = { forMs, keepFiringForMs, lastJudgedAt: now - 1, maxGapMs: 1e9 };
            standing = step(standing, verdict, options, now);
            if (verdict.is === "unknown")
              expect(standing?.state === "resolved" && before?.state !== "resolved").toBe(false);
            return standing;
          });
        };
        expect(play()).toEqual(play());
      }),
    );
  });
});
