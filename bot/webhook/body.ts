/**
 * The body of Alertmanager's webhook, version 4, as its documentation has it (configuration, `webhook_config`), from
 * an incident. One field is ours: `acknowledgedBy` of an alert, the person who has the incident, else null.
 */
import { type FiredAlert, isActive } from "../../alerts/alert.ts";
import type { Card } from "../../alerts/card.ts";
import type { IncidentView } from "../../alerts/channel.ts";
import { fingerprint, type Labels } from "../../storage/labels.ts";

/** An alert as it stands in the body. */
export interface WebhookAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Labels;
  readonly annotations: Labels;
  /** RFC 3339. */
  readonly startsAt: string;
  /** RFC 3339; the year 1 while it fires, which is what Go writes for "never". */
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
  readonly acknowledgedBy: string | null;
}

export interface WebhookBody {
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly alerts: readonly WebhookAlert[];
  readonly groupLabels: Labels;
  readonly commonLabels: Labels;
  readonly commonAnnotations: Labels;
  readonly externalURL: string;
  readonly version: "4";
  readonly groupKey: string;
  readonly truncatedAlerts: number;
}

/** What is known of the webhook, besides what is told. */
export interface BodyAbout {
  readonly receiver: string;
  readonly externalUrl: string;
  /** 0: as many as there are. */
  readonly maxAlerts: number;
}

/** Which ends were told already: all before `until`, and so many at that very moment. */
export interface ToldEnds {
  readonly until: number;
  readonly atUntil: number;
}

const NEVER = "0001-01-01T00:00:00Z";

/** The ends that a body made now would tell. */
export function endsOf(alerts: readonly FiredAlert[]): ToldEnds {
  let until = 0;
  let atUntil = 0;
  for (const alert of alerts) {
    if (alert.state !== "resolved" || alert.resolvedAt < until) continue;
    atUntil = alert.resolvedAt === until ? atUntil + 1 : 1;
    until = alert.resolvedAt;
  }
  return { until, atUntil };
}

/**
 * The alerts that belong into the next body: those that fire, and those that ended since the last one, as with
 * Alertmanager. When several ended at the very moment that was told last, all of that moment are told once more
 * rather than none.
 */
export function alertsToTell(
  alerts: readonly FiredAlert[],
  told: ToldEnds | undefined,
): readonly FiredAlert[] {
  if (told === undefined) return alerts;
  const all = endsOf(alerts);
  const more = all.until > told.until || all.atUntil !== told.atUntil;
  // Counted once: a storm ends at one moment, and to count for each of its alerts would take the square of them.
  const again = more && countAt(alerts, told.until) !== told.atUntil;
  return alerts.filter((alert) => {
    if (alert.state !== "resolved") return true;
    if (alert.resolvedAt > told.until) return true;
    return again && alert.resolvedAt === told.until;
  });
}

/** Makes the body. `alerts` are those to tell. */
export function bodyOf(
  { incident }: Pick<IncidentView, "incident">,
  alerts: readonly FiredAlert[],
  { receiver, externalUrl, maxAlerts }: BodyAbout,
): WebhookBody {
  const acknowledgedBy = incident.acknowledgement?.person ?? null;
  // Cut first, like Alertmanager: what the rest has in common is said of what is there.
  const sorted = [...alerts].sort(inTheirOrder);
  const kept = maxAlerts > 0 ? sorted.slice(0, maxAlerts) : sorted;
  const shown = kept.map((alert): WebhookAlert => {
    const ended = alert.state === "resolved";
    return {
      status: ended ? "resolved" : "firing",
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: new Date(alert.firedAt).toISOString(),
      endsAt: ended ? new Date(alert.resolvedAt).toISOString() : NEVER,
      generatorURL: alert.source?.generatorURL ?? `${externalUrl}/#rule-${alert.rule}`,
      fingerprint: fingerprint(alert.labels),
      acknowledgedBy,
    };
  });
  return {
    receiver,
    status: kept.some(isActive) ? "firing" : "resolved",
    alerts: shown,
    groupLabels: incident.labels,
    commonLabels: common(shown.map(({ labels }) => labels)),
    commonAnnotations: common(shown.map(({ annotations }) => annotations)),
    externalURL: externalUrl,
    version: "4",
    groupKey: incident.group,
    truncatedAlerts: alerts.length - shown.length,
  };
}

/**
 * Alertmanager's order (`AlertSlice` of its package `types`, `LabelSet.Before` of prometheus/common): by `job`, then by
 * `instance`, then those with fewer labels, then by the first label in which they differ.
 */
function inTheirOrder({ labels: a }: FiredAlert, { labels: b }: FiredAlert): number {
  for (const name of ["job", "instance"]) {
    const [one, other] = [a[name], b[name]];
    if (one === other) continue;
    if (one === undefined) return 1;
    return other === undefined || one < other ? -1 : 1;
  }
  const [names, others] = [Object.keys(a), Object.keys(b)];
  if (names.length !== others.length) return names.length - others.length;
  for (const name of [...new Set([...names, ...others])].sort()) {
    const [one, other] = [a[name], b[name]];
    if (one === other) continue;
    if (one === undefined) return -1;
    return other === undefined || one > other ? 1 : -1;
  }
  return 0;
}

/** A card that is about no incident, such as a reminder, as one alert that fires: whoever reads alerts can read it. */
export function bodyOfCard(card: Card, at: number, about: BodyAbout): WebhookBody {
  const { title = "", text = "", severity = "info", fields = [] } = card;
  const labels = { alertname: title === "" ? "Gengfu" : title, severity };
  const annotations = {
    ...(title === "" ? {} : { summary: title }),
    ...(text === "" ? {} : { description: text }),
    ...Object.fromEntries(fields.map(({ name, value }) => [name, value])),
  };
  const alert: WebhookAlert = {
    status: card.status === "resolved" ? "resolved" : "firing",
    labels,
    annotations,
    startsAt: new Date(at).toISOString(),
    endsAt: card.status === "resolved" ? new Date(at).toISOString() : NEVER,
    generatorURL: about.externalUrl,
    fingerprint: fingerprint(labels),
    acknowledgedBy: null,
  };
  return {
    receiver: about.receiver,
    status: alert.status,
    alerts: [alert],
    groupLabels: { alertname: labels.alertname },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: about.externalUrl,
    version: "4",
    groupKey: `{}:{alertname=${JSON.stringify(labels.alertname)}}`,
    truncatedAlerts: 0,
  };
}

/** What all have in common. */
function common(all: readonly Labels[]): Labels {
  const [first, ...others] = all;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((one) => Object.hasOwn(one, name) && one[name] === value),
    ),
  );
}

function countAt(alerts: readonly FiredAlert[], moment: number): number {
  return alerts.filter((alert) => alert.state === "resolved" && alert.resolvedAt === moment).length;
}
