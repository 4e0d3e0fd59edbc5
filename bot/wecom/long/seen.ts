/** What was heard already, by the platform's id: bounded, and forgotten after a while. */

/** The platform sends again within minutes, if at all. */
const KEPT_MS = 60 * 60_000;
const MOST = 10_000;

export interface Seen {
  /** True the first time. */
  isNew(id: string, at: number): boolean;
  /** It was not taken after all: the next time is the first again. */
  forget(id: string): void;
}

export function rememberSeen(): Seen {
  const known = new Map<string, number>();
  return {
    isNew(id, at) {
      const before = known.get(id);
      if (before !== undefined && Math.abs(at - before) < KEPT_MS) return false;
      known.delete(id);
      known.set(id, at);
      // The oldest come first.
      for (const [oldest, when] of known) {
        if (known.size <= MOST && at - when < KEPT_MS) break;
        known.delete(oldest);
      }
      return true;
    },
    forget: (id) => void known.delete(id),
  };
}
