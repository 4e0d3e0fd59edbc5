/** A rule as the watch sees it: what it is called, how patient it is, and how to judge. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";
import type { RuleOrigin } from "../routing/route.ts";

/** What a rule says of one moment. */
export interface Judgement {
  /** The label sets for which the expression holds, and its value. */
  readonly findings: readonly { readonly labels: Labels; readonly value: number }[];
  /** Whether anything is known about a label set that is not among the findings. */
  hasData(labels: Labels): boolean;
  /** Why nothing is known, for people. */
  blindReason(labels: Labels): Text;
}

/** A rule that raises alerts. */
export interface DueAlert extends RuleOrigin {
  readonly forMs: number;
  readonly keepFiringForMs: number;
  /** Above this distance between two judgements nothing is known of the time between. */
  readonly maxGapMs: number;
  /** Throws when the expression cannot be evaluated on what is there. */
  judge(at: number): Judgement;
  /** The rule's own labels and annotations with what was found filled in. */
  labelsFor(found: Labels, value: number): Labels;
  annotationsFor(found: Labels, value: number): Labels;
}

/** A rule that writes what it finds to the series. */
export interface DueRecord {
  readonly id: number;
  readonly records: true;
  /** Evaluates and writes; throws when it cannot be evaluated on what is there, or what it finds cannot be written. */
  judge(at: number): Judgement;
}

/** What a round judges, in its order. */
export type DueRule = DueAlert | DueRecord;
