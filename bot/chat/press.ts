/** A pressed button: the same line as typed, the same road. What it changes of the card is the answer to the click. */
import type { Card } from "../../alerts/card.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Answer, Clicks } from "./clicks.ts";
import type { Pressed } from "./heard.ts";
import type { Spoken } from "./inbox.ts";

export interface PressDeps<T> {
  readonly clicks: Clicks<T>;
  readonly clock: Clock;
  /** Carries out a line; resolves when what it changed is on disk. Never rejects. */
  say(spoken: Spoken): Promise<readonly Card[]>;
  /** Resolves when what waits to be told in a conversation has been. */
  settle(conversation: string): Promise<void>;
  /** Wants these cards told in that conversation. Rejects when the disk refuses. */
  reply(conversation: string, cards: readonly Card[]): Promise<void>;
}

/** Carries a click out; resolves when nothing of it is left to be answered. Rejects when the disk refuses an answer. */
export type Press<T> = (pressed: Pressed, answer: Answer<T>) => Promise<void>;

/** How long a click waits for its card to change, in milliseconds; DingTalk allows 2 s for everything. */
const WAIT_MS = 1_200;
/** Platforms send a click again that was not answered. */
const REMEMBERED = 2_000;

export function createPress<T>({ clicks, clock, say, settle, reply }: PressDeps<T>): Press<T> {
  const known = new Set<string>();

  return async (pressed, answer) => {
    if (known.has(pressed.id)) return;
    known.add(pressed.id);
    for (const id of known) if (known.size > REMEMBERED) known.delete(id);
    const { card, command, ...somebody } = pressed;
    const click = clicks.open(card, answer);
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
      if (!(carriedOut && click.changed)) await reply(pressed.conversation, addressed(cards, pressed));
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
