/**
 * Counts the calls that DingTalk bills, month by month, on disk. Counting never keeps a send waiting: it is written
 * some seconds later and when this is closed, so that a process that is killed forgets the calls of those seconds.
 */
import type { Severity } from "../../../alerts/card.ts";
import type { Clock } from "../../../storage/clock.ts";
import type { Log } from "../../../storage/log.ts";
import type { Store } from "../../../storage/store.ts";
import { monthOf } from "./month.ts";
import {
  type CallKind,
  decodeMonth,
  dueWarning,
  FREE_LIMITS,
  freshMonth,
  isWorthACall,
  type Limits,
  type MonthRecord,
  PURSES,
  type Purse,
  type QuotaUse,
  useOf,
  withCall,
  withWarning,
} from "./quota-use.ts";

export interface QuotaOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Calls a month; those of the free edition where it is left out. */
  readonly limits?: Limits;
  /** From so many percent on, only what is critical is worth a call; 95 where it is left out. */
  readonly reservePercent?: number;
  /**
   * 70 and 90 percent of a purse are reached: called once per month and threshold, after it is on disk that it was.
   * Where both are reached at once, for the higher only.
   */
  warn(purse: Purse, percent: number, use: QuotaUse): void;
}

export interface Quota {
  /** Counts a call. */
  spent(at: number, kind: CallKind): void;
  /** What the month of `at` has used. */
  use(at: number): QuotaUse;
  /** Whether something of that severity is worth a call; of `api` unless another purse is named. */
  mayTell(severity: Severity, at: number, purse?: Purse): boolean;
  /** Writes what is counted and stops; nothing may be counted after it. */
  close(): Promise<void>;
}

/** Counts are written so long after the first of them. */
const WRITE_AFTER_MS = 5_000;
/** How many months are kept, for people who ask. */
const KEPT = 3;

/** Opens the table `dingtalkQuota`. */
export function openQuota(options: QuotaOptions): Quota {
  const { store, clock, log, limits = FREE_LIMITS, reservePercent = 95, warn } = options;
  const table = store.table("dingtalkQuota", decodeMonth);
  /** What is counted; the table follows. */
  const months = new Map(table.entries());
  /** Months that the table does not have as they are. */
  const changed = new Set<string>();
  let writing: Promise<void> | undefined;
  /** Ends the time that is waited for more to count. */
  let hurry = new AbortController();
  let isRefused = false;
  let isClosed = false;

  function monthAt(at: number): MonthRecord {
    return months.get(monthOf(at)) ?? freshMonth(at);
  }

  function set(month: MonthRecord): void {
    months.set(month.month, month);
    changed.add(month.month);
  }

  async function keepWriting(): Promise<void> {
    while (changed.size > 0 && !isClosed) {
      await clock.sleep(WRITE_AFTER_MS, hurry.signal);
      hurry = new AbortController();
      await write();
    }
    writing = undefined;
  }

  async function write(): Promise<void> {
    const written = [...changed].flatMap((id) => months.get(id) ?? []);
    const warnings = written.flatMap((month) =>
      PURSES.flatMap((purse) => {
        const percent = dueWarning(month, limits, purse);
        return percent === undefined ? [] : [{ month: month.month, purse, percent }];
      }),
    );
    const marked = written.map((month) =>
      warnings
        .filter((one) => one.month === month.month)
        .reduce((before, { purse, percent }) => withWarning(before, purse, percent), month),
    );
    changed.clear();
    try {
      await store.commit((change) => {
        for (const month of marked) change.put(table, month.month, month);
        // By age in the table, not by name: a clock that was far ahead for a while must not cost this month's count.
        const ids = [...months.keys()].filter((id) => !marked.some(({ month }) => month === id));
        const surplus = ids.slice(0, Math.max(0, ids.length + marked.length - KEPT));
        for (const id of surplus) change.remove(table, id);
      });
    } catch (err) {
      for (const { month } of written) changed.add(month);
      isRefused = true;
      log.warn({ err }, "the count of DingTalk's calls could not be written; it is tried again");
      return;
    }
    isRefused = false;
    for (const id of [...months.keys()])
      if (table.get(id) === undefined && !changed.has(id)) months.delete(id);
    for (const { month, purse, percent } of warnings) {
      const counted = months.get(month);
      if (counted === undefined) continue;
      // Counted on while it was written: only the warning is taken over.
      months.set(month, withWarning(counted, purse, percent));
      warn(purse, percent, useOf(counted, limits));
    }
  }

  return {
    spent(at, kind) {
      const month = withCall(monthAt(at), kind);
      set(month);
      // A warning is not put off: in a flood, some seconds are many calls.
      const isDue = PURSES.some((purse) => dueWarning(month, limits, purse) !== undefined);
      if (isDue && !isRefused) hurry.abort();
      writing ??= keepWriting();
    },
    use: (at) => useOf(monthAt(at), limits),
    mayTell: (severity, at, purse = "api") =>
      isWorthACall(useOf(monthAt(at), limits)[purse], severity, reservePercent),
    async close() {
      isClosed = true;
      hurry.abort();
      await writing;
      if (changed.size > 0) await write();
    },
  };
}
