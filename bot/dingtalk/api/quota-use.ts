/**
 * How much of the month's calls is used. DingTalk bills two purses per calendar month, each for the whole organisation:
 * calls of its API, and what comes and goes by webhook and stream ("API调用量配额", 1431 and 1435 of the development
 * documents). Only our own calls are known here; other apps of the organisation take from the same purses. Pure.
 */
import { z } from "zod";
import type { Severity } from "../../../alerts/card.ts";
import { monthOf } from "./month.ts";

/** Calls that are billed, by purse. Upload and session replies: inferred from the rules, not named in them. */
export const KINDS = {
  api: ["card-create", "card-update", "group-message", "private-message", "upload"],
  stream: ["stream-push", "session-reply", "robot-webhook"],
} as const;

export type Purse = keyof typeof KINDS;
export const PURSES = ["api", "stream"] as const satisfies readonly Purse[];

/** What a call was. */
export type CallKind = (typeof KINDS)[Purse][number];

/** How many of each kind; a kind that is absent was not used. */
export type Counts = Readonly<Partial<Record<CallKind, number>>>;

/** What is stored of a month. */
export interface MonthRecord {
  /** `2026-12`, of `Asia/Shanghai`. */
  readonly month: string;
  readonly counts: Counts;
  /** The highest threshold, in percent, that people were warned of. */
  readonly warned: Readonly<Record<Purse, number>>;
}

/** Calls a month; null where there is no limit. */
export type Limits = Readonly<Record<Purse, number | null>>;

/** DingTalk's free edition (1431; as of 2026-05). */
export const FREE_LIMITS: Limits = { api: 5_000, stream: 3_000 };

/** What of a purse is used. */
export interface PurseUse {
  readonly used: number;
  readonly of: number | null;
  readonly byKind: Counts;
}

export interface QuotaUse {
  readonly month: string;
  readonly api: PurseUse;
  readonly stream: PurseUse;
}

/** In percent; people are warned of each once a month. */
const THRESHOLDS = [70, 90] as const;

const count = z.number().int().nonnegative();
const record = z.strictObject({
  month: z.string(),
  counts: z.partialRecord(z.enum([...KINDS.api, ...KINDS.stream]), count),
  warned: z.strictObject({ api: count, stream: count }),
});

/** Reads a stored month; throws a `ZodError` that names what is wrong. */
export function decodeMonth(raw: unknown): MonthRecord {
  return record.parse(raw) as MonthRecord;
}

/** A month in which nothing was used yet. */
export function freshMonth(at: number): MonthRecord {
  return { month: monthOf(at), counts: {}, warned: { api: 0, stream: 0 } };
}

/** With one call more. */
export function withCall(month: MonthRecord, kind: CallKind): MonthRecord {
  return { ...month, counts: { ...month.counts, [kind]: (month.counts[kind] ?? 0) + 1 } };
}

/** With a warning that was given. */
export function withWarning(month: MonthRecord, purse: Purse, percent: number): MonthRecord {
  return { ...month, warned: { ...month.warned, [purse]: percent } };
}

/** What is used of both purses. */
export function useOf({ month, counts }: MonthRecord, limits: Limits): QuotaUse {
  return { month, api: purseUse("api", counts, limits), stream: purseUse("stream", counts, limits) };
}

function purseUse(purse: Purse, counts: Counts, limits: Limits): PurseUse {
  const kinds: readonly CallKind[] = KINDS[purse];
  const used = kinds
    .filter((kind) => (counts[kind] ?? 0) > 0)
    .map((kind) => [kind, counts[kind] ?? 0] as const);
  return {
    used: used.reduce((sum, [, n]) => sum + n, 0),
    of: limits[purse],
    byKind: Object.fromEntries(used),
  };
}

/** The highest threshold that is reached and that nobody was warned of; those below it say nothing more then. */
export function dueWarning(month: MonthRecord, limits: Limits, purse: Purse): number | undefined {
  const share = percentOf(useOf(month, limits)[purse]);
  return THRESHOLDS.findLast((percent) => share >= percent && percent > month.warned[purse]);
}

/** Whether something of that severity is worth one of the calls that are left: what is critical always is. */
export function isWorthACall(use: PurseUse, severity: Severity, reservePercent: number): boolean {
  return severity === "critical" || percentOf(use) < reservePercent;
}

/** 0 where there is no limit; of a limit of nothing, all is used. */
function percentOf({ used, of }: PurseUse): number {
  if (of === null) return 0;
  return of <= 0 ? 100 : (used / of) * 100;
}
