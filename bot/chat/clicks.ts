/**
 * Clicks that wait for their answer. A change of the card that a click brings about goes out as the answer to that
 * click: people see it at once, and it costs no call of its own.
 */

import type { Click } from "./press.ts";

/** Puts a change of the card, as the platform writes it, into the answer; says whether it went out in time. */
export type Answer<T> = (change: T) => boolean | Promise<boolean>;

export interface Clicks<T> {
  /** From now on a change of this card is `answer`ed with. */
  open(card: string, answer: Answer<T>): Click;
  /** Whether this change of the card went out as the answer to a click. */
  offer(card: string, change: T): Promise<boolean>;
}

export function openClicks<T>(): Clicks<T> {
  /** By card: the clicks on it that are not answered, in order. */
  const pending = new Map<string, { answer: Answer<T>; changed: boolean }[]>();

  function end(card: string, click: { answer: Answer<T>; changed: boolean }): void {
    const left = (pending.get(card) ?? []).filter((one) => one !== click);
    if (left.length === 0) pending.delete(card);
    else pending.set(card, left);
  }

  return {
    open(card, answer) {
      const click = { answer, changed: false };
      pending.set(card, [...(pending.get(card) ?? []), click]);
      return {
        end: () => end(card, click),
        get changed() {
          return click.changed;
        },
      };
    },
    async offer(card, change) {
      for (const click of pending.get(card) ?? []) {
        end(card, click);
        if (await click.answer(change)) {
          click.changed = true;
          return true;
        }
      }
      return false;
    },
  };
}
