/** How the bot's sign-in stands, in words for people, and how long to wait before the next life of it. */
import { plain } from "../../alerts/words.ts";
import type { Text } from "../../storage/locale.ts";

/**
 * `scan`: somebody has to scan the code. `scanned`: and to confirm it on the phone. `waiting`: for the next attempt.
 */
export interface SignIn {
  readonly is: "off" | "starting" | "scan" | "scanned" | "ready" | "signed-out" | "waiting";
  /** In milliseconds since the epoch. */
  readonly since: number;
  /** What the code says, while it is to be scanned. */
  readonly code?: string;
  /** The bot's own name. */
  readonly user?: string;
  readonly reason?: Text;
}

/** Why a life of the bot ended. */
export type End =
  | { readonly is: "stopped" }
  /** It did not start. */
  | { readonly is: "failed"; readonly error: unknown }
  /** Neither a code nor a sign-in came any more. */
  | { readonly is: "mute" };

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/** How long to wait after the `times`th end in a row, from 0; `random` is 0 ≤ x < 1. */
export function waitAfter(times: number, random: number): number {
  return Math.round(Math.min(FIRST_WAIT_MS * 2 ** Math.min(times, 20), LONGEST_WAIT_MS) * (1 + random / 10));
}

export const STATES: Readonly<Record<SignIn["is"], Text>> = {
  off: { zh: "没有启动", en: "not started" },
  starting: { zh: "正在启动", en: "starting" },
  scan: {
    zh: "等待扫码登录：用微信扫控制台看板上的二维码",
    en: "waits for its code to be scanned: the console's board shows it",
  },
  scanned: { zh: "已扫码，请在手机上确认登录", en: "scanned; confirm it on the phone" },
  ready: { zh: "已登录", en: "signed in" },
  "signed-out": { zh: "已退出登录", en: "signed out" },
  waiting: { zh: "等待重新启动", en: "waiting to start again" },
};

const LONGEST_REASON = 120;

/** What people are told while it waits. */
export function reasonFor(end: End): Text {
  if (end.is !== "failed")
    return {
      zh: "没有收到二维码，也没有登录，将重新启动",
      en: "neither a code nor a sign-in came; it is started again",
    };
  const words = end.error instanceof Error ? end.error.message : String(end.error);
  const why = plain(words, LONGEST_REASON);
  return { zh: `没有启动成功：${why}`, en: `it could not be started: ${why}` };
}
