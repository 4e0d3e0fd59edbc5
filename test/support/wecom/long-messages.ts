/**
 * What a bot says over the long connection: pushed (`aibot_send_msg`) and in answer (`aibot_respond_…`). Limits and
 * windows of developer.work.weixin.qq.com/document/path/101463.
 */
import { BOT_CARDS, problemWith } from "./card-check.ts";
import {
  accepted,
  refused,
  STREAM_EXPIRED,
  TOO_LATE,
  TOO_OFTEN,
  type Verdict,
  WRONG_CHAT,
  WRONG_MEDIA_ID,
  WRONG_PARAMETER,
  WRONG_REQUEST,
  WRONG_TYPE,
} from "./codes.ts";
import type { Session, Told } from "./long-session.ts";
import type { MediaStore } from "./media.ts";
import { createRate, perHour, perMinute } from "./rates.ts";
import { type Body, bytesOf, numberOf, partOf, textOf, textsOf } from "./read.ts";
import { type Chat, chatWith, type Draft, type Posted, post, type Sender, type World } from "./world.ts";

const MARKDOWN_BYTES = 20_480;
const REPLY_WINDOW_MS = 24 * 3_600_000;
const EVENT_WINDOW_MS = 5_000;
const MEDIA_TYPES = ["file", "image", "voice", "video"];
const PUSHED_TYPES = ["markdown", "template_card", ...MEDIA_TYPES];

export interface LongMessagesOptions {
  readonly bot: Sender;
  readonly media: MediaStore;
  /** How long a stream may be written on: 6 minutes by the older page, 10 by the newer. */
  readonly streamLifeMs: number;
  /** The code for a task_id that was used before. None is published. */
  readonly usedTaskCode: number;
}

export type Command = (session: Session, reqId: string, body: Body) => Verdict;

export interface LongMessages {
  readonly push: Command;
  readonly reply: Command;
  readonly welcome: Command;
  readonly updateCard: Command;
  /** The same as `reply`, but by the address that came with a message: no connection is needed, nor a req_id. */
  replyTo(told: Told, body: Body): Verdict;
}

