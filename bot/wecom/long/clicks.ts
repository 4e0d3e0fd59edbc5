/** Clicks that wait for their answer: for 5 s after a click, and only as the answer to it, a card can be changed. */
import type { Clock } from "../../../storage/clock.ts";

/** Where somebody clicked. */
export interface ClickedOn {
  readonly conversation: string;
  /** The card's `task_id`. */
  readonly taskId: string;
  readonly incident: number | undefined;
}

export interface Click extends ClickedOn {
  readonly reqId: string;
}

export interface Clicks {
  /** Holds it until it is taken, its time is over, or the session ends. */
  open(click: Click): void;
  /**
   * Whether one waits on this card, or else on another card about the same incident in the same conversation: people
   * scroll up, and press what is there.
   */
  find(on: ClickedOn): Click | undefined;
  /** Claims it: a click is answered once. False when it is too late. */
  take(click: Click): boolean;
  /** The session is over: it cannot be answered any more. */
  clear(): void;
}

/** WeCom takes the answer within 5 s of the click (document/path/101027); what is sent later than this would be late. */
const ANSWER_MS = 4_500;

export function openClicks(clock: Clock): Clicks {
  const waiting = new Map<Click, AbortController>();
  const drop = (click: Click): boolean => {
    waiting.get(click)?.abort();
    return waiting.delete(click);
  };
  return {
    open(click) {
      const done = new AbortController();
      waiting.set(click, done);
      void clock.sleep(ANSWER_MS, done.signal).then(() => drop(click));
    },
    find({ conversation, taskId, incident }) {
      // The latest has the most time left.
      const there = [...waiting.keys()].reverse().filter((click) => click.conversation === conversation);
      return (
        there.find((click) => click.taskId === taskId) ??
        there.find((click) => incident !== undefined && click.incident === incident)
      );
    },
    take: drop,
    clear() {
      for (const click of [...waiting.keys()]) drop(click);
    },
  };
}
