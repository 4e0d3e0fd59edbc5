/** How long to leave a conversation alone after a refusal. */

const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;
/** A platform that asks for more is asked again after this. */
const LONGEST_WAIT_MS = 60 * 60_000;

/** Doubles from 1 s to 5 min; between half of that and all of it, so that many do not come back together. */
export function backOffMs(attempts: number, random: number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(attempts, 20), LONGEST_MS);
  return Math.max(FIRST_MS, Math.round(full * (0.5 + random / 2)));
}

/** What a platform asked for, within reason. */
export function waitMs(asked: number): number {
  return Math.min(Math.max(asked, FIRST_MS), LONGEST_WAIT_MS);
}
