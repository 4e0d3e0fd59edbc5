/** What people do with the bot, and how it is told of it: developer.work.weixin.qq.com/document/path/100719 and 101027. */
import { createCipheriv } from "node:crypto";
import { keysOf } from "./card-view.ts";
import type { LongConnection } from "./long-connection.ts";
import type { Told } from "./long-session.ts";
import type { MediaStore } from "./media.ts";
import type { Body } from "./read.ts";
import { type Chat, chatWith, type Person, type Posted, post, show, type World } from "./world.ts";

const DAY_MS = 86_400_000;
/** WeCom's days are those of China. */
const ZONE_MS = 8 * 3_600_000;

export interface SayOptions {
  /** The id of the message that it answers. */
  readonly quote?: string;
  /** The text comes together with a picture, as one message. */
  readonly mixed?: boolean;
  /** It was spoken; `text` is what WeCom understood. Only in a person's own conversation. */
  readonly voice?: boolean;
  /** It is told twice, with the same msgid. */
  readonly twice?: boolean;
}

export interface PressOptions {
  /** What was chosen on a card that asks: options by question. */
  readonly selected?: Readonly<Record<string, readonly string[]>>;
  readonly twice?: boolean;
}

/** What was done, and what the bot heard of it. */
export interface Done {
  /** The message that now stands in the conversation; of a click the one that was clicked. */
  readonly message: string;
  /** Under which req_id the bot was told; `undefined` when it was not. */
  readonly reqId: string | undefined;
}

export interface Acts {
  /** Says exactly that. In a group the bot hears of it only when the text calls it by name. */
  say(chat: string, user: string, text: string, options?: SayOptions): Done;
  /** Says it to the bot: in a group with its name before. */
  ask(chat: string, user: string, text: string, options?: SayOptions): Done;
  /** Opens the conversation with the bot; told the first time of a day only. */
  enter(user: string): string | undefined;
  /** Clicks a button of a card that the bot posted, as it is now. */
  press(taskId: string, key: string, user: string, options?: PressOptions): Done;
  /** Thumbs on an answer: 1 good, 2 bad, 3 taken back. */
  feedback(chat: string, user: string, id: string, type: 1 | 2 | 3): string | undefined;
}

export interface ActsOptions {
  readonly botId: string;
  readonly botName: string;
  readonly media: MediaStore;
  readonly tell: LongConnection["tell"];
  /** `http://127.0.0.1:<port>`. */
  readonly base: () => string;
  /** An address by which the message may be answered once, within an hour. */
  readonly responseUrl: (told: Told) => string;
}

