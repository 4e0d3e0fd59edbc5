/** The alerts of `/api/v2/alerts`: those that others sent and those of our own rules, as Alertmanager shows alerts. */
import { type ActiveAlert, isActive, RECEIVED } from "../../alerts/alert.ts";
import type { AlertBook } from "../../alerts/alert-book.ts";
import type { Intake } from "../../alerts/intake/intake.ts";
import type { Known } from "../../alerts/intake/received.ts";
import { originOf, receivedId } from "../../alerts/intake/turn-received.ts";
import { groupKeyOf } from "../../alerts/routing/route-tree.ts";
import type { RouteOptions } from "../../alerts/routing/routing.ts";
import { fingerprint, type Labels } from "../../storage/labels.ts";
import { matches } from "../../storage/matchers.ts";
import { writeTime } from "../../storage/rfc3339.ts";
import type { AlertStatus, ShownAlert } from "./alert-text.ts";
import type { AlertQuery } from "./query.ts";
import { silenceUuid } from "./silence-id.ts";

export interface ListDeps {
  readonly book: AlertBook;
  readonly intake: Intake;
  /** What the page of a rule stands at. */
  externalUrl(): string;
  /** How long an own alert is good for without another look, as Prometheus would say with its `endsAt`. */
  resolveTimeoutMs(): number;
}

/** An alert that may be asked for; what is costly to say of it is said when it is. */
export interface Listed {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly alert: ActiveAlert | undefined;
  readonly known: Known | undefined;
}

/** A route of an alert, as far as groups need to know. */
export interface Way {
  readonly receiver: string;
  /** Tells groups apart. */
  readonly key: string;
  readonly labels: Labels;
}

export interface AlertList {
  /** All that fit the matchers, in no order. */
  fitting(query: AlertQuery, at: number): Generator<Listed>;
  /** How the alerts of one request are shown; those that the query leaves out are not. */
  showing(query: AlertQuery, at: number): (listed: Listed) => ShownAlert | undefined;
  ways(listed: Listed): readonly Way[];
}