export function createLongMessages(world: World, options: LongMessagesOptions): LongMessages {
  const { bot, media, streamLifeMs, usedTaskCode } = options;
  const rate = createRate([perMinute(30), perHour(1_000)]);
  const tasks = new Set<string>();
  const streams = new Map<string, { readonly posted: Posted; readonly begunAt: number }>();

  /** Checks one message of a kind that is taken everywhere, and posts it. */
  function say(chat: Chat, body: Body): Verdict {
    const kind = textOf(body, "msgtype") ?? "";
    const draft = draftOf(kind, partOf(body, kind));
    if ("errcode" in draft) return draft;
    if (!rate.take(chat.key, world.clock.now())) return refused(TOO_OFTEN);
    const task = textOf(draft.card, "task_id");
    if (task !== undefined) tasks.add(task);
    post(world, chat, draft);
    return accepted();
  }

  function draftOf(kind: string, part: unknown): Draft | Verdict {
    if (kind === "markdown") {
      const content = textOf(part, "content");
      if (content === undefined) return refused(WRONG_PARAMETER, "markdown.content missing");
      if (bytesOf(content) > MARKDOWN_BYTES)
        return refused(WRONG_PARAMETER, `markdown.content exceed max length ${MARKDOWN_BYTES}`);
      return { from: bot, kind, dialect: "bot", source: content };
    }
    if (kind === "template_card") {
      const problem = problemWith(part, BOT_CARDS);
      if (problem !== undefined) return problem;
      const task = textOf(part, "task_id");
      if (task !== undefined && tasks.has(task))
        return refused(usedTaskCode, "template_card.task_id was used before");
      return { from: bot, kind, card: part as Body };
    }
    const file = media.find(textOf(part, "media_id") ?? "", world.clock.now());
    if (file === undefined || file.type !== kind || file.owner !== "bot") return refused(WRONG_MEDIA_ID);
    return { from: bot, kind, source: file.name };
  }

  function stream(chat: Chat, told: Told, part: unknown): Verdict {
    const id = textOf(part, "id");
    const content = textOf(part, "content") ?? "";
    const finish = partOf(part, "finish") === true;
    if (id === undefined) return refused(WRONG_PARAMETER, "stream.id missing");
    if (bytesOf(content) > MARKDOWN_BYTES)
      return refused(WRONG_PARAMETER, `stream.content exceed max length ${MARKDOWN_BYTES}`);
    const key = `${told.chat} ${id}`;
    const running = streams.get(key);
    if (running !== undefined) {
      if (world.clock.now() - running.begunAt > streamLifeMs) return refused(STREAM_EXPIRED);
      running.posted.source = content;
      running.posted.changes += 1;
      world.changed();
    } else {
      if (!rate.take(chat.key, world.clock.now())) return refused(TOO_OFTEN);
      const posted = post(world, chat, { from: bot, kind: "stream", dialect: "bot", source: content });
      streams.set(key, { posted, begunAt: world.clock.now() });
    }
    // An id whose stream has ended begins a new message.
    if (finish) streams.delete(key);
    return accepted();
  }

  function replyTo(told: Told, body: Body): Verdict {
    const chat = world.chats.get(told.chat);
    if (chat === undefined || !chat.hasBot) return refused(WRONG_CHAT);
    const kind = textOf(body, "msgtype") ?? "";
    if (kind === "stream") return stream(chat, told, partOf(body, "stream"));
    return PUSHED_TYPES.includes(kind) ? say(chat, body) : refused(WRONG_TYPE);
  }

  /** What may be answered with this req_id, on this connection, or the refusal. */
  function toldAs(session: Session, reqId: string, kind: Told["kind"], windowMs: number): Told | Verdict {
    const told = session.told.get(reqId);
    if (told === undefined || told.kind !== kind) return refused(WRONG_REQUEST);
    if (world.clock.now() - told.at <= windowMs) return told;
    return refused(kind === "message" ? WRONG_REQUEST : TOO_LATE);
  }

  return {
    push(_session, _reqId, body) {
      if (!PUSHED_TYPES.includes(textOf(body, "msgtype") ?? "")) return refused(WRONG_TYPE);
      const chat = addressed(world, body);
      return chat === undefined ? refused(WRONG_CHAT) : say(chat, body);
    },
    reply(session, reqId, body) {
      const told = toldAs(session, reqId, "message", REPLY_WINDOW_MS);
      return "errcode" in told ? told : replyTo(told, body);
    },
    welcome(session, reqId, body) {
      const told = toldAs(session, reqId, "enter_chat", EVENT_WINDOW_MS);
      if ("errcode" in told) return told;
      const chat = world.chats.get(told.chat);
      if (chat === undefined) return refused(WRONG_CHAT);
      const kind = textOf(body, "msgtype");
      if (kind === "template_card") return say(chat, body);
      if (kind !== "text") return refused(WRONG_TYPE);
      const content = textOf(partOf(body, "text"), "content");
      if (content === undefined) return refused(WRONG_PARAMETER, "text.content missing");
      post(world, chat, { from: bot, kind: "text", source: content });
      return accepted();
    },
    updateCard(session, reqId, body) {
      const told = toldAs(session, reqId, "template_card_event", EVENT_WINDOW_MS);
      if ("errcode" in told) return told;
      if (textOf(body, "response_type") !== "update_template_card")
        return refused(WRONG_PARAMETER, "response_type");
      const card = partOf(body, "template_card");
      const problem = problemWith(card, BOT_CARDS);
      if (problem !== undefined) return problem;
      const posted = world.chats.get(told.chat)?.posted.find(({ id }) => id === told.message);
      if (posted === undefined) return refused(WRONG_REQUEST);
      changeCard(posted, card as Body, textsOf(body, "userids"));
      world.changed();
      return accepted();
    },
    replyTo,
  };
}

/** For everybody who sees the message, or for some of them. */
function changeCard(posted: Posted, card: Body, users: readonly string[]): void {
  posted.changes += 1;
  if (users.length === 0) {
    posted.card = card;
    posted.cardOf.clear();
  } else for (const user of users) posted.cardOf.set(user, card);
}

/** Where a push goes: `chat_type` 1 is a person, 2 a group, anything else "look among the groups first". */
function addressed(world: World, body: Body): Chat | undefined {
  const id = textOf(body, "chatid") ?? "";
  const type = numberOf(body, "chat_type") ?? 0;
  const group = type === 1 ? undefined : world.chats.get(id);
  const person = type === 2 ? undefined : world.people.get(id);
  const chat =
    group?.kind === "group" ? group : person === undefined ? undefined : chatWith(world, "user", person);
  return chat?.spoken === true && chat.hasBot ? chat : undefined;
}
