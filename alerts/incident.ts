import type { Labels } from "../storage/labels.ts";
import type { Severity } from "./card.ts";

/** "I have it": stops repeats and escalation until its deadline or until it gets worse. */
export interface Acknowledgement {
  /** `console:alice`, `dingtalk:0123`. */
  readonly person: string;
  readonly at: number;
  readonly until: number;
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
  /** Conversations that have its card, or are to have it. */
  readonly tells: readonly string[];
}

/** One line of an incident's story, as data: words are made when somebody reads it. */
export interface TimelineEntry {
  readonly incident: number;
  readonly at: number;
  readonly what:
    | "fired"
    | "joined"
    | "worse"
    | "nodata"
    | "data-back"
    | "recovered"
    | "resolved"
    | "closed"
    | "acknowledged"
    | "unacknowledged"
    | "acknowledge-ended"
    | "silenced"
    | "unsilenced"
    | "silence-ended"
    | "told"
    | "not-told"
    | "undeliverable"
    | "watch-interrupted";
  readonly person?: string;
  readonly labels?: Labels;
  readonly value?: number;
  readonly until?: number;
  readonly count?: number;
  readonly silence?: number;
  readonly conversation?: string;
  /** A person's note, or a machine's reason; plain text. */
  readonly note?: string;
}
