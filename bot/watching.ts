/** All that looks at the world or is told by it: the watch, and what heartbeats, flows, logs and databases keep. */
import { type Flows, openFlows } from "../monitors/flow/flows.ts";
import { type Heartbeats, openHeartbeats } from "../monitors/heartbeat/heartbeats.ts";
import { type Logs, openLogs } from "../monitors/log/logs.ts";
import type { MonitorBook } from "../monitors/monitor-book.ts";
import type { Network } from "../monitors/network.ts";
import { explainReason } from "../monitors/reason.ts";
import { openDatabases } from "../monitors/sql/databases.ts";
import { watch as createWatch, type Watch } from "../monitors/watch.ts";
import type { Clock } from "../storage/clock.ts";
import type { Labels } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import type { SeriesSink } from "../storage/series.ts";
import type { Store } from "../storage/store.ts";
import { type InForce, networkInForce } from "./in-force.ts";
import type { Teardown } from "./teardown.ts";

export interface WatchingDeps {
  readonly store: Store;
  readonly monitors: MonitorBook;
  readonly series: SeriesSink;
  now(): InForce;
  readonly clock: Clock;
  /** Milliseconds that no setting of the clock moves. */
  readonly elapsed: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** IANA name. */
  readonly zone: string;
  readonly log: Log;
  readonly teardown: Teardown;
}

/** What commands may ask of it. */
export interface Watching {
  readonly network: Network;
  readonly heartbeats: Heartbeats;
  readonly flows: Flows;
  readonly logs: Logs;
  readonly watch: Watch;
}

/** Opens it. What holds something open says at once how it is closed; nothing looks until `startWatching`. */
export function openWatching(deps: WatchingDeps): Watching {
  const { store, monitors, series, now, clock, elapsed, random, zone, log, teardown } = deps;
  const network = networkInForce(now);
  const told = {
    store,
    book: monitors,
    clock,
    elapsed,
    zone,
    log,
    // One that is paused does not look.
    news: (monitor: string) => void watch.lookOnce(monitor).catch(() => {}),
  };
  const heartbeats = openHeartbeats(told);
  const flows = openFlows(told);
  const databases = openDatabases({ list: () => now().config.databases, clock });
  teardown.add("databases", () => databases.close());
  const logs = openLogs({ store, book: monitors, clock, log });
  teardown.add("logs", () => logs.stop());
  const watch = createWatch({
    book: monitors,
    sink: series,
    clock,
    log,
    random,
    world: { network, elapsed, heartbeats, logs, flows, matches: flows, databases },
  });
  return { network, heartbeats, flows, logs, watch };
}

/** What is known of a label set that a rule has found: of a flow's run, or why the last look of its monitor failed. */
export function explainFound(
  { flows, watch }: Pick<Watching, "flows" | "watch">,
  found: Labels,
): Text | undefined {
  const told = flows.explain(found);
  if (told !== undefined) return told;
  const status = found["monitor"] === undefined ? undefined : watch.status(found["monitor"]);
  return status?.up === false && status.reason !== undefined ? explainReason(status.reason) : undefined;
}

/** First what is told, so that a look has something to ask. */
export async function startWatching(
  { heartbeats, flows, watch }: Watching,
  teardown: Teardown,
): Promise<void> {
  await heartbeats.start();
  teardown.add("heartbeats", () => heartbeats.stop());
  await flows.start();
  teardown.add("flows", () => flows.stop());
  watch.start();
  teardown.add("watch", () => watch.stop());
}
