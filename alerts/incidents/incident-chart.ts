/** What an incident's rule measured around the time it fired. */
import type { MetricUnit } from "../../rules/metric-words.ts";
import type { CompiledExpr } from "../../rules/promql/compile.ts";
import { type Labels, labelsKey } from "../../storage/labels.ts";
import type { Locale } from "../../storage/locale.ts";
import type { SeriesSource } from "../../storage/series.ts";
import type { FiredAlert } from "../alert.ts";
import type { Chart } from "../charts/chart.ts";
import { merged, trace } from "../charts/trace.ts";
import type { Incident } from "./incident.ts";
import { shownOf } from "./incident-card.ts";

export interface IncidentChartFacts {
  readonly series: SeriesSource;
  /** The rule of an alert, compiled; undefined when it is gone, or another system judged. */
  ruleOf(rule: number): { readonly expr: CompiledExpr; readonly unit: MetricUnit | undefined } | undefined;
  readonly zone: string;
  readonly locale: Locale;
  breathe(): Promise<void>;
}

/** At least so much of the time before is shown, and after it when it is over, in milliseconds. */
const SHORTEST_LEAD_MS = 30 * 60_000;
/** However little is on record. */
const SHORTEST_MS = 5 * 60_000;
/** Of an incident that goes on for longer, only the last so many days are shown. */
const LONGEST_MS = 7 * 86_400_000;

/** The chart of its first rule; undefined where there is no rule or nothing on record. Throws a PromqlError. */
export async function incidentChart(
  incident: Incident,
  members: readonly FiredAlert[],
  at: number,
  facts: IncidentChartFacts,
): Promise<Chart | undefined> {
  const [first] = shownOf(members);
  const rule = first === undefined ? undefined : facts.ruleOf(first.rule);
  if (first === undefined || rule === undefined) return undefined;
  const ofRule = members.filter((alert) => alert.rule === first.rule);
  const end = incident.resolvedAt ?? at;
  const begin = Math.min(end, ...ofRule.slice(0, 1_000).map(({ since }) => since));
  const lead = Math.max(SHORTEST_LEAD_MS, Math.round((end - begin) / 3));
  const to = incident.resolvedAt === undefined ? at : Math.min(at, end + lead);
  const from = Math.max(begin - lead, to - LONGEST_MS);
  const found = new Set(ofRule.map((alert) => labelsKey(alert.found)));
  const { expr, unit } = rule;
  const traced = await trace(
    expr,
    facts.series,
    { from, to },
    {
      wants: (labels: Labels) => found.has(labelsKey(labels)),
      breathe: facts.breathe,
    },
  );
  if (traced.lines.length === 0) return undefined;
  const firing = ofRule
    .map((alert) => ({
      from: alert.firedAt,
      to: alert.state === "resolved" ? alert.resolvedAt : to,
    }))
    .filter((span) => span.to >= from);
  return {
    title: `#${incident.id} ${incident.title}`,
    // Where nothing is on record before, there is nothing to show of it.
    from: Math.max(from, Math.min(to - SHORTEST_MS, ...traced.lines.map(({ at }) => at[0] ?? to))),
    to,
    lines: traced.lines,
    more: traced.more,
    thresholds: unit === "boolean" ? [] : traced.thresholds,
    firing: merged(firing),
    unit,
    zone: facts.zone,
    locale: facts.locale,
  };
}
