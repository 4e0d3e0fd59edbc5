/**
 * Notices a connection that is deaf in groups. After some reconnections private messages were seen to arrive and those
 * of groups not: an old session keeps them (reported by users of other bots; WeCom says nothing about it). Pure.
 */
import type { Text } from "../../../storage/locale.ts";

export interface GroupWatch {
  /** The connection is subscribed anew. */
  readonly since: number;
  /** When a group was last heard on a connection before this one. */
  readonly groupBefore?: number;
  /** When a group was last heard on this one. */
  readonly groupAt?: number;
  /** What was heard from people's own chats on this one. */
  readonly privates: number;
}

/** Private messages that came through alone before it is said. */
const PRIVATES = 3;
/** Groups that were silent for longer before may just be quiet now. */
const LIVELY_MS = 24 * 60 * 60_000;
/** Without private messages to compare with: a working day on which a lively group says nothing. */
const QUIET_MS = 12 * 60 * 60_000;

export function watchGroups(at: number): GroupWatch {
  return { since: at, privates: 0 };
}

export function afterSubscribed(watch: GroupWatch, at: number): GroupWatch {
  const groupBefore = watch.groupAt ?? watch.groupBefore;
  return { since: at, privates: 0, ...(groupBefore === undefined ? {} : { groupBefore }) };
}

export function afterHeard(watch: GroupWatch, from: "group" | "private", at: number): GroupWatch {
  return from === "group" ? { ...watch, groupAt: at } : { ...watch, privates: watch.privates + 1 };
}

/** Whether nothing comes from groups any more, as far as one can tell. */
export function isDeafInGroups({ since, groupBefore, groupAt, privates }: GroupWatch, at: number): boolean {
  if (groupAt !== undefined || groupBefore === undefined || since - groupBefore > LIVELY_MS) return false;
  return privates >= PRIVATES || at - since >= QUIET_MS;
}

export const DEAF_IN_GROUPS: Text = {
  zh: "重新连接以后，群里的消息一直没有送达，单聊的可以。如果群里 @ 机器人没有反应，请让它重新连接。",
  en: "Since the last reconnection no message from a group has come through. If the bot does not answer when it is mentioned in a group, let it connect again.",
};
