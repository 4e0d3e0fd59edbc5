/** A console conversation taking place: a line or a click goes in, is carried out, and what came of it is stored. */
import type { Card } from "../../alerts/card.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Text } from "../../storage/locale.ts";
import { NotSaved } from "../../storage/store.ts";
import { CONSOLE } from "./channel.ts";
import type { Conversations } from "./conversations.ts";
import { type Message, toWire } from "./message.ts";
import type { WireMessage } from "./wire.ts";

/** What a person said or pressed, for the commands to carry out. */
export interface Spoken {
  /** `console:ops`. */
  readonly conversation: string;
  /** `console:alice`. */
  readonly person: string;
  readonly text: string;
  readonly at: number;
  /** Set when a button was pressed: the id of the message that carries it. */
  readonly via?: { readonly card: string };
}

export interface TalkDeps {
  readonly conversations: Conversations;
  readonly clock: Clock;
  /** Carries out a line and answers; resolves when what it changed is on disk. */
  say(spoken: Spoken): Promise<readonly Card[]>;
  /** Resolves when the cards that wait to be shown in this conversation have been. */
  settle(conversation: string): Promise<void>;
}

export interface Talk {
  /** Stores a person's line, has it carried out, stores and returns the replies. Throws `TalkError`. */
  line(conversation: string, user: string, text: string): Promise<readonly WireMessage[]>;
  /** Presses a button. The replies, or the card itself when pressing changed where it stands. Throws `TalkError`. */
  click(conversation: string, user: string, card: string, action: string): Promise<readonly WireMessage[]>;
}

/** Something a person did that cannot be done, with words for them. */
export class TalkError extends Error {
  readonly why: "not-found" | "not-saved" | "too-many";
  readonly text: Text;

  constructor(why: TalkError["why"], text: Text, options?: ErrorOptions) {
    super(text.en, options);
    this.name = "TalkError";
    this.why = why;
    this.text = text;
  }
}

/** Chatters may open this many conversations; more would be a way to fill the disk. */
const MOST_CONVERSATIONS = 256;
/** How long a click waits for its card to change, in milliseconds; the news comes over the events anyway. */
const SETTLE_MS = 2_000;

function notSaved({ text }: NotSaved): Text {
  return {
    zh: `没有保存，什么都没有改变：${text.zh}。请检查数据目录或数据库，然后再说一遍。`,
    en: `Not saved, and nothing has changed: ${text.en}. Check the data directory or the database, then say it again.`,
  };
}

/** The replies may say that something was done, so they are told even though they could not be kept. */
function replyNotSaved(cards: readonly Card[]): Text {
  const said = cards.map(({ title, text }) => [title, text].filter(Boolean).join(" ")).join(" ");
  const short = said.length > 500 ? `${said.slice(0, 500)}…` : said;
  return {
    zh: `磁盘拒绝写入，这条回复没有保存：${short}`,
    en: `The disk refused, and this reply was not saved: ${short}`,
  };
}

/** Ties the conversations to whoever carries out commands. */
export function createTalk({ conversations, clock, say, settle }: TalkDeps): Talk {
  const reply = async (conversation: string, cards: readonly Card[]): Promise<readonly WireMessage[]> => {
    if (cards.length === 0) return [];
    const saved = await whenSaved(
      () => replyNotSaved(cards),
      () => conversations.post(conversation, cards, clock.now()),
    );
    return saved.map(toWire);
  };
  return {
    async line(conversation, user, text) {
      if (!conversations.names.includes(conversation) && conversations.names.length >= MOST_CONVERSATIONS)
        throw new TalkError("too-many", {
          zh: `会话太多了，最多 ${MOST_CONVERSATIONS} 个；没有新建“${conversation}”。`,
          en: `There are too many conversations, at most ${MOST_CONVERSATIONS}; “${conversation}” was not opened.`,
        });
      const said = await whenSaved(notSaved, () => conversations.say(conversation, user, text, clock.now()));
      const spoken = { conversation: CONSOLE + conversation, person: CONSOLE + user, text, at: said.at };
      return reply(conversation, await whenSaved(notSaved, () => say(spoken)));
    },

    async click(conversation, user, card, action) {
      const before = conversations.find(conversation, card);
      if (before === undefined)
        throw new TalkError("not-found", {
          zh: `会话“${conversation}”里没有卡片“${card}”，可能已经太旧。`,
          en: `There is no card “${card}” in “${conversation}”; it may be too old.`,
        });
      const pressed = before.card.actions?.find(({ id }) => id === action);
      if (pressed === undefined)
        throw new TalkError("not-found", {
          zh: `卡片“${card}”上没有按钮“${action}”，卡片可能已经更新。`,
          en: `Card “${card}” has no button “${action}”; it may have changed meanwhile.`,
        });
      const replies = await whenSaved(notSaved, () =>
        say({
          conversation: CONSOLE + conversation,
          person: CONSOLE + user,
          text: pressed.command,
          at: clock.now(),
          via: { card },
        }),
      );
      await settled(() => settle(CONSOLE + conversation), clock);
      const after = conversations.find(conversation, card);
      // Only a change of standing is the click's own doing: a card whose numbers moved meanwhile answers nothing.
      if (after !== undefined && standing(after) !== standing(before)) return [toWire(after)];
      return reply(conversation, replies);
    },
  };
}

function standing({ card: { status, actions } }: Message): string {
  return JSON.stringify([status, actions]);
}

async function settled(wait: () => Promise<void>, clock: Clock): Promise<void> {
  const done = new AbortController();
  await Promise.race([wait(), clock.sleep(SETTLE_MS, done.signal)]).finally(() => done.abort());
}

async function whenSaved<T>(words: (error: NotSaved) => Text, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof NotSaved) throw new TalkError("not-saved", words(error), { cause: error });
    throw error;
  }
}
