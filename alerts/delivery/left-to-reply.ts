/**
 * What a command does to an incident is said by its reply. Where the card cannot be changed in place, a message of its
 * own would say the same again: there the news is left to the reply for a moment, and counts as said once that has
 * arrived. Where none arrives, because a crash or a flood of lines came between or the platform refused it, the news is
 * told as ever. It is wanted all the while, in the commit of the command: nothing hangs on the reply.
 *
 * Only where the target has the very address that the line came from: that a room of WeChat found by its topic is the
 * same one, or that a group robot stands in that group, is not known here, and it is told like any other.
 */
import type { Change } from "../../storage/store.ts";
import type { Incident } from "../incidents/incident.ts";
import { note } from "../incidents/story.ts";
import { owesNews } from "../routing/incident-route.ts";
import type { Tables } from "../tables.ts";
import { type Delivery, incidentDeliveryId, isPending } from "./delivery.ts";

/** The reply is wanted a commit after the news, which takes milliseconds. Once it is, it goes first, as replies do. */
const REPLY_MS = 5_000;

/**
 * Leaves what a command did to an incident to its reply in `conversation`; called in the commit of the command, after
 * that was told. Not where people there were still to hear of something else: of that the reply knows nothing.
 */
export function leaveToReply(
  change: Change,
  tables: Tables,
  before: Incident,
  conversation: string,
  at: number,
): void {
  const id = incidentDeliveryId(before.id, conversation);
  const delivery = change.get(tables.deliveries, id);
  if (delivery === undefined || !isPending(delivery)) return;
  if (before.news > delivery.sent || before.routes.some(owesNews)) return;
  change.put(tables.deliveries, id, { ...delivery, replyBy: at + REPLY_MS });
}

/** Until when news that would be a message of its own is left to a reply; `at` when it is not. */
export function leftUntil({ replyBy }: Delivery, at: number): number {
  // A moment that lies too far ahead was set before the clock was put back.
  return replyBy === undefined || replyBy - at > REPLY_MS ? at : Math.max(replyBy, at);
}

/** What was left to this reply is said, now that it has arrived. */
export function saidByReply(change: Change, tables: Tables, reply: Delivery, at: number): void {
  if (!("card" in reply.about)) return;
  const { incident, says } = reply.about.card;
  if (incident === undefined || says === undefined) return;
  const { conversation } = reply;
  const delivery = change.get(tables.deliveries, incidentDeliveryId(incident, conversation));
  // What has come to be wanted since is news that it does not say.
  if (delivery?.replyBy === undefined || delivery.wanted !== says || !isPending(delivery)) return;
  const { replyBy: _, trouble: __, ...rest } = delivery;
  change.put(tables.deliveries, delivery.id, { ...rest, sent: says, attempts: 0, dueAt: at, saidAt: at });
  const because = change.get(tables.incidents, String(incident))?.newsOf;
  note(change, tables, {
    incident,
    at,
    what: "told",
    conversation,
    ...(because === undefined ? {} : { because }),
  });
}
