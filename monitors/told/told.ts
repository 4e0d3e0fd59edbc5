/** What all have in common that are told instead of looking. */
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import type { Look, Reading } from "../monitor.ts";
import type { MonitorBook } from "../monitor-book.ts";
import type { Reason } from "../reason.ts";

/** What they are opened with. */
export interface ToldDeps {
  readonly store: Store;
  readonly book: MonitorBook;
  readonly clock: Clock;
  /** Milliseconds that never turn back. */
  readonly elapsed: () => number;
  /** IANA name of the zone of schedules that name none. */
  readonly zone: string;
  readonly log: Log;
  /** What was told changed how this monitor stands. */
  news(monitor: string): void;
}

/** The look of one that stands so. `new`: nothing has come yet. */
export function lookOf(is: string, readings: readonly Reading[], reason: Reason | undefined): Look {
  if (is === "down") return { readings, ...(reason === undefined ? {} : { failure: reason }) };
  return {
    readings,
    ...(reason === undefined ? {} : { remark: reason }),
    ...(is === "unknown" || is === "new" ? { unknown: true } : {}),
  };
}
