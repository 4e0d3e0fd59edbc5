/** How the connection stands, and how a life of it ends: the words for people, and how long to wait before the next. */
import type { Text } from "../../../storage/locale.ts";
import { WRONG_CREDENTIALS } from "../errcodes.ts";

/**
 * `ready`: subscribed, and not refused since. `refused`: the id or the secret is wrong. `evicted`: another connection
 * of the same bot took this one's place. `waiting`: for the next attempt.
 */
export interface LinkState {
  readonly is: "off" | "connecting" | "ready" | "refused" | "evicted" | "waiting";
  /** In milliseconds since the epoch. */
  readonly since: number;
  readonly reason?: Text;
}

/** Why a life of the connection ended. */
export type End =
  | { readonly is: "stopped" }
  /** Somebody asked for a new one. */
  | { readonly is: "told" }
  | { readonly is: "evicted" }
  /** The subscription was gone although the socket was open. */
  | { readonly is: "unsubscribed" }
  /** The socket was open, and nobody answered the subscription. */
  | { readonly is: "mute" }
  /** Subscribed again and again, and broken again soon each time. */
  | { readonly is: "unstable" }
  | { readonly is: "denied"; readonly code: string }
  /** The client could not be made. */
  | { readonly is: "failed" };

/** Waits double from the first to the longest; after so long in readiness the next is a first one again. */
interface Patience {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly heldMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Subscribing is limited, the limit is not published (document/path/101463): nothing here is done in a loop. */
const PATIENCE = {
  /** The other one may be gone by then; if it is not, this takes its place again, so the waits grow long. */
  evicted: { firstMs: 5 * MINUTE_MS, longestMs: HOUR_MS, heldMs: HOUR_MS },
  credentials: { firstMs: MINUTE_MS, longestMs: 15 * MINUTE_MS, heldMs: MINUTE_MS },
  denied: { firstMs: 5_000, longestMs: 5 * MINUTE_MS, heldMs: MINUTE_MS },
  /** At once the first time: people wait for an answer. Dead minutes after a reconnection were seen. */
  broken: { firstMs: 0, longestMs: MINUTE_MS, heldMs: 5 * MINUTE_MS },
} as const satisfies Readonly<Record<string, Patience>>;

/** After a first wait of nothing. */
const SECOND_MS = 2_000;

/** The patience that an end asks for; undefined for none. */
export function patienceFor(end: End): Patience | undefined {
  if (end.is === "stopped" || end.is === "told") return undefined;
  if (end.is === "evicted") return PATIENCE.evicted;
  if (end.is === "denied") return end.code === WRONG_CREDENTIALS ? PATIENCE.credentials : PATIENCE.denied;
  return end.is === "failed" ? PATIENCE.denied : PATIENCE.broken;
}

/** How long to wait after the `times`th such end in a row, from 0; `random` is 0 ≤ x < 1. */
export function waitAfter({ firstMs, longestMs }: Patience, times: number, random: number): number {
  if (times === 0 && firstMs === 0) return 0;
  const doubled = firstMs === 0 ? SECOND_MS * 2 ** (times - 1) : firstMs * 2 ** Math.min(times, 20);
  return Math.round(Math.min(doubled, longestMs) * (1 + random / 10));
}

/** What people are told while it waits. */
export function standingAfter(end: End): Omit<LinkState, "since"> {
  switch (end.is) {
    case "stopped":
      return { is: "off" };
    case "told":
      return { is: "waiting" };
    case "evicted":
      return {
        is: "evicted",
        reason: {
          zh: "同一个机器人在别处建立了新连接，这里被挤下线。请确认只有一个程序在用这个机器人；过几分钟会再试一次。",
          en: "Another program connected as the same bot and took this connection's place. Make sure that only one uses it; it is tried again in some minutes.",
        },
      };
    case "denied":
      if (end.code !== WRONG_CREDENTIALS)
        return {
          is: "waiting",
          reason: {
            zh: `企业微信暂时不接受连接（${end.code}），稍后再试。`,
            en: `WeCom does not take the connection now (${end.code}); it is tried again.`,
          },
        };
      return {
        is: "refused",
        reason: {
          zh: `企业微信不认可机器人的 ID 或 Secret（${end.code}），请检查 WECOM_BOT_ID 和 WECOM_BOT_SECRET。`,
          en: `WeCom does not accept the bot's id or secret (${end.code}); check WECOM_BOT_ID and WECOM_BOT_SECRET.`,
        },
      };
    case "unsubscribed":
      return {
        is: "waiting",
        reason: {
          zh: "连接还在，但订阅已失效（846609），正在重新连接。",
          en: "The socket was open, but the subscription was gone (846609); connecting again.",
        },
      };
    case "mute":
      return {
        is: "waiting",
        reason: {
          zh: "连接建立了，但订阅没有得到回应，正在重新连接。",
          en: "The socket was open, but nobody answered the subscription; connecting again.",
        },
      };
    case "unstable":
      return {
        is: "waiting",
        reason: {
          zh: "连接总是一建立就断开，过一会儿再试。",
          en: "The connection breaks again as soon as it is made; it is tried again after a while.",
        },
      };
    case "failed":
      return {
        is: "waiting",
        reason: {
          zh: "企业微信的客户端没有启动，稍后再试。",
          en: "WeCom's client could not be started; it is tried again.",
        },
      };
  }
}

/** While the client opens another socket by itself; `code` is the system's word for what happened, or `HTTP 407`. */
export function broken(code: string | undefined): Text {
  // Nobody but a proxy says this.
  if (code === "HTTP 407")
    return {
      zh: "代理要求用户名和密码（407），连不上企业微信，正在重连。请检查 HTTPS_PROXY。",
      en: "The proxy wants a name and a password (407), so there is no connection to WeCom; connecting again. Check HTTPS_PROXY.",
    };
  const why = code === undefined ? { zh: "", en: "" } : { zh: `（${code}）`, en: ` (${code})` };
  return {
    zh: `与企业微信的连接断开了${why.zh}，正在重连。`,
    en: `There is no connection to WeCom${why.en}; connecting again.`,
  };
}