export function listAlerts({ book, intake, externalUrl, resolveTimeoutMs }: ListDeps): AlertList {
  const { context, index, tables } = book;

  function* fitting({ matchers }: AlertQuery, at: number): Generator<Listed> {
    // Whoever lists many lets others work meanwhile: what waits now may be active by then, and is in the list either way.
    const waiting = [...intake.unprocessed()];
    const listed = new Set<string>();
    for (const alert of index.labelled.fitting(matchers)) {
      if (!isActive(alert)) continue;
      const print =
        alert.rule === RECEIVED ? alert.id.slice(receivedId("").length) : fingerprint(alert.labels);
      if (waiting.length > 0 && alert.rule === RECEIVED) listed.add(print);
      yield { fingerprint: print, labels: alert.labels, alert, known: knownOf(alert, print) };
    }
    for (const print of waiting) {
      const known = intake.known(print);
      if (known === undefined || !intake.fires(known, at)) continue;
      const alert = tables.alerts.get(receivedId(print));
      // One that somebody closed stays closed.
      if (listed.has(print) || (alert?.state === "resolved" && alert.held)) continue;
      if (matches(matchers, known.received.labels))
        yield {
          fingerprint: print,
          labels: known.received.labels,
          alert: alert !== undefined && isActive(alert) ? alert : undefined,
          known,
        };
    }
  }

  function knownOf(alert: ActiveAlert, print: string): Known | undefined {
    return alert.rule === RECEIVED ? intake.known(print) : undefined;
  }

  function routesOf({ alert, known, labels }: Listed): readonly RouteOptions[] {
    if (known !== undefined) return context.plan().router(labels, originOf(labels, known.received.receiver));
    const incident = alert && book.incident(alert.incident);
    if (incident === undefined) return [];
    // What an own alert's rule was called when it fired is in its incident's routes.
    return incident.routes.map(({ path, receiver, waitMs, intervalMs, repeatMs = 0, ...more }) => ({
      path,
      receiver,
      groupBy: Object.keys(incident.labels),
      groupWaitMs: waitMs,
      groupIntervalMs: intervalMs,
      repeatIntervalMs: repeatMs,
      muteTimeIntervals: more.muteTimeIntervals ?? [],
      activeTimeIntervals: more.activeTimeIntervals ?? [],
    }));
  }

  function mutedBy(routes: readonly RouteOptions[], at: number): readonly string[] {
    // Hardly any route has time intervals, and every alert is asked about.
    if (routes.every(hasNoIntervals)) return NONE;
    const names = new Set<string>();
    for (const route of routes)
      if (context.routeMute(route, at) !== undefined)
        for (const name of [...route.muteTimeIntervals, ...route.activeTimeIntervals]) names.add(name);
      else return [];
    return [...names];
  }

  return {
    fitting,

    showing(query, at) {
      // Many alerts have their moments in common, and all of an incident who has it.
      const time = remembered(writeTime);
      const handled = remembered(handling);
      const receiversAt = remembered(receiversOf);
      return show;

      function show(listed: Listed): ShownAlert | undefined {
        const { alert, known, labels } = listed;
        const silences = book.silencesOver(labels, at);
        const silencedBy = silences.length === 0 ? NONE : silences.map(({ id }) => silenceUuid(id));
        if (silencedBy.length > 0 && !query.silenced) return undefined;
        const source = context.inhibition.reasonFor(labels)?.source;
        if (source !== undefined && !query.inhibited) return undefined;
        const routes = routesOf(listed);
        const muted = mutedBy(routes, at);
        if (muted.length > 0 && !query.muted) return undefined;
        const suppressed = silencedBy.length > 0 || source !== undefined || muted.length > 0;
        const state = alert === undefined ? "unprocessed" : suppressed ? "suppressed" : "active";
        if (state === "active" ? !query.active : state === "unprocessed" && !query.unprocessed)
          return undefined;
        const receivers = receiversAt(routes);
        if (!receivers.some(({ name }) => query.receiver(name))) return undefined;
        const startsAt = known?.received.startsAt ?? alert?.firedAt ?? at;
        return {
          // Of an own alert the address may change while it stays the same.
          source: known?.received ?? listed,
          annotations: known?.received.annotations ?? alert?.annotations ?? {},
          generatorURL: known?.received.generatorURL ?? `${externalUrl()}/#rule-${alert?.rule}`,
          labels: known?.received.labels ?? labels,
          handling: alert === undefined ? NOTHING : handled(alert.incident),
          endsAt: time(known?.heard.endsAt ?? at + resolveTimeoutMs()),
          fingerprint: listed.fingerprint,
          receivers,
          startsAt: time(startsAt),
          status: suppressed
            ? {
                inhibitedBy: source === undefined ? [] : [fingerprint(source)],
                mutedBy: muted,
                silencedBy,
                state,
              }
            : FREE[state],
          updatedAt: time(known?.heard.at ?? at),
        };
      }
    },

    ways(listed) {
      return routesOf(listed).map((route) => {
        const { key, labels } = groupKeyOf(route, listed.labels);
        return { receiver: route.receiver, key: `${route.receiver}:${key}`, labels };
      });
    },
  };

  /** What Alertmanager has no field for: who has it, until when, and the number that people say. */
  function handling(id: number): Labels {
    const incident = book.incident(id);
    if (incident === undefined) return {};
    const owner = incident.acknowledgement;
    return {
      gengfu_incident: `#${incident.id}`,
      ...(owner === undefined
        ? {}
        : {
            gengfu_acknowledged_by: owner.person,
            gengfu_acknowledged_until: writeTime(owner.until),
            ...(owner.note === undefined ? {} : { gengfu_acknowledged_note: owner.note }),
          }),
    };
  }
}

const NONE: readonly string[] = [];
const NOTHING: Labels = {};

/** Of what nothing holds back. */
const FREE = {
  active: freeAs("active"),
  unprocessed: freeAs("unprocessed"),
  suppressed: freeAs("suppressed"),
};

function freeAs(state: AlertStatus["state"]): AlertStatus {
  return { inhibitedBy: NONE, mutedBy: NONE, silencedBy: NONE, state };
}

function hasNoIntervals({ muteTimeIntervals, activeTimeIntervals }: RouteOptions): boolean {
  return muteTimeIntervals.length + activeTimeIntervals.length === 0;
}

/** Each receiver once. */
function receiversOf(routes: readonly RouteOptions[]): ShownAlert["receivers"] {
  const found: { readonly name: string }[] = [];
  for (const { receiver } of routes)
    if (!found.some(({ name }) => name === receiver)) found.push({ name: receiver });
  return found;
}

/** The same function, asked once for each argument. */
function remembered<A, R>(make: (argument: A) => R): (argument: A) => R {
  const known = new Map<A, R>();
  return (argument) => {
    let result = known.get(argument);
    if (result === undefined) {
      result = make(argument);
      known.set(argument, result);
    }
    return result;
  };
}
