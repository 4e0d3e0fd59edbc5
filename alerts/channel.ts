import type { Card } from "./card.ts";

/** What a platform gave back; only that platform reads it, to edit the card later. */
export type Receipt = Readonly<Record<string, string>>;

/** What goes with every attempt. */
export interface Attempt {
  /** Stable over retries and restarts: a platform that takes an id chosen by the caller can drop the second. */
  readonly deliveryId: string;
  readonly signal: AbortSignal;
}

/** One way out. `alerts/` owns this contract; each platform in `bot/` implements it. */
export interface Channel {
  /** Puts a new card before people in `conversation` (`console:ops`, `dingtalk:cid…`). Throws `SendError`. */
  post(conversation: string, card: Card, attempt: Attempt): Promise<Receipt>;
  /** Changes a card in place. Absent where the platform cannot; a follow-up is posted instead. */
  edit?(receipt: Receipt, card: Card, attempt: Attempt): Promise<Receipt>;
}

/** What to do after a refusal: try again soon, wait as told, or never again. */
export type Next = "retry" | "wait" | "give-up";

/** A platform's refusal. `code` is the platform's own, for people to look up; never a secret in the message. */
export class SendError extends Error {
  readonly next: Next;
  readonly code: string;
  /** With `wait`: how long the platform asked us to, in milliseconds. */
  readonly waitMs: number;

  constructor(message: string, about: { next: Next; code: string; waitMs?: number; cause?: unknown }) {
    super(message, { cause: about.cause });
    this.name = "SendError";
    this.next = about.next;
    this.code = about.code;
    this.waitMs = about.waitMs ?? 0;
  }
}
