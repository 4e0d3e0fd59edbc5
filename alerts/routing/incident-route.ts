/** One route of an incident: whom it tells, with which patience, what it still owes and when. All of it is stored. */
import type { RouteOptions } from "./routing.ts";

/** Why something is told. */
export const REASONS = [
  "first",
  "joined",
  "changed",
  "worse",
  "acknowledged",
  "unacknowledged",
  "acknowledge-ended",
  "silenced",
  "let-go",
  "flapping",
  "steady",
  "resolved",
  "repeat",
  "escalated",
] as const;

export type Because = (typeof REASONS)[number];

/** These wait for `group_interval`; everything else is told at once, since it changes what people have to do. */
const PATIENT: ReadonlySet<Because> = new Set(["first", "joined", "changed"]);

/** Whether a change asks nothing new of people. */
export function isPatient(because: Because): boolean {
  return PATIENT.has(because);
}

/** These change a card and are no message: nothing got worse, or a message of its own says it. */
const NO_NEWS: ReadonlySet<Because> = new Set(["changed", "silenced", "acknowledge-ended"]);

export interface IncidentRoute {
  /** Where it stands in the tree; see `RouteOptions`. */
  readonly path: string;
  readonly receiver: string;
  /** `group_wait` and `group_interval`; `repeatMs` is absent when it never repeats. */
  readonly waitMs: number;
  readonly intervalMs: number;
  readonly repeatMs?: number;
  readonly muteTimeIntervals?: readonly string[];
  readonly activeTimeIntervals?: readonly string[];
  /** Name of the escalation policy. */
  readonly escalation?: string;

  /** What it has to tell, from `tellAt` on and as soon as nothing holds it back. */
  readonly owes?: Because;
  readonly tellAt?: number;
  /** The word of the muter that holds it back now. */
  readonly heldBy?: string;
  /** When it last told something; absent while it never has. */
  readonly toldAt?: number;
  readonly repeatAt?: number;
  /** The next step of the escalation, from 0; absent while it does not run. */
  readonly step?: number;
  readonly escalateAt?: number;
}

/** The routes of an incident after an alert joined that takes `taken`: new ones are added, known ones keep what they owe. */
export function joinRoutes(
  known: readonly IncidentRoute[],
  taken: readonly RouteOptions[],
): readonly IncidentRoute[] {
  if (taken.every((route) => known.some((one) => isSame(one, route)))) return known;
  const routes = new Map(known.map((route) => [keyOf(route), route]));
  for (const options of taken) {
    const key = keyOf(options);
    routes.set(key, { ...stateOf(routes.get(key)), ...termsOf(options) });
  }
  return [...routes.values()];
}

/** What a route owes after something happened, and when it is to tell. */
export function owing(route: IncidentRoute, because: Because, over: boolean, at: number): IncidentRoute {
  if (route.toldAt === undefined) {
    // Nobody was told that it began, so nobody needs to hear that it is over.
    if (over) return owingNothing(route);
    return route.owes === undefined ? { ...route, owes: "first", tellAt: at + route.waitMs } : route;
  }
  if (!isPatient(because)) return { ...route, owes: because, tellAt: at };
  if (route.owes !== undefined && (route.owes !== "changed" || because !== "joined")) return route;
  return { ...route, owes: because, tellAt: route.tellAt ?? nextTellAt(route, at) };
}

/** Whether a route has something to tell now, if nothing holds it back. */
export function isDue(route: IncidentRoute, at: number): boolean {
  return route.owes !== undefined && (route.tellAt ?? at) <= at;
}

/**
 * Whether what it owes is worth a message where a card cannot be changed in place. New alerts are, once per
 * `group_interval`; with no such interval they would be a message each.
 */
export function owesNews({ owes, intervalMs }: IncidentRoute): boolean {
  if (owes === undefined || NO_NEWS.has(owes)) return false;
  return owes !== "joined" || intervalMs > 0;
}

/** The route once it has told what it owed. */
export function told(route: IncidentRoute, over: boolean, at: number): IncidentRoute {
  const { repeatAt, ...rest } = owingNothing(route);
  const { repeatMs } = route;
  if (over || repeatMs === undefined) return { ...rest, toldAt: at };
  const again = owesNews(route) || route.owes === "acknowledge-ended" ? at + repeatMs : repeatAt;
  return { ...rest, toldAt: at, ...(again === undefined ? {} : { repeatAt: again }) };
}

function owingNothing(route: IncidentRoute): IncidentRoute {
  const { owes: _, tellAt: __, heldBy: ___, ...rest } = route;
  return rest;
}

/** A route that no longer escalates; told again, it would begin at the first step. */
export function notEscalating(route: IncidentRoute): IncidentRoute {
  if (route.step === undefined && route.escalateAt === undefined) return route;
  const { step: _, escalateAt: __, ...rest } = route;
  return rest;
}

function nextTellAt({ toldAt, intervalMs }: IncidentRoute, at: number): number {
  // A last time that lies in the future was before the clock was put back.
  return toldAt === undefined || toldAt > at ? at : Math.max(at, toldAt + intervalMs);
}

function keyOf({ path, receiver }: Pick<IncidentRoute, "path" | "receiver">): string {
  return `${path}\n${receiver}`;
}

function termsOf(options: RouteOptions): IncidentRoute {
  const { path, receiver, groupWaitMs, groupIntervalMs, repeatIntervalMs, escalation } = options;
  const { muteTimeIntervals, activeTimeIntervals } = options;
  return {
    path,
    receiver,
    waitMs: groupWaitMs,
    intervalMs: groupIntervalMs,
    ...(Number.isFinite(repeatIntervalMs) ? { repeatMs: repeatIntervalMs } : {}),
    ...(muteTimeIntervals.length === 0 ? {} : { muteTimeIntervals }),
    ...(activeTimeIntervals.length === 0 ? {} : { activeTimeIntervals }),
    ...(escalation === undefined ? {} : { escalation }),
  };
}

function stateOf(route: IncidentRoute | undefined): Partial<IncidentRoute> {
  if (route === undefined) return {};
  const { owes, tellAt, heldBy, toldAt, repeatAt, step, escalateAt } = route;
  return {
    ...(owes === undefined ? {} : { owes }),
    ...(tellAt === undefined ? {} : { tellAt }),
    ...(heldBy === undefined ? {} : { heldBy }),
    ...(toldAt === undefined ? {} : { toldAt }),
    ...(repeatAt === undefined ? {} : { repeatAt }),
    ...(step === undefined ? {} : { step }),
    ...(escalateAt === undefined ? {} : { escalateAt }),
  };
}

/** Whether a route's terms are still those of the tree, which a reload may have changed. */
function isSame(route: IncidentRoute, options: RouteOptions): boolean {
  const terms = termsOf(options);
  return (
    route.path === terms.path &&
    route.receiver === terms.receiver &&
    route.waitMs === terms.waitMs &&
    route.intervalMs === terms.intervalMs &&
    route.repeatMs === terms.repeatMs &&
    route.escalation === terms.escalation &&
    String(route.muteTimeIntervals) === String(terms.muteTimeIntervals) &&
    String(route.activeTimeIntervals) === String(terms.activeTimeIntervals)
  );
}
