import { readFileSync } from "node:fs";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { World } from "../commands/world.ts";
import type { Clock } from "../storage/clock.ts";

const version = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** The exposition of `/metrics`: what each room counts anyway, read at the moment somebody asks. */
export function openMetrics(world: World, clock: Clock): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  const labelled = (
    name: string,
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [key, value] of Object.entries(read())) this.set({ [label]: key }, value);
      },
    });
  };

  labelled("gengfu_build_info", "1, with the version that runs.", "version", () => ({ [version]: 1 }));
  gauge("gengfu_monitors", "Monitors in the book.", () => world.watch.figures.monitors);
  gauge("gengfu_monitors_failing", "Monitors whose last look failed.", () => {
    let failing = 0;
    for (const name of world.monitors.table.entries())
      if (world.watch.status(name[0])?.up === false) failing++;
    return failing;
  });
  gauge("gengfu_monitor_looks_total", "Looks since the start.", () => world.watch.figures.looks);
  gauge(
    "gengfu_monitor_look_failures_total",
    "Looks that failed since the start.",
    () => world.watch.figures.failures,
  );
  gauge(
    "gengfu_monitor_looks_skipped_total",
    "Looks that were due and did not begin.",
    () => world.watch.figures.skipped,
  );

  gauge("gengfu_rules", "Rules in the book.", () => world.rules.table.size);
  gauge(
    "gengfu_evaluations_total",
    "Rounds of evaluation since the start.",
    () => world.alerts.stats().evaluations,
  );
  gauge(
    "gengfu_evaluation_lag_seconds",
    "How late the last round began.",
    () => world.alerts.stats().lastLagMs / 1_000,
  );
  gauge(
    "gengfu_evaluation_duration_seconds",
    "How long the last round took.",
    () => world.alerts.stats().lastDurationMs / 1_000,
  );
  labelled("gengfu_alerts", "Alerts by state.", "state", () => world.alerts.book.index.counts);
  gauge("gengfu_incidents_open", "Incidents that are not resolved.", () => world.alerts.book.index.open.size);
  gauge("gengfu_silences", "Silences in force.", () => world.alerts.book.activeSilences(clock.now()).length);

  labelled(
    "gengfu_deliveries_pending",
    "Deliveries that wait, by lane.",
    "lane",
    () => world.alerts.stats().deliveries.queue,
  );
  gauge(
    "gengfu_deliveries_sent_total",
    "Messages and edits that were taken since the start.",
    () => world.alerts.stats().deliveries.sent,
  );
  gauge(
    "gengfu_deliveries_lost_total",
    "Deliveries given up since the start.",
    () => world.alerts.stats().deliveries.lost,
  );
  labelled(
    "gengfu_delivery_failures_total",
    "Refusals since the start, by the platform's code.",
    "code",
    () => world.alerts.stats().deliveries.failed,
  );
  gauge("gengfu_delivery_lag_seconds", "How long the oldest waiting delivery has been due.", () => {
    const oldest = world.alerts.stats().deliveries.oldestDueAt;
    return oldest === undefined ? 0 : Math.max(0, clock.now() - oldest) / 1_000;
  });

  gauge("gengfu_store_writable", "1, or 0 while the data directory cannot be written.", () =>
    world.store.trouble === undefined ? 1 : 0,
  );
  gauge("gengfu_series", "Series in memory.", () => world.series.stats().series);
  gauge("gengfu_samples", "Samples in memory.", () => world.series.stats().samples);
  return () => registry.metrics();
}
