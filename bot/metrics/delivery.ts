/** Figures of delivery: Alertmanager's names where it has them, so that its dashboards and alerts work, and ours. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { FAILURES } from "../../alerts/delivery/delivery-tally.ts";
import type { TargetState } from "../../alerts/delivery/target-view.ts";
import { countSuppressed } from "../../alerts/muting/suppressed.ts";
import type { Alerts } from "../../alerts/open-alerts.ts";
import type { Clock } from "../../storage/clock.ts";
import type { WatchdogFigures } from "../watchdog.ts";

const STATES: readonly TargetState[] = [
  "ok",
  "failing",
  "resting",
  "open",
  "half-open",
  "given-up",
  "no-channel",
  "unknown",
];

/** A target's name becomes a label; more of them than this are counted and not named. */
const MOST_TARGETS = 200;

/** Adds them to a registry. `channels` are those that are set up: they are counted from nothing on. */
export function addDeliveryMetrics(
  registry: Registry,
  world: {
    readonly alerts: Alerts;
    readonly clock: Clock;
    readonly channels: readonly string[];
    readonly watchdog: WatchdogFigures | undefined;
  },
): void {
  const { alerts, clock, channels, watchdog } = world;
  const registers = [registry];

  const total = new Counter({
    name: "alertmanager_notifications_total",
    help: "The total number of attempted notifications.",
    labelNames: ["integration"],
    registers,
  });
  const failed = new Counter({
    name: "alertmanager_notifications_failed_total",
    help: "The total number of failed notifications.",
    labelNames: ["integration", "reason"],
    registers,
  });
  const latency = new Histogram({
    name: "alertmanager_notification_latency_seconds",
    help: "The latency of notifications in seconds.",
    labelNames: ["integration"],
    // Alertmanager begins at 1 s; most of ours take a fraction of that.
    buckets: [0.05, 0.25, 1, 5, 10, 15, 20],
    registers,
  });
  for (const integration of channels) {
    total.inc({ integration }, 0);
    latency.zero({ integration });
    for (const reason of FAILURES) failed.inc({ integration, reason }, 0);
  }
  alerts.courier.watch(({ channel, seconds, failure }) => {
    total.inc({ integration: channel });
    latency.observe({ integration: channel }, seconds);
    if (failure !== undefined) failed.inc({ integration: channel, reason: failure });
  });

  new Gauge({
    name: "alertmanager_alerts",
    help: "How many alerts by state.",
    labelNames: ["state"],
    registers,
    collect() {
      const { firing, nodata } = alerts.book.index.counts;
      const suppressed = countSuppressed(alerts.book, clock.now());
      this.set({ state: "active" }, firing + nodata - suppressed);
      this.set({ state: "suppressed" }, suppressed);
      this.set({ state: "unprocessed" }, alerts.intake.stats().unprocessed);
    },
  });

  new Gauge({
    name: "gengfu_deliveries_folded",
    help: "Incidents that only an open digest tells.",
    registers,
    collect() {
      this.set(alerts.stats().deliveries.folded);
    },
  });
  new Gauge({
    name: "gengfu_targets",
    help: "Targets by how it goes there.",
    labelNames: ["state"],
    registers,
    collect() {
      const counts = new Map<TargetState, number>(STATES.map((state) => [state, 0]));
      for (const { state } of alerts.courier.targets(clock.now()))
        counts.set(state, (counts.get(state) ?? 0) + 1);
      for (const [state, count] of counts) this.set({ state }, count);
    },
  });
  new Gauge({
    name: "gengfu_target_breaker",
    help: "The breaker of a target, 0 closed, 1 half open, 2 open.",
    labelNames: ["target"],
    registers,
    collect() {
      this.reset();
      for (const { address, state } of alerts.courier.targets(clock.now()).slice(0, MOST_TARGETS))
        this.set({ target: address }, state === "open" ? 2 : state === "half-open" ? 1 : 0);
    },
  });

  if (watchdog === undefined) return;
  new Counter({
    name: "gengfu_watchdog_pings_total",
    help: "Pings of the watchdog by how they went.",
    labelNames: ["result"],
    registers,
    collect() {
      this.reset();
      for (const result of ["sent", "failed", "withheld"] as const) this.inc({ result }, watchdog[result]);
    },
  });
  new Gauge({
    name: "gengfu_watchdog_last_ping_timestamp_seconds",
    help: "When the watchdog last took a ping, as a Unix time; 0 when it never did.",
    registers,
    collect() {
      this.set((watchdog.lastSentAt ?? 0) / 1_000);
    },
  });
}
