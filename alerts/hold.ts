/** Whether anybody may be told of an incident now, and if not, why. */
import type { Change } from "../storage/store.ts";
import { type Alert, type FiredAlert, isActive } from "./alert.ts";
import type { Incident, TimelineEntry, Untold } from "./incident.ts";
import type { MuteReason, NamedMuter } from "./mute.ts";
import type { TurnContext } from "./turn-context.ts";

/**
 * The reason why nobody is told, or nothing as soon as one alert of the incident may be told. The alerts at hand are
 * asked first, because one loud alert settles it.
 */
export function holdOf(
  context: TurnContext,
  change: Change,
  incident: Incident,
  first: readonly FiredAlert[],
  andMembers: boolean,
  at: number,
): MuteReason | undefined {
  let reason: MuteReason | undefined;
  for (const alert of first) {
    const held = muteOf(context.muters, alert, incident, at);
    if (held === undefined) return undefined;
    reason ??= held;
  }
  if (!andMembers) return reason;
  for (const id of context.index.members.get(incident.id)?.keys() ?? []) {
    const alert = change.get(context.tables.alerts, id);
    if (alert === undefined || !isActive(alert) || alert.incident !== incident.id) continue;
    const held = muteOf(context.muters, alert, incident, at);
    if (held === undefined) return undefined;
    reason ??= held;
  }
  return reason;
}

/** The first reason to hold back news of this alert altogether. */
function muteOf(
  muters: readonly NamedMuter[],
  alert: Alert,
  incident: Incident,
  at: number,
): MuteReason | undefined {
  for (const muter of muters) {
    const reason = muter.mutes(alert.labels, incident, at);
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
  const { by: _, ...why } = untoldBy(hold);
  return {
    incident: incident.id,
    at,
    what: "not-told",
    ...why,
    ...(hold.until === undefined ? {} : { until: hold.until }),
  };
}
