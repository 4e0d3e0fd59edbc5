/** The picture of an incident by its number: what its rule measured, or the run of a flow that it is about. */
import type { FiredAlert } from "../../alerts/alert.ts";
import { unitOf } from "../../alerts/evaluation/unit-of.ts";
import { shownOf } from "../../alerts/incidents/incident-card.ts";
import { incidentChart } from "../../alerts/incidents/incident-chart.ts";
import type { World } from "../../commands/world.ts";
import { type Timeline, timelineOf } from "../../monitors/flow/timeline.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Drawing } from "./pictures.ts";

type Deps = Pick<World, "alerts" | "rules" | "series" | "flows" | "zone" | "breathe"> & {
  readonly locale: Locale;
};

/** Undefined where there is no such incident, no rule behind it, or nothing on record. Throws a PromqlError. */
export async function drawingOf(number: number, at: number, deps: Deps): Promise<Drawing | undefined> {
  const { alerts, rules, series, zone, locale, breathe } = deps;
  const incident = alerts.book.incident(number);
  if (incident === undefined) return undefined;
  const run = runOf(alerts.book.members(number), at, deps);
  if (run !== undefined) return run;
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

/** The run with the first problem of a flow; the one that went on when the first alert fired, where nothing is wrong any more. */
function runOf(members: readonly FiredAlert[], at: number, { flows, locale }: Deps): Timeline | undefined {
  const [first] = shownOf(members);
  const record = first === undefined ? undefined : flows.find(first.labels["monitor"] ?? "");
  if (first === undefined || record === undefined) return undefined;
  const view = flows.view(record);
  // Of one that is missing there is nothing to draw.
  const run =
    view.problems.length > 0
      ? view.problems.find((problem) => problem.run !== undefined)?.run
      : view.runs.findLast(({ from }) => from <= first.firedAt);
  return run && timelineOf({ ...view, name: record.name, locale }, run, at);
}
