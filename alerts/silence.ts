import type { Matcher } from "../storage/matchers.ts";

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
}
