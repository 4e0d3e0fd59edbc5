/** What other systems send: alerts that they judged themselves, and who they are. */
import type { Labels } from "../../storage/labels.ts";
import type { Text } from "../../storage/locale.ts";

/** One alert as a sender gave it; times in milliseconds since 1970. What is undefined was not given. */
export interface Posted {
  /** Without empty values; never empty. */
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt?: number;
  /** Not after `now`: it is over. */
  readonly endsAt?: number;
  /** Where the sender shows it; "" when it does not say. */
  readonly generatorURL: string;
}

/** Who sends. */
export interface Sender {
  /** What its alerts are counted by: the name of a hook, or the address that a request came from. */
  readonly name: string;
  /** Who hears of its alerts when no route below the root takes them; else the root's receiver. */
  readonly receiver?: string;
  /** How long an alert counts as firing after its last word, where that word gives no end; in milliseconds. */
  readonly resolveAfterMs: number;
}

/** An alert that was not taken, by its place in what was sent. */
export interface Refusal {
  readonly index: number;
  readonly why: Text;
}
