/** How long a platform may be without a connection: they come and go, and one that does not come back is another matter. */

const LONGEST_GAP_MS = 60_000;

/** Whether a connection that is gone since then is still expected back by itself. */
export function isBriefGap(since: number, at: number): boolean {
  return at - since < LONGEST_GAP_MS;
}
