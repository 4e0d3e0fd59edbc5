/** A pressed button: the same line as typed, the same road. What it changes of the card is the answer to the click. */
import type { Card } from "../../alerts/card.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Pressed } from "./heard.ts";
import type { Spoken } from "./inbox.ts";

export interface PressDeps {
  readonly clock: Clock;
  /** Carries out a line; resolves when what it changed is on disk. Never rejects. */
  say(spoken: Spoken): Promise<readonly Card[]>;
  /** Resolves when what waits to be told in a conversation has been. */
  settle(conversation: string): Promise<void>;
  /** Wants these cards told in that conversation. Rejects when the disk refuses. */
  reply(conversation: string, cards: readonly Card[]): Promise<void>;
}

/** A click that can be answered. */
export interface Click {
  /** Whether it was answered with a change of its card. */
  readonly changed: boolean;
  /** It is not to be answered any more. */
  end(): void;
}

/** Carries a click out; resolves when nothing of it is left to be told. Rejects when the disk refuses that. */
export type Press = (pressed: Pressed, click: Click) => Promise<void>;

/** How long a click waits for its card to change, in milliseconds; DingTalk allows 2 s for everything. */
const WAIT_MS = 1_200;
/** Platforms send a click again that was not answered. */
const REMEMBERED = 2_000;

export function createPress({ clock, say, settle, reply }: PressDeps): Press {
  const known = new Set<string>();

  return async (pressed, click) => {
    if (known.has(pressed.id)) return click.end();
    known.add(pressed.id);
    for (const id of known) if (known.size > REMEMBERED) known.delete(id);
    const { card: _, command, answerTo = pressed.conversation, ...somebody } = pressed;
    let carriedOut = false;
    const commit = (): void => {
      carriedOut = true;
    };
    try {
      const cards = await say({ ...somebody, isPrivate: false, text: command, commit });
      const done = new AbortController();
      await Promise.race([settle(pressed.conversation), clock.sleep(WAIT_MS, done.signal)]);
      done.abort();
      // Where the card says it, nothing else needs to. A card may change meanwhile for other reasons than the click.
      if (!(carriedOut && click.changed)) await reply(answerTo, addressed(cards, pressed));
    } finally {
      click.end();
    }
  };
}

/** Others there have not seen who pressed. */
function addressed(cards: readonly Card[], { person }: Pressed): readonly Card[] {
  return person === undefined
    ? cards
    : cards.map((card, i) => (i === 0 ? { ...card, mentions: [person] } : card));
}
