/** A no that people understand. */
import type { Text } from "../storage/locale.ts";
import type { Acknowledgement, Incident } from "./incidents/incident.ts";

/** What an operation answers instead of its result when it does not apply; nothing has changed then. */
export interface Refused {
  readonly refused: Text;
  /** Who has the incident, when that is the reason. */
  readonly holder?: Acknowledgement;
}

/** Tells a refusal from a result. */
export function isRefused(answer: object): answer is Refused {
  return "refused" in answer;
}

export function noSuchIncident(id: number): Refused {
  return { refused: { zh: `没有告警 #${id}。`, en: `There is no incident #${id}.` } };
}

export function isOver(incident: Incident): Refused {
  const { id, closedBy } = incident;
  return closedBy === undefined
    ? { refused: { zh: `#${id} 已经恢复了。`, en: `#${id} is resolved already.` } }
    : { refused: { zh: `#${id} 已经关闭了。`, en: `#${id} is closed already.` } };
}
