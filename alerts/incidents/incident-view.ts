/** An incident as channels that tell machines see it. */
import type { FiredAlert } from "../alert.ts";
import type { AlertBook } from "../alert-book.ts";
import type { IncidentView } from "../channel.ts";
import { muteOf } from "../muting/hold.ts";
import type { Incident } from "./incident.ts";

/** As it is at `at`. */
export function viewOf(book: AlertBook, incident: Incident, at: number): IncidentView {
  return {
    incident,
    status: book.statusOf(incident, at),
    alerts() {
      const members = book.members(incident.id);
      const all =
        incident.resolvedAt === undefined ? members : [...members, ...gone(book, incident, members)];
      return all.filter(({ labels }) => muteOf(book.context.muters, labels, incident, at) === undefined);
    },
  };
}

/**
 * The alerts of an incident that is over which have begun another episode since, and belong to that one now: as its
 * story tells them, which knows the first of those that fired at once.
 */
function gone(book: AlertBook, incident: Incident, members: readonly FiredAlert[]): readonly FiredAlert[] {
  if (members.length >= incident.peak) return [];
  const known = new Set(members.map(({ labels }) => JSON.stringify(labels)));
  const found: FiredAlert[] = [];
  for (const { what, at, labels, rule = 0, value = Number.NaN } of book.timeline(incident.id)) {
    if ((what !== "fired" && what !== "joined") || labels === undefined) continue;
    const key = JSON.stringify(labels);
    if (known.has(key)) continue;
    known.add(key);
    found.push({
      id: `${rule}/${at}`,
      rule,
      labels,
      found: labels,
      annotations: {},
      since: at,
      firedAt: at,
      value,
      incident: incident.id,
      state: "resolved",
      resolvedAt: incident.resolvedAt ?? at,
      reason: "recovered",
    });
  }
  return found;
}
