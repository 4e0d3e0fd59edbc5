/**
 * What the platform pushes, as our own words: messages, clicks, first visits. Fields as seen with live tenants
 * (developer.work.weixin.qq.com/document/path/100719 and 101027). Pure; a frame that cannot be read gives nothing.
 */
import { z } from "zod";
import type { Heard, Pressed } from "../../chat/heard.ts";

/** What comes before the addresses and people of WeCom. */
const WECOM = "wecom:";
/** What comes before a person in the address of their own chat with the bot. */
const USER = "user/";

/** A conversation as the wire names it. `chat_type` 2 is a group, 1 a person's own chat. */
export interface Chat {
  readonly chatid: string;
  readonly chat_type: 1 | 2;
}

/** The conversation that an address means. The case of a chatid matters. */
export function chatOf(address: string): Chat | undefined {
  if (!address.startsWith(WECOM)) return undefined;
  const name = address.slice(WECOM.length);
  const user = name.startsWith(USER) ? name.slice(USER.length) : undefined;
  if (user === "" || name === "") return undefined;
  return user === undefined ? { chatid: name, chat_type: 2 } : { chatid: user, chat_type: 1 };
}

/** Content of one kind: text, or a voice message's transcript. */
const content = z.object({ content: z.string() });
const item = z.object({ msgtype: z.string(), text: content.optional().catch(undefined) });

const speech = {
  msgtype: z.string(),
  text: content.optional().catch(undefined),
  voice: content.optional().catch(undefined),
  mixed: z
    .object({ msg_item: z.array(item) })
    .optional()
    .catch(undefined),
};

const place = {
  msgid: z.string().min(1),
  chatid: z.string().min(1).optional().catch(undefined),
  chattype: z.string().optional().catch(undefined),
  from: z
    .object({ userid: z.string().min(1) })
    .optional()
    .catch(undefined),
};

const headers = z.object({ req_id: z.string().min(1) });

const message = z.object({
  headers,
  body: z.object({
    ...place,
    ...speech,
    quote: z.object(speech).optional().catch(undefined),
  }),
});

const click = z.object({ event_key: z.string(), task_id: z.string() });

const happening = z.object({
  headers,
  body: z.object({
    ...place,
    create_time: z.number().positive().optional().catch(undefined),
    event: z.object({
      eventtype: z.string(),
      template_card_event: click.optional().catch(undefined),
      // Where the SDK's types and README have them; on the wire they were never seen here.
      event_key: z.string().optional().catch(undefined),
      task_id: z.string().optional().catch(undefined),
    }),
  }),
});

type Place = z.infer<typeof message>["body"] | z.infer<typeof happening>["body"];

/** A message, and what an answer to it has to repeat. */
export interface Spoken {
  readonly reqId: string;
  readonly heard: Heard;
}

/** Reads a message; undefined when nothing in it is text, or it does not say where it was said. */
export function readMessage(frame: unknown, at: number, botName: string | undefined): Spoken | undefined {
  const read = message.safeParse(frame);
  if (!read.success) return undefined;
  const { headers: head, body } = read.data;
  const where = placeOf(body);
  const text = textOf(body);
  if (where === undefined || text === undefined) return undefined;
  const quotes = body.quote === undefined ? undefined : textOf(body.quote);
  return {
    reqId: head.req_id,
    heard: {
      ...where,
      // Nobody mentions the bot in their own chat with it.
      text: where.isPrivate ? text.trim() : withoutMention(text, botName),
      ...(quotes === undefined || quotes.trim() === "" ? {} : { quotes: quotes.trim() }),
      // Messages bring no time of their own.
      at,
    },
  };
}

/** What happened besides messages. `evicted`: another connection of the same bot has taken this one's place. */
export type Happening =
  | { readonly is: "pressed"; readonly reqId: string; readonly pressed: Pressed }
  | {
      readonly is: "entered";
      readonly reqId: string;
      readonly id: string;
      readonly conversation: string;
      readonly person: string;
    }
  | { readonly is: "evicted" };

/** Reads an event; undefined when it is none that we know. */
export function readEvent(frame: unknown, at: number): Happening | undefined {
  const read = happening.safeParse(frame);
  if (!read.success) return undefined;
  const { headers: head, body } = read.data;
  const { event } = body;
  if (event.eventtype === "disconnected_event") return { is: "evicted" };
  const where = placeOf(body);
  if (where === undefined) return undefined;
  const { isPrivate: _, ...who } = where;
  if (event.eventtype === "enter_chat") {
    const { id, conversation, person } = who;
    return person === undefined ? undefined : { is: "entered", reqId: head.req_id, id, conversation, person };
  }
  if (event.eventtype !== "template_card_event") return undefined;
  const command = event.template_card_event?.event_key ?? event.event_key;
  const card = event.template_card_event?.task_id ?? event.task_id;
  if (command === undefined || card === undefined) return undefined;
  const when = body.create_time === undefined ? at : body.create_time * 1_000;
  return { is: "pressed", reqId: head.req_id, pressed: { ...who, card, command, at: when } };
}

/** Whose words, and where; a group that is not named, and a private chat with nobody, are nowhere. */
function placeOf({ msgid, chatid, chattype, from }: Place):
  | {
      readonly id: string;
      readonly conversation: string;
      readonly isPrivate: boolean;
      readonly person?: string;
    }
  | undefined {
  const isPrivate = chattype === undefined ? chatid === undefined : chattype !== "group";
  const name = isPrivate ? from && `${USER}${from.userid}` : chatid;
  if (name === undefined) return undefined;
  return {
    id: `${WECOM}${msgid}`,
    conversation: `${WECOM}${name}`,
    isPrivate,
    ...(from === undefined ? {} : { person: `${WECOM}${from.userid}` }),
  };
}

function textOf({ text, voice, mixed }: z.infer<z.ZodObject<typeof speech>>): string | undefined {
  if (text !== undefined || voice !== undefined) return (text ?? voice)?.content;
  const words = (mixed?.msg_item ?? []).flatMap((one) => (one.text === undefined ? [] : [one.text.content]));
  return words.length === 0 ? undefined : words.join("\n");
}

/**
 * A group's message without the mention of the bot, which every one of them holds, mostly at its beginning. Behind the
 * name stands a space, U+2005 or U+00A0, depending on the client. Without a configured name the first word goes when
 * it is a mention.
 */
function withoutMention(text: string, botName: string | undefined): string {
  const words = text.trim();
  if (botName === undefined || botName === "") return words.replace(/^[@＠]\S+(\s+|$)/, "").trim();
  const name = botName.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const whole = new RegExp(`(^|\\s)[@＠]${name}(?=$|[\\s:：,，])[\\s:：,，]*`, "u");
  if (whole.test(words)) return words.replace(whole, "$1").trim();
  return words.replace(new RegExp(`^[@＠]${name}`, "u"), "").trim();
}
