/** Whether anybody may be told of an incident now, and if not, why. */
import type { Labels } from "../../storage/labels.ts";
import type { Change } from "../../storage/store.ts";
import { type FiredAlert, isActive } from "../alert.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import type { Incident, TimelineEntry, Untold } from "../incidents/incident.ts";
import type { MuteReason, NamedMuter } from "./mute-reason.ts";

/** Which alerts of an incident are asked about. */
export interface Asked {
  /** Those at hand, which may not be on disk yet. One loud alert settles it, so they are asked first. */
  readonly first: readonly FiredAlert[];
  /** Whether the active alerts of the incident are asked too. */
  readonly andMembers: boolean;
}

/** The reason why nobody is told, or nothing as soon as one alert of the incident may be told. */
export function holdOf(
  context: TurnContext,
  change: Pick<Change, "get">,
  incident: Incident,
  at: number,
  { first, andMembers }: Asked = EVERYBODY,
): MuteReason | undefined {
  let reason: MuteReason | undefined;
  for (const alert of first) {
    const held = muteOf(context.muters, alert.labels, incident, at);
    if (held === undefined) return undefined;
    reason ??= held;
  }
  if (!andMembers) return reason;
  const over = incident.resolvedAt !== undefined;
  for (const id of context.index.members.get(incident.id)?.keys() ?? []) {
    const alert = change.get(context.tables.alerts, id);
    if (alert === undefined || alert.state === "pending" || alert.incident !== incident.id) continue;
    // Of one that is over, all that were in it are asked: none is active any more.
    if (!over && !isActive(alert)) continue;
    const held = muteOf(context.muters, alert.labels, incident, at);
    if (held === undefined) return undefined;
    reason ??= held;
  }
  return reason;
}

const EVERYBODY: Asked = { first: [], andMembers: true };

/** The first reason to hold back news of an alert altogether. */
export function muteOf(
  muters: readonly NamedMuter[],
  labels: Labels,
  incident: Incident,
  at: number,
): MuteReason | undefined {
  for (const muter of muters) {
    const reason = muter.mutes(labels, incident, at);
    if (reason?.holds === "everything") return reason;
  }
  return undefined;
}

/** What an incident keeps of the reason. */
export function untoldBy(hold: MuteReason): Untold {
  return {
    by: hold.by,
    ...(hold.silence === undefined ? {} : { silence: hold.silence }),
    ...(hold.note === undefined ? {} : { note: hold.note }),
  };
}

/** The line of the story that says so. */
export function notTold(incident: Incident, hold: MuteReason, at: number): TimelineEntry {
  const { by, ...why } = untoldBy(hold);
  return {
    incident: incident.id,
    at,
    what: "not-told",
    by,
    ...why,
    ...(hold.until === undefined ? {} : { until: hold.until }),
  };
}
