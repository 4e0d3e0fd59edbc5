/** A WeChat for tests: what people do there, and what they see. Two stand behind it, a fake and Wechaty's own mock. */
import type { loadWechaty } from "../../../bot/wechat/wechaty.ts";

export interface Said {
  /** Ids of those who are mentioned. */
  readonly mentions?: readonly string[];
  /** When, in milliseconds; now, unless given. */
  readonly at?: number;
}

export interface WeChatWorld {
  /** In the place of the packages. */
  readonly load: typeof loadWechaty;
  /** Whether a bot has been started, and not stopped since. */
  isStarted(): boolean;
  scan(code: string, status?: number): void;
  signIn(): void;
  signOut(): void;
  /** Somebody says something in a room or, without one, to the bot. */
  say(who: string, text: string, room?: string, said?: Said): void;
  /** What the bot has said in a room or to somebody, in order. */
  seen(where: string): readonly string[];
}

export const BOT = { id: "gengfu-id", name: "更夫" } as const;
export const PEOPLE = [
  { id: "zhangsan-id", name: "张三" },
  { id: "lisi-id", name: "李四" },
] as const;
export const ROOM = { id: "123@chatroom", topic: "值班群" } as const;
export const OTHER_ROOM = { id: "456@chatroom", topic: "闲聊" } as const;
