/** Figures of what other systems send: Alertmanager's names where it has them. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { Alerts } from "../../alerts/open-alerts.ts";
import { SPOKEN_VERSION } from "../alertmanager/status.ts";

/** Adds them to a registry. `invalidAlerts`: how many were refused since the start. */
export function addIntakeMetrics(
  registry: Registry,
  { intake }: Pick<Alerts, "intake">,
  { version, invalidAlerts }: { readonly version: string; readonly invalidAlerts: () => number },
): void {
  const registers = [registry];

  // karma reads the version to know what it may ask.
  new Gauge({
    name: "alertmanager_build_info",
    help: "1, with the version of Alertmanager whose API is spoken; revision is Gengfu's own version.",
    labelNames: ["version", "revision", "branch", "goversion"],
    registers,
  }).set({ version: SPOKEN_VERSION, revision: version, branch: "gengfu", goversion: "" }, 1);

  new Counter({
    name: "alertmanager_alerts_received_total",
    help: "The total number of received alerts.",
    labelNames: ["status", "version"],
    registers,
    collect() {
      this.reset();
      const { firing, resolved } = intake.stats().received;
      this.inc({ status: "firing", version: "v2" }, firing);
      this.inc({ status: "resolved", version: "v2" }, resolved);
    },
  });
  new Counter({
    name: "alertmanager_alerts_invalid_total",
    help: "The total number of received alerts that were invalid.",
    labelNames: ["version"],
    registers,
    collect() {
      this.reset();
      this.inc({ version: "v2" }, invalidAlerts());
    },
  });
  new Counter({
    name: "gengfu_intake_refused_total",
    help: "Alerts refused because their sender has as many as it may.",
    labelNames: ["sender"],
    registers,
    collect() {
      this.reset();
      for (const [sender, count] of intake.stats().refused) this.inc({ sender }, count);
    },
  });
  new Gauge({
    name: "gengfu_intake_alerts",
    help: "Alerts of other systems, by sender.",
    labelNames: ["sender"],
    registers,
    collect() {
      this.reset();
      for (const [sender, count] of intake.stats().kept) this.set({ sender }, count);
    },
  });
}
