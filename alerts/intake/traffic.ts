/** Who waits to be heard: everything else comes after them. */

export interface Traffic {
  /** Counts a sender who waits for this. */
  follow(answer: Promise<void>): Promise<void>;
  /** How many wait. */
  readonly waiting: number;
  /** How many have waited until now. */
  readonly answered: number;
  /** Whether nobody waits, and nobody has for a while. */
  isCalm(): boolean;
}

/** After so long without a word, in milliseconds, nobody is waiting to be heard. */
const CALM_MS = 5;

export function watchTraffic(): Traffic {
  let waiting = 0;
  let answered = 0;
  let answeredAt = 0;
  return {
    async follow(answer) {
      waiting++;
      try {
        await answer;
      } finally {
        waiting--;
        answered++;
        answeredAt = performance.now();
      }
    },
    get waiting() {
      return waiting;
    },
    get answered() {
      return answered;
    },
    isCalm: () => waiting === 0 && performance.now() - answeredAt >= CALM_MS,
  };
}
