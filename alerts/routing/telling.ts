/** When the routes of an incident tell what they owe: at once, after a wait, or when nothing holds them back any more. */
import type { Change } from "../../storage/store.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { escalating } from "../incidents/escalation.ts";
import type { Incident } from "../incidents/incident.ts";
import { note, want } from "../incidents/story.ts";
import { type Asked, holdOf, notTold, untoldBy } from "../muting/hold.ts";
import { routeHold } from "../muting/mute.ts";
import type { MuteReason } from "../muting/mute-reason.ts";
import { addressesOf, deafToTheEnd, strays } from "./addresses.ts";
import {
  type Because,
  type IncidentRoute,
  isDue,
  isPatient,
  owesNews,
  owing,
  told,
} from "./incident-route.ts";
import { DEFAULT_CONVERSATION } from "./route.ts";

/**
 * Stores an incident to which something has happened, with its version raised, and wants its card wherever it is to
 * be told now. What waits is stored with it, so that time or the end of a mute can tell it later.
 */
export function speak(
  context: TurnContext,
  change: Change,
  incident: Incident,
  because: Because,
  at: number,
  asked?: Asked,
): Incident {
  const over = incident.resolvedAt !== undefined;
  const routes = incident.routes.map((route) => owing(route, because, over, at));
  const moved = isPatient(because) ? {} : { moved: incident.version };
  return settle(context, change, { ...incident, ...moved, routes }, at, asked);
}

/** What one look at the routes of an incident leads to. */
interface Outcome {
  /** Who is told now. */
  readonly addresses: Set<string>;
  /** Whether any route told something. */
  said: boolean;
  news: Because | undefined;
  /** Whether something is told that was held back before. */
  letGo: boolean;
  /** Why a route that has told nothing yet still does not, and whether that is new. */
  hold: MuteReason | undefined;
  isNew: boolean;
}

/** Lets every route of an incident tell what is due, and stores what it has become. */
export function settle(
  context: TurnContext,
  change: Change,
  incident: Incident,
  at: number,
  asked?: Asked,
): Incident {
  const plan = context.plan();
  const over = incident.resolvedAt !== undefined;
  const out: Outcome = {
    addresses: new Set(),
    said: false,
    news: undefined,
    letGo: false,
    hold: undefined,
    isNew: false,
  };
  let answer: { readonly hold: MuteReason | undefined } | undefined;
  const hold = (): MuteReason | undefined => {
    answer ??= { hold: holdOf(context, change, incident, at, asked) };
    return answer.hold;
  };

  const routes = incident.routes.map((route): IncidentRoute => {
    if (!isDue(route, at)) return route;
    const own = routeHold(context, route, at);
    const held = own ?? hold();
    if (held !== undefined && (own !== undefined || route.toldAt === undefined)) {
      if (route.toldAt === undefined) {
        out.hold ??= held;
        out.isNew ||= route.heldBy === undefined;
      }
      return holding(route, held);
    }
    // What is hidden tells nobody anything new, but the card that people have still says how things are.
    for (const address of addressesOf(plan, route)) out.addresses.add(address);
    out.said = true;
    if (held !== undefined && owesNews(route) && !over) return holding(route, held);
    if (held === undefined) {
      if (owesNews(route)) out.news = route.owes;
      out.letGo ||= route.heldBy !== undefined;
    }
    return told(route, over, at);
  });
  return store(context, change, { ...incident, routes }, out, at);
}

function holding(route: IncidentRoute, { by }: MuteReason): IncidentRoute {
  return route.heldBy === by ? route : { ...route, heldBy: by };
}

function store(
  context: TurnContext,
  change: Change,
  incident: Incident,
  { addresses, said, news, letGo, hold, isNew }: Outcome,
  at: number,
): Incident {
  const { untold: before, ...rest } = incident;
  const plan = context.plan();
  const isTold = incident.routes.some(({ toldAt }) => toldAt !== undefined);
  const over = incident.resolvedAt !== undefined;
  if (said) for (const address of strays(plan, incident)) addresses.add(address);
  // Where a reload took every receiver away, somebody must hear of it all the same. A receiver without targets is
  // Alertmanager's way to tell nobody.
  const orphaned = incident.routes.every(({ receiver }) => plan.receiver(receiver) === undefined);
  if (said && addresses.size === 0 && orphaned) addresses.add(DEFAULT_CONVERSATION);

  // What was shown while it was held has this version already, and is to be news all the same.
  const version = incident.version + (letGo ? 1 : 0);
  const why = hold === undefined ? (before ?? { by: over ? "over" : "group-wait" }) : untoldBy(hold);
  const next: Incident = escalating(
    plan,
    {
      ...rest,
      version,
      ...(letGo ? { moved: version } : {}),
      ...(news === undefined ? {} : { news: version, newsOf: news }),
      tells: joined(incident.tells, addresses),
      ...(isTold ? {} : { untold: why }),
    },
    at,
  );
  change.put(context.tables.incidents, String(next.id), next);
  if (hold !== undefined && isNew) note(change, context.tables, notTold(next, hold, at));
  const deaf = over ? deafToTheEnd(plan, next) : NOBODY;
  const hearing = [...addresses].filter((one) => !deaf.has(one));
  want(change, context.tables, next, hearing, at);
  return next;
}

const NOBODY: ReadonlySet<string> = new Set();

function joined(known: readonly string[], more: Iterable<string>): readonly string[] {
  const all = new Set(known);
  for (const one of more) all.add(one);
  return all.size === known.length ? known : [...all];
}
