/** An incident: the episode of one group of alerts, and its story. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import type { Ending } from "../actions/run.ts";
import type { Severity } from "../card.ts";
import type { Because, IncidentRoute } from "../routing/incident-route.ts";

/** "I have it": stops repeats and escalation until its deadline or until it gets worse. */
export interface Acknowledgement {
  /** `console:alice`, `dingtalk:0123`. */
  readonly person: string;
  readonly at: number;
  readonly until: number;
  readonly note?: string;
  /** How many alerts were active at the time: many more than that end it. */
  readonly active?: number;
}

/** Why nobody has an incident any more that somebody had. */
export interface FormerOwner {
  readonly person: string;
  readonly at: number;
  /** Its deadline, a higher severity, many more alerts, or they gave it back. */
  readonly why: "deadline" | "severity" | "alerts" | "given-back";
}

/** An incident whose group fires and recovers over and over: one state instead of many episodes. */
export interface FlappingState {
  readonly since: number;
  /** How often it has changed: those that made it flap, and all since. */
  readonly changes: number;
  /** When it counts as steady again, if nothing changes until then. */
  readonly until: number;
}

/** Why nobody has been told of an incident so far. */
export interface Untold {
  /** The word of the muter that held it: `silence`; `group-wait` while it waits for more to tell at once. */
  readonly by: string;
  /** The number of the silence, when it was one. */
  readonly silence?: number;
  readonly note?: string;
}

/** The episode of one group of alerts, from the first firing to all resolved. */
export interface Incident {
  /** The number people say. */
  readonly id: number;
  /** The aggregation group it is an episode of. At most one open incident per group. */
  readonly group: string;
  readonly title: string;
  /** The group's labels. */
  readonly labels: Labels;
  /** The worst of its alerts, ever, in this episode. */
  readonly severity: Severity;
  readonly openedAt: number;
  readonly resolvedAt?: number;
  /** Who closed it by hand. */
  readonly closedBy?: string;
  readonly acknowledgement?: Acknowledgement;
  /** Who had it last, until somebody has it again. */
  readonly formerOwner?: FormerOwner;
  /** How many of its alerts fire or are blind now, and the most there ever were. */
  readonly active: number;
  readonly peak: number;
  /** Raised by every change that people should see; deliveries chase it. */
  readonly version: number;
  /** The version of the last change worth a message of its own where a card cannot be changed in place. */
  readonly news: number;
  /** The version of the last change of what people have to do: others may wait until several can be shown at once. */
  readonly moved?: number;
  /** Why the last news was told. */
  readonly newsOf?: Because;
  /** Conversations that have its card, or are about to. */
  readonly tells: readonly string[];
  /** The routes that its alerts took: what each owes, and when. */
  readonly routes: readonly IncidentRoute[];
  /** Set while no route has told it. */
  readonly untold?: Untold;
  /** When its group last fired or recovered as a whole, earlier episodes included; as many as flapping looks at. */
  readonly flips?: readonly number[];
  /** Set while it flaps; then it stays open though nothing may fire. */
  readonly flapping?: FlappingState;
}

/** What can happen in an incident's story. */
export const HAPPENINGS = [
  "fired",
  "joined",
  "worse",
  "nodata",
  "data-back",
  "recovered",
  "resolved",
  "closed",
  "acknowledged",
  "unacknowledged",
  "acknowledge-ended",
  "silenced",
  "unsilenced",
  "silence-ended",
  "silence-extended",
  "told",
  "edited",
  "not-told",
  "undeliverable",
  "folded",
  "failed-over",
  "watch-interrupted",
  "repeated",
  "escalated",
  "flapping",
  "steady",
  "action",
] as const;

/** One line of an incident's story, as data: words are made when somebody reads it. */
export interface TimelineEntry {
  readonly incident: number;
  readonly at: number;
  readonly what: (typeof HAPPENINGS)[number];
  readonly person?: string;
  /** Of the alert it is about; of the first one when `count` is above 1. */
  readonly labels?: Labels;
  readonly value?: number;
  /** The rule of that alert. */
  readonly rule?: number;
  readonly until?: number;
  /** How many alerts did the same in the same evaluation; 1 when absent. */
  readonly count?: number;
  readonly silence?: number;
  readonly conversation?: string;
  /** Why it was told, with `told` and `edited`. */
  readonly because?: Because;
  /** The name of a receiver. */
  readonly receiver?: string;
  /** Which step of an escalation, from 1. */
  readonly step?: number;
  /** The word of the muter, with `not-told`. */
  readonly by?: string;
  /** What a person wrote, or a word of ours such as why it ended; plain text. */
  readonly note?: string;
  /** The name of what was run, with `action`; and how that ended, once it has. */
  readonly action?: string;
  readonly ending?: Ending;
  /** Why there is no data. */
  readonly reason?: Text;
}
