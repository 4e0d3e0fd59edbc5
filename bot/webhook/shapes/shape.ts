/** The contract of a shape: how a card becomes the body of another product's hook. One file, plus one line in `index.ts`. */
import type { Card } from "../../../alerts/card.ts";
import type { Locale } from "../../../storage/locale.ts";
import type { HttpAnswer } from "../answer.ts";

/** What a body is made of. */
export interface Shaping {
  readonly card: Card;
  /** Whom this message mentions, as the product writes them; empty when nobody's phone is to ring. */
  readonly mentions: readonly string[];
  /** The secret that the product signs with, where it has one and the file gives it. */
  readonly secret: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly locale: Locale;
}

export interface Shape {
  /** What people call the product. */
  readonly called: string;
  /** What the product allows one hook. */
  readonly allowed: { readonly messages: number; readonly perMs: number };
  /** What it says to a message that it takes. */
  readonly yes: string;
  /** Whether it signs its messages. */
  readonly signs: boolean;
  body(shaping: Shaping): object;
  /** Returns when the message was taken; throws a SendError when it was not, a RobotRefusal where the product said so. */
  check(answer: HttpAnswer, now: number): void;
}
