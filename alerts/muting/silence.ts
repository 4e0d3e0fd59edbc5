/** A silence: matchers, a time window, who and why. */
import type { Matcher } from "../../storage/matchers.ts";

/** Matchers + a time window + who + why: alerts that match tell nobody. */
export interface Silence {
  /** The number people say. */
  readonly id: number;
  readonly matchers: readonly Matcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly person: string;
  readonly conversation: string;
  readonly why: string;
  readonly createdAt: number;
  /** The incident it was made for, when it was made by number. */
  readonly incident?: number;
  /** Set when somebody ended it early. */
  readonly endedBy?: string;
  /** When the conversation it was made in is reminded of its end; absent once that was said, or is not worth it. */
  readonly remindAt?: number;
  /**
   * How far its consequences have been drawn: the cards of what it hides say "silenced" once it has begun, and are
   * set back, or told for the first time, once it is over. Stored, so that a restart draws each exactly once.
   */
  readonly drawn: "waiting" | "begun" | "over";
}

/** Whether a silence holds at a moment. Its end does not belong to it. */
export function isInForce(silence: Silence, at: number): boolean {
  return silence.startsAt <= at && at < silence.endsAt;
}
