import type { Text } from "../storage/locale.ts";
import type { FiredAlert } from "./alert.ts";
import type { Card, IncidentStatus } from "./card.ts";
import type { Incident } from "./incidents/incident.ts";

/**
 * What a platform gave back; only that platform reads it, to edit the card later. But for two words for people, where
 * they are there: `answer` for those who ask with `why` what became of a delivery, and `who` for the story, whom it told.
 */
export type Receipt = Readonly<Record<string, string>>;

/** The incident behind a card, for channels that tell machines and not people. */
export interface IncidentView {
  readonly incident: Incident;
  readonly status: IncidentStatus;
  /**
   * The alerts that fired in it, active ones first, without those that a silence, an inhibition or the like hides
   * now; read when they are asked for, since there may be thousands.
   */
  alerts(): readonly FiredAlert[];
}

/** What goes with every attempt. */
export interface Attempt {
  /** Stable over retries and restarts: a platform that takes an id chosen by the caller can drop the second. */
  readonly deliveryId: string;
  readonly signal: AbortSignal;
  /** With a message that follows up another one about the same: what that one gave back. */
  readonly before?: Receipt;
  /** What the card is about, where that is an incident. */
  readonly incident?: IncidentView;
}

/** One way out. `alerts/` owns this contract; each platform in `bot/` implements it. */
export interface Channel {
  /** Puts a new card before people in `conversation` (`console:ops`, `dingtalk:cid…`). Throws `SendError`, `NotSaid`. */
  post(conversation: string, card: Card, attempt: Attempt): Promise<Receipt>;
  /**
   * Changes a card in place. Absent where the platform cannot; a follow-up is posted instead. Gives back nothing when
   * there was nothing to say, and nothing was said.
   */
  edit?(receipt: Receipt, card: Card, attempt: Attempt): Promise<Receipt | undefined>;
  /** Whether `edit` can change it now, where it cannot at every time: if not, the next news is a message of its own. */
  canEdit?(receipt: Receipt): boolean;
  /**
   * A machine listens: every incident is told by itself, whatever their number, and nothing is folded into a digest.
   * `edit` then tells each later change, and costs as much as a message. It reads the incident, not its card: of that
   * it is given the kind and the number alone, since to draw it costs as much as to send it.
   */
  readonly machine?: true;
  /**
   * Changing a card in place costs something here, too: changes that ask nothing new of people are put together, at
   * most one for each card in this time, in milliseconds.
   */
  readonly editPauseMs?: number;
  /** What people should know of a conversation beside how it goes there: cards are refused, calls run out. */
  remark?(conversation: string, at: number): Text | undefined;
}

/** Whether what gave this receipt can be changed in place now. */
export function canEdit(channel: Channel | undefined, receipt: Receipt | undefined): boolean {
  if (channel?.edit === undefined || receipt === undefined) return false;
  return channel.canEdit?.(receipt) ?? true;
}

/** Thrown by a channel for which a card is nothing to say, and why: nothing was said, and nothing is tried again. */
export class NotSaid extends Error {
  /** In a word. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "NotSaid";
    this.code = code;
  }
}

/** What to do after a refusal: try again soon, wait as told, or never again. */
export type Next = "retry" | "wait" | "give-up";

/** A platform's no, as data. */
export interface Refusal {
  readonly next: Next;
  readonly code: string;
  readonly message: string;
  readonly waitMs: number;
  /** It never left this house: the platform knows nothing of it, and has nothing to do with it. */
  readonly atHome?: true;
}

/** A platform's refusal. `code` is the platform's own, for people to look up; never a secret in the message. */
export class SendError extends Error {
  readonly next: Next;
  readonly code: string;
  /** With `wait`: how long the platform asked us to, in milliseconds. */
  readonly waitMs: number;
  /** The refusal is ours, and nothing was asked of the platform. */
  readonly atHome: boolean;

  constructor(
    message: string,
    about: { next: Next; code: string; waitMs?: number; atHome?: boolean; cause?: unknown },
  ) {
    super(message, { cause: about.cause });
    this.name = "SendError";
    this.next = about.next;
    this.code = about.code;
    this.waitMs = about.waitMs ?? 0;
    this.atHome = about.atHome ?? false;
  }
}
