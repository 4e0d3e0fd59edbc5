/** The chart of an incident by its number. */
import type { Chart } from "../../alerts/charts/chart.ts";
import { unitOf } from "../../alerts/evaluation/unit-of.ts";
import { incidentChart } from "../../alerts/incidents/incident-chart.ts";
import type { World } from "../../commands/world.ts";
import type { Locale } from "../../storage/locale.ts";

type Deps = Pick<World, "alerts" | "rules" | "series" | "zone" | "breathe"> & { readonly locale: Locale };

/** Undefined where there is no such incident, no rule behind it, or nothing on record. Throws a PromqlError. */
export async function chartOf(number: number, at: number, deps: Deps): Promise<Chart | undefined> {
  const { alerts, rules, series, zone, locale, breathe } = deps;
  const incident = alerts.book.incident(number);
  if (incident === undefined) return undefined;
  return incidentChart(incident, alerts.book.members(number), at, {
    series,
    zone,
    locale,
    breathe,
    ruleOf(id) {
      const rule = rules.find(id);
      return rule?.kind === "promql" ? { expr: rules.compiled(rule), unit: unitOf(rule.expr) } : undefined;
    },
  });
}
