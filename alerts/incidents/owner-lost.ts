/** How somebody stops having an incident without giving it back: the deadline, or it has got worse than they took on. */

import type { Text } from "../../storage/locale.ts";
import type { Change } from "../../storage/store.ts";
import type { TurnContext } from "../evaluation/turn-context.ts";
import { type Asked, holdOf } from "../muting/hold.ts";
import { loudAddresses } from "../routing/loud.ts";
import { speak } from "../routing/telling.ts";
import { fromTheStart } from "./escalation.ts";
import type { Acknowledgement, FormerOwner, Incident } from "./incident.ts";
import { say } from "./short-text.ts";
import { note } from "./story.ts";

/** The incident without its owner, its version raised; escalation begins anew. Why is kept until somebody has it again. */
export function withoutOwner(incident: Incident, why: FormerOwner["why"], at: number): Incident {
  const { acknowledgement: owner, ...rest } = incident;
  if (owner === undefined) return incident;
  const former = { person: owner.person, at, why };
  return fromTheStart({ ...rest, formerOwner: former, version: incident.version + 1 });
}

/** Ends an acknowledgement and says so where people have the card. */
export function loseOwner(
  context: TurnContext,
  change: Change,
  incident: Incident,
  owner: Acknowledgement,
  why: Exclude<FormerOwner["why"], "given-back">,
  at: number,
  asked?: Asked,
): Incident {
  note(change, context.tables, {
    incident: incident.id,
    at,
    what: "acknowledge-ended",
    person: owner.person,
    note: why,
  });
  const next = speak(context, change, withoutOwner(incident, why, at), "acknowledge-ended", at, asked);
  if (holdOf(context, change, next, at, asked) !== undefined) return next;
  const words = wordsOf(next, owner, context.nameOf(owner.person), why);
  say(context, change, next, loudAddresses(context, next, at), at, words, [owner.person]);
  return next;
}

/** Ends an acknowledgement that no longer fits what the incident has become; nothing when it still does. */
export function endedByWorse(
  context: TurnContext,
  change: Change,
  incident: Incident,
  gotWorse: boolean,
  at: number,
  asked: Asked,
): Incident | undefined {
  const owner = incident.acknowledgement;
  if (owner === undefined || at >= owner.until) return undefined;
  if (gotWorse) return loseOwner(context, change, incident, owner, "severity", at, asked);
  // More than half again as many as they knew of.
  const known = owner.active;
  if (known === undefined || incident.active <= 1.5 * Math.max(1, known)) return undefined;
  return loseOwner(context, change, incident, owner, "alerts", at, asked);
}

const SEVERITY: Readonly<Record<Incident["severity"], string>> = {
  critical: "严重",
  warning: "警告",
  info: "提示",
};

function wordsOf(
  { severity, active }: Incident,
  owner: Acknowledgement,
  name: string,
  why: Exclude<FormerOwner["why"], "given-back">,
): Text {
  switch (why) {
    case "deadline":
      return {
        zh: `${name} 的认领到期了，告警还没有恢复。`,
        en: `the acknowledgement by ${name} has ended, and it still fires.`,
      };
    case "severity":
      return {
        zh: `级别升为${SEVERITY[severity]}，${name} 的认领作废。`,
        en: `it got worse (${severity}), so the acknowledgement by ${name} has ended.`,
      };
    case "alerts":
      return {
        zh: `告警从 ${owner.active ?? 0} 条增加到 ${active} 条，${name} 的认领作废。`,
        en: `${active} alerts now, ${owner.active ?? 0} when ${name} acknowledged it, so that has ended.`,
      };
  }
}
