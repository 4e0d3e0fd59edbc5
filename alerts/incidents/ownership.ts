/** Who has an incident: acknowledge, give back, close by hand. */
import type { Change } from "../../storage/store.ts";
import { type FiredAlert, isActive } from "../alert.ts";
import { leaveToReply } from "../delivery/left-to-reply.ts";
import { resolving } from "../evaluation/end-alerts.ts";
import type { ByHand } from "../evaluation/turn.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { applyTurns } from "../evaluation/turns.ts";
import { isOver, noSuchIncident, type Refused } from "../refused.ts";
import { speak } from "../routing/telling.ts";
import { formatTime } from "../words.ts";
import { closeFlapping } from "./flapping.ts";
import type { Acknowledgement, Incident } from "./incident.ts";
import { withoutOwner } from "./owner-lost.ts";
import { note } from "./story.ts";

/** A second click within this time is the same click. */
const SAME_CLICK_MS = 10_000;

/** Who says so, and where a reply will say what came of it, if anywhere; there nothing else needs to. */
interface By {
  readonly person: string;
  readonly repliedIn?: string;
  readonly at: number;
}

export interface Ownership {
  /**
   * Makes `person` the owner until `until`. The owner may say it again to extend it; anybody else is told who has it.
   * `news` is false when nothing had to change, as after a double click.
   */
  acknowledge(
    change: Change,
    id: number,
    by: By & { readonly until: number; readonly note?: string },
  ): { incident: Incident; news: boolean } | Refused;
  unacknowledge(change: Change, id: number, by: By): { incident: Incident } | Refused;
  /** Resolves an incident by hand. Its alerts hold still until they have been seen well once and fire anew. */
  close(change: Change, id: number, by: By & ByHand): { incident: Incident } | Refused;
}

/** Builds the operations. */
export function ownership(context: TurnContext): Ownership {
  const { tables, index } = context;

  function leave(change: Change, before: Incident, { repliedIn, at }: By): void {
    if (repliedIn !== undefined) leaveToReply(change, tables, before, repliedIn, at);
  }

  return {
    acknowledge(change, id, by) {
      const { person, until, note: words, at } = by;
      const before = change.get(tables.incidents, String(id));
      if (before === undefined) return noSuchIncident(id);
      if (before.resolvedAt !== undefined) return isOver(before);
      const holder = before.acknowledgement;
      const held = holder !== undefined && at < holder.until;
      if (held && holder.person !== person) return heldBy(id, holder, context);
      const noted = words ?? (held ? holder.note : undefined);
      if (held && noted === holder.note && Math.abs(until - holder.until) <= SAME_CLICK_MS)
        return { incident: before, news: false };
      const owner: Acknowledgement = {
        person,
        at,
        until,
        active: before.active,
        ...(noted === undefined ? {} : { note: noted }),
      };
      const { formerOwner: _, ...rest } = before;
      const taken = { ...rest, acknowledgement: owner, version: before.version + 1 };
      const incident = speak(context, change, taken, "acknowledged", at);
      leave(change, before, by);
      note(change, tables, { incident: id, at, what: "acknowledged", person, until, ...noteOf(words) });
      return { incident, news: true };
    },

    unacknowledge(change, id, by) {
      const { person, at } = by;
      const before = change.get(tables.incidents, String(id));
      if (before === undefined) return noSuchIncident(id);
      if (before.resolvedAt !== undefined) return isOver(before);
      if (before.acknowledgement === undefined)
        return { refused: { zh: `#${id} 没有人认领。`, en: `Nobody has acknowledged #${id}.` } };
      const given = withoutOwner(before, "given-back", at);
      const incident = speak(context, change, given, "unacknowledged", at);
      leave(change, before, by);
      note(change, tables, { incident: id, at, what: "unacknowledged", person });
      return { incident };
    },

    close(change, id, by) {
      const { person, note: words, at } = by;
      const before = change.get(tables.incidents, String(id));
      if (before === undefined) return noSuchIncident(id);
      if (before.resolvedAt !== undefined) return isOver(before);
      const active: FiredAlert[] = [];
      for (const key of index.members.get(id)?.keys() ?? []) {
        const alert = change.get(tables.alerts, key);
        if (alert !== undefined && isActive(alert) && alert.incident === id) active.push(alert);
      }
      // An alert that joined in a commit still on its way to disk is not in the index yet.
      if (active.length !== before.active)
        return {
          refused: { zh: `#${id} 正在变化，请再说一次。`, en: `#${id} is changing just now; say it again.` },
        };
      const turns = active.map((alert) => resolving(alert, "closed", at));
      const [incident = before] =
        active.length === 0
          ? [closeFlapping(context, change, before, { person, at, ...noteOf(words) })]
          : applyTurns(context, change, turns, at, { person, ...noteOf(words) });
      leave(change, before, by);
      return { incident };
    },
  };
}

function heldBy(id: number, holder: Acknowledgement, { zone, nameOf }: TurnContext): Refused {
  const name = nameOf(holder.person);
  return {
    holder,
    refused: {
      zh: `#${id} 已由 ${name} 认领，到 ${formatTime(holder.until, zone, "zh-CN")}。`,
      en: `#${id} is acknowledged by ${name} until ${formatTime(holder.until, zone, "en")}.`,
    },
  };
}

function noteOf(words: string | undefined): { note?: string } {
  return words === undefined || words === "" ? {} : { note: words };
}
