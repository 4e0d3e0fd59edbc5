/**
 * The codes by which cards may be changed: each click brings one, good once and for 72 hours
 * (https://developer.work.weixin.qq.com/document/path/94888). In memory: after a restart the next click brings another.
 */
import type { Clock } from "../../../storage/clock.ts";

/** How long a code is good, in milliseconds. */
const CODE_MS = 72 * 3_600_000;

/** A code, and since when there is one. */
export interface ResponseCode {
  readonly code: string;
  readonly at: number;
}

export interface ResponseCodes {
  note(task: string, code: string): void;
  /** The youngest that is still good. */
  newest(task: string): ResponseCode | undefined;
  /** It was used. */
  spend(task: string, code: string): void;
}

/** So many cards are remembered, and so many codes of each. */
const MOST_CARDS = 2_000;
const MOST_CODES = 10;

export function openResponseCodes(clock: Clock): ResponseCodes {
  const codes = new Map<string, readonly ResponseCode[]>();

  function keep(task: string, all: readonly ResponseCode[]): void {
    codes.delete(task);
    if (all.length > 0) codes.set(task, all.slice(-MOST_CODES));
    const [oldest] = codes.keys();
    if (codes.size > MOST_CARDS && oldest !== undefined) codes.delete(oldest);
  }

  return {
    note(task, code) {
      const others = (codes.get(task) ?? []).filter((one) => one.code !== code);
      keep(task, [...others, { code, at: clock.now() }]);
    },
    newest: (task) => (codes.get(task) ?? []).filter(({ at }) => isGood(at, clock.now())).at(-1),
    spend(task, code) {
      keep(
        task,
        (codes.get(task) ?? []).filter((one) => one.code !== code),
      );
    },
  };
}

/** Whether a code that there is since `since` is good. One of the future was before the clock was put back. */
export function isGood(since: number, at: number): boolean {
  return at - since < CODE_MS;
}
