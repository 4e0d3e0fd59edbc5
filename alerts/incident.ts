/** An incident: the episode of one group of alerts, and its story. */
import type { Labels } from "../storage/labels.ts";
import type { Text } from "../storage/locale.ts";
import type { Severity } from "./card.ts";

/** "I have it": stops repeats and escalation until its deadline or until it gets worse. */
export interface Acknowledgement {
  /** `console:alice`, `dingtalk:0123`. */
  readonly person: string;
  readonly at: number;
  readonly until: number;
  readonly note?: string;
}

/** Why nobody has been told of an incident so far. */
export interface Untold {
  /** The word of the muter that held it: `silence`. */
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
  /** How many of its alerts fire or are blind now, and the most there ever were. */
  readonly active: number;
  readonly peak: number;
  /** Raised by every change that people should see; deliveries chase it. */
  readonly version: number;
  /** The version of the last change worth a message of its own where a card cannot be changed in place. */
  readonly news: number;
  /** Conversations that have its card, or are to have it. */
  readonly tells: readonly string[];
  /** Set while everything in it is muted and no card has been wanted yet. */
  readonly untold?: Untold;
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
  "told",
  "not-told",
  "undeliverable",
  "watch-interrupted",
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
  /** What a person wrote, or a word of ours such as why it ended; plain text. */
  readonly note?: string;
  /** Why there is no data. */
  readonly reason?: Text;
}
