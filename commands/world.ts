import type { Alerts } from "../alerts/open-alerts.ts";
import type { MonitorBook } from "../monitors/monitor-book.ts";
import type { Network } from "../monitors/network.ts";
import type { Watch } from "../monitors/watch.ts";
import type { RuleBook } from "../rules/rule-book.ts";
import type { SeriesStore } from "../storage/series-store.ts";
import type { Store } from "../storage/store.ts";
import type { Audit } from "./audit.ts";

/** What commands act on: the books of the rooms below, and nothing of the process. */
export interface World {
  readonly store: Store;
  readonly rules: RuleBook;
  readonly monitors: MonitorBook;
  readonly watch: Watch;
  readonly alerts: Alerts;
  readonly series: SeriesStore;
  readonly network: Network;
  readonly audit: Audit;
  /** IANA name; times are said in it. */
  readonly zone: string;
  readonly startedAt: number;
  /** From 0 up to 1. */
  random(): number;
  /** Lets other work run; for answers that take long to find. */
  breathe(): Promise<void>;
}