export function createActs(world: World, options: ActsOptions): Acts {
  const { botId, botName, media, responseUrl, base } = options;
  const enteredOn = new Map<string, number>();

  /** Tells the bot, twice where that was asked for; each time under a req_id of its own. */
  function tell(cmd: string, body: Body, told: Told, twice = false): string | undefined {
    const { callbacks } = world.faults;
    const isLost = callbacks === "none" || (callbacks === "private" && !told.chat.startsWith("user/"));
    const reqId = isLost ? undefined : options.tell(cmd, body, told);
    if (reqId === undefined) world.counters.untold += 1;
    else if (twice || world.faults.twice) options.tell(cmd, body, told);
    return reqId;
  }

  function heads(chat: Chat, user: string, told: Told): Body {
    return {
      msgid: `CAIQ${world.letters(28)}`,
      aibotid: botId,
      ...(chat.kind === "group" ? { chatid: chat.id } : {}),
      chattype: chat.kind === "group" ? "group" : "single",
      from: { userid: user },
      ...(told.kind === "enter_chat" || told.kind === "feedback_event"
        ? {}
        : { response_url: responseUrl(told) }),
    };
  }

  function event(chat: Chat, told: Told, details: Body, twice = false): string | undefined {
    const body = {
      ...heads(chat, told.user, told),
      create_time: Math.floor(world.clock.now() / 1_000),
      msgtype: "event",
      event: { eventtype: told.kind, ...details },
    };
    return tell("aibot_event_callback", body, told, twice);
  }

  /** A picture as WeCom keeps it for the bot: encrypted, under an address that lasts five minutes. */
  function picture(): Body {
    const key = Buffer.from(world.letters(32), "latin1");
    const padding = 32 - (PICTURE.length % 32);
    const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
    const bytes = Buffer.concat([
      cipher.update(Buffer.concat([PICTURE, Buffer.alloc(padding, padding)])),
      cipher.final(),
    ]);
    const at = world.clock.now();
    const { id } = media.add({ type: "image", name: "picture.png", bytes, owner: "people", at });
    return { url: `${base()}/media/${id}`, aeskey: key.toString("base64") };
  }

  /** What is quoted comes as text only, and does not say which message it is. */
  function quoted(chat: Chat, user: string, id: string): string {
    const posted = chat.posted.find((one) => one.id === id);
    if (posted === undefined) throw new Error(`there is no message ${id} in ${chat.key}`);
    return show(posted, user).text;
  }

  function contentOf(text: string, said: SayOptions): Body {
    if (said.voice === true) return { msgtype: "voice", voice: { content: text } };
    if (said.mixed !== true) return { msgtype: "text", text: { content: text } };
    const items = [
      { msgtype: "text", text: { content: text } },
      { msgtype: "image", image: picture() },
    ];
    return { msgtype: "mixed", mixed: { msg_item: items } };
  }

  function say(chatKey: string, user: string, text: string, said: SayOptions = {}): Done {
    const person = personOf(world, user);
    const chat = chatFor(world, chatKey);
    if (!chat.members.has(user)) throw new Error(`${user} is no member of ${chatKey}`);
    const quote = said.quote === undefined ? undefined : quoted(chat, user, said.quote);
    const content = contentOf(text, said);
    const posted = post(world, chat, {
      from: { kind: "person", id: user, name: person.name },
      kind: String(content["msgtype"]),
      source: text,
      quote,
    });
    const message = posted.id;
    const isCalled = chat.kind === "user" || (text.includes(`@${botName}`) && said.voice !== true);
    if (!isCalled || !chat.hasBot || !person.inScope) return { message, reqId: undefined };
    chat.spoken = true;
    const told: Told = { kind: "message", at: world.clock.now(), chat: chat.key, user };
    const body = {
      ...heads(chat, user, told),
      ...content,
      ...(quote === undefined ? {} : { quote: { msgtype: "text", text: { content: quote } } }),
    };
    return { message, reqId: tell("aibot_msg_callback", body, told, said.twice) };
  }

  return {
    say,
    ask(chat, user, text, said) {
      return say(chat, user, chatFor(world, chat).kind === "group" ? `@${botName} ${text}` : text, said);
    },
    enter(user) {
      const person = personOf(world, user);
      const today = Math.floor((world.clock.now() + ZONE_MS) / DAY_MS);
      if (!person.inScope || enteredOn.get(user) === today) return undefined;
      enteredOn.set(user, today);
      const chat = chatWith(world, "user", person);
      return event(chat, { kind: "enter_chat", at: world.clock.now(), chat: chat.key, user }, {});
    },
    press(taskId, key, user, pressed = {}) {
      const { chat, posted } = cardOf(world, taskId, user, "bot");
      const card = show(posted, user).card;
      if (card === undefined || !keysOf(card).includes(key))
        throw new Error(`the card ${taskId} has no button ${key} for ${user}`);
      const { selected } = pressed;
      const told: Told = {
        kind: "template_card_event",
        at: world.clock.now(),
        chat: chat.key,
        user,
        message: posted.id,
      };
      const details = {
        card_type: card.kind,
        event_key: key,
        task_id: card.taskId ?? taskId,
        ...(selected === undefined ? {} : { selected_items: selectedItems(selected) }),
      };
      const reqId = event(chat, told, { template_card_event: details }, pressed.twice);
      return { message: posted.id, reqId };
    },
    feedback(chatKey, user, id, type) {
      const chat = chatFor(world, chatKey);
      const told: Told = { kind: "feedback_event", at: world.clock.now(), chat: chat.key, user };
      return event(chat, told, { feedback_event: { id, type } });
    },
  };
}

export function personOf(world: World, user: string): Person {
  const person = world.people.get(user);
  if (person === undefined) throw new Error(`there is nobody called ${user}`);
  return person;
}

/** `wrOps`, or a person's own: `user/zhangsan`. */
function chatFor(world: World, key: string): Chat {
  const [kind, user] = key.split("/");
  if (kind === "user" && user !== undefined) return chatWith(world, "user", personOf(world, user));
  const chat = world.chats.get(key);
  if (chat === undefined) throw new Error(`there is no conversation ${key}`);
  return chat;
}

/** The message that carries the card, as long as `user` sees it. */
export function cardOf(
  world: World,
  taskId: string,
  user: string,
  from: "bot" | "app",
): { readonly chat: Chat; readonly posted: Posted } {
  for (const chat of world.chats.values()) {
    if (!chat.members.has(user)) continue;
    const posted = chat.posted.findLast((one) => one.from.kind === from && one.task === taskId);
    if (posted !== undefined) return { chat, posted };
  }
  throw new Error(`${user} sees no card ${taskId}`);
}

function selectedItems(selected: Readonly<Record<string, readonly string[]>>): Body {
  return {
    selected_item: Object.entries(selected).map(([question, options]) => ({
      question_key: question,
      option_ids: { option_id: options },
    })),
  };
}

/** The smallest PNG. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);
