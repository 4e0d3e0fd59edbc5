/** The exposition of `/metrics`: what each room counts anyway, read at the moment somebody asks. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { World } from "../commands/world.ts";
import type { Clock } from "../storage/clock.ts";
import type { QuotaUse } from "./dingtalk/api/quota-use.ts";
import type { Pushes } from "./hooks/push/take-push.ts";
import { addDeliveryMetrics } from "./metrics/delivery.ts";
import { addIntakeMetrics } from "./metrics/intake.ts";
import { addQuotaMetrics } from "./metrics/quota.ts";
import { addShapeMetrics } from "./metrics/shape.ts";
import { packageVersion } from "./package-root.ts";
import type { WatchdogFigures } from "./watchdog.ts";

/** Sums of prom-client that are named like counters and are none; each is there by type as well. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** A number, or one for each value of a label. */
type Figures = number | Readonly<Record<string, number>>;

/** Opens it; each call of what it gives reads everything anew, in the Prometheus text format. */
export function openMetrics(
  world: World,
  clock: Clock,
  beside: {
    readonly channels: readonly string[];
    readonly watchdog?: WatchdogFigures;
    readonly invalidAlerts?: () => number;
    readonly dingTalkUse?: () => QuotaUse | undefined;
    readonly pushes?: Pick<Pushes, "accepted" | "refused">;
  } = { channels: [] },
): () => Promise<string> {
  const { alerts, monitors, rules, series, store, watch } = world;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);

  function gauge(name: string, help: string, read: () => Figures, label = ""): void {
    new Gauge({
      ...about(name, help, label),
      collect() {
        this.reset();
        for (const [labels, value] of rows(read(), label)) this.set(labels, value);
      },
    });
  }
  /** For what a room has counted since the start. */
  function counter(name: string, help: string, read: () => Figures, label = ""): void {
    new Counter({
      ...about(name, help, label),
      collect() {
        this.reset();
        for (const [labels, value] of rows(read(), label)) this.inc(labels, value);
      },
    });
  }
  const about = (name: string, help: string, label: string) => ({
    name,
    help,
    labelNames: label === "" ? [] : [label],
    registers: [registry],
  });

  const version = packageVersion();
  gauge("gengfu_build_info", "1, with the version that runs.", () => ({ [version]: 1 }), "version");
  if (beside.dingTalkUse !== undefined) addQuotaMetrics(registry, beside.dingTalkUse);
  addIntakeMetrics(registry, alerts, { version, invalidAlerts: beside.invalidAlerts ?? (() => 0) });

  const { pushes = { accepted: {}, refused: {} } } = beside;
  counter("gengfu_pushed_samples_total", "Pushed samples on disk.", () => pushes.accepted, "hook");
  counter(
    "gengfu_pushed_samples_refused_total",
    "Pushed samples that were not taken.",
    () => pushes.refused,
    "hook",
  );

  gauge("gengfu_monitors", "Monitors in the book.", () => monitors.table.size);
  gauge("gengfu_monitors_failing", "Monitors whose last look failed.", () => {
    let failing = 0;
    for (const { name } of monitors.table.values()) if (watch.status(name)?.up === false) failing++;
    return failing;
  });
  counter("gengfu_monitor_looks_total", "Looks that have ended.", () => watch.figures.looks);
  counter("gengfu_monitor_look_failures_total", "Looks that failed.", () => watch.figures.failures);
  counter(
    "gengfu_monitor_looks_skipped_total",
    "Looks that were due and did not begin.",
    () => watch.figures.skipped,
  );

  addShapeMetrics(registry, world);

  gauge("gengfu_rules", "Rules in the book.", () => rules.table.size);
  gauge("gengfu_rules_judged", "Rules by how judging them went.", () => alerts.stats().rules, "state");
  counter("gengfu_evaluations_total", "Rounds of evaluation.", () => alerts.stats().evaluations);
  gauge(
    "gengfu_evaluation_lag_seconds",
    "How late the last round began.",
    () => alerts.stats().lastLagMs / 1_000,
  );
  gauge(
    "gengfu_evaluation_duration_seconds",
    "How long the last round took.",
    () => alerts.stats().lastDurationMs / 1_000,
  );
  gauge("gengfu_alerts", "Alerts by state.", () => alerts.stats().alerts, "state");
  gauge("gengfu_incidents_open", "Incidents that are not resolved.", () => alerts.stats().incidents);
  gauge("gengfu_silences", "Silences in force.", () => alerts.stats().silences);

  gauge(
    "gengfu_deliveries_pending",
    "Deliveries that wait, by lane.",
    () => alerts.stats().deliveries.queue,
    "lane",
  );
  counter(
    "gengfu_deliveries_sent_total",
    "Messages and edits that were taken.",
    () => alerts.stats().deliveries.sent,
  );
  counter("gengfu_deliveries_lost_total", "Deliveries given up.", () => alerts.stats().deliveries.lost);
  counter(
    "gengfu_delivery_failures_total",
    "Refusals, by the platform's code.",
    () => alerts.stats().deliveries.failed,
    "code",
  );
  gauge("gengfu_delivery_lag_seconds", "How long the oldest waiting delivery has been due.", () => {
    const oldest = alerts.stats().deliveries.oldestDueAt;
    return oldest === undefined ? 0 : Math.max(0, clock.now() - oldest) / 1_000;
  });

  const { channels, watchdog } = beside;
  addDeliveryMetrics(registry, { alerts, clock, channels, watchdog });

  gauge("gengfu_store_writable", "1, or 0 while the last commit could not be saved.", () =>
    store.trouble === undefined ? 1 : 0,
  );
  gauge("gengfu_samples_writable", "1, or 0 while samples cannot be saved.", () =>
    series.trouble === undefined ? 1 : 0,
  );
  gauge("gengfu_series", "Series in memory.", () => series.stats().series);
  gauge("gengfu_samples", "Samples in memory.", () => series.stats().samples);
  gauge("gengfu_samples_pending", "Samples that are not written yet.", () => series.stats().pending);
  counter("gengfu_samples_lost_total", "Samples the disk refused for too long.", () => series.stats().lost);
  gauge("gengfu_sample_log_bytes", "Bytes of the sample log.", () => series.stats().logBytes);
  return () => registry.metrics();
}

function* rows(figures: Figures, label: string): Iterable<[Record<string, string>, number]> {
  if (typeof figures === "number") yield [{}, figures];
  else for (const [key, value] of Object.entries(figures)) yield [{ [label]: key }, value];
}
