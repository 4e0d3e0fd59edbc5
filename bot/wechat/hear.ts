/** What is said on WeChat, as far as it is meant for the bot: one-to-one, with a mention, or as an answer to it. */
import type { Heard } from "../chat/heard.ts";
import { personAddress, roomAddress, WECHAT } from "./address.ts";
import type { Bot, Contact, Message, Room } from "./wechaty.ts";

/** `PUPPET.types.Message.Text`. */
const TEXT = 7;
/** `PUPPET.types.Contact.Official`: an account of a company, not a person. */
const OFFICIAL = 2;
/** Longer lines are no commands; what follows is not looked at. */
const READ = 8_000;

/**
 * Reads a message; undefined when it is not for the bot. `answersOurs` says whether what somebody quotes is a card of
 * ours in that conversation.
 */
export async function hear(
  bot: Bot,
  message: Message,
  answersOurs: (conversation: string, quotes: string) => boolean,
): Promise<Heard | undefined> {
  const talker = message.talker();
  if (message.self() || talker.id === bot.currentUser.id) return undefined;
  if (message.type() !== TEXT || talker.type() === OFFICIAL) return undefined;
  const room = message.room();
  const conversation = room === undefined ? personAddress(talker.id) : roomAddress(room.id);
  const { quoted, said } = apart(message.text().slice(0, READ));
  const names = [bot.currentUser.name()];
  const called = await aliasIn(room, bot.currentUser);
  if (called !== undefined) names.push(called);
  const isMentioned = room === undefined || (await mentions(message, said, names));
  const isAnswer =
    quoted !== undefined && names.includes(quoted.who) && answersOurs(conversation, quoted.text);
  if (!isMentioned && !isAnswer) return undefined;
  const name = (await aliasIn(room, talker)) ?? talker.name();
  const at = message.date().getTime();
  return {
    id: `${WECHAT}${message.id}`,
    conversation,
    isPrivate: room === undefined,
    person: `${WECHAT}${talker.id}`,
    ...(name === "" ? {} : { name }),
    text: room === undefined ? said.trim() : withoutMention(said, names),
    ...(quoted === undefined ? {} : { quotes: quoted.text }),
    at,
  };
}

/** Some puppets do not tell who is mentioned, and somebody may write the name by hand. */
async function mentions(message: Message, said: string, names: readonly string[]): Promise<boolean> {
  if (names.some((name) => placeOf(name, said) !== -1)) return true;
  try {
    return await message.mentionSelf();
  } catch {
    return false;
  }
}

/** What somebody is called in a room; undefined where it is their name, or the puppet cannot tell. */
async function aliasIn(room: Room | undefined, contact: Contact): Promise<string | undefined> {
  try {
    const alias = await room?.alias(contact);
    return alias === "" ? undefined : alias;
  } catch {
    return undefined;
  }
}

/** What stands before the answer: `「name：what was said」`, then a row of hyphens. */
const QUOTE = /^「([^\n：:]{1,64})[：:]\s?([\s\S]*?)」\n(?:- ?){5,}\n([\s\S]*)$/;

function apart(text: string): {
  readonly quoted: { readonly who: string; readonly text: string } | undefined;
  readonly said: string;
} {
  const found = QUOTE.exec(text.replaceAll("\r\n", "\n"));
  if (found === null) return { quoted: undefined, said: text };
  const [, who = "", quotes = "", said = ""] = found;
  return { quoted: { who: who.trim(), text: quotes }, said };
}

/** The mention ends with U+2005 on phones and a space elsewhere; others who are mentioned are part of the line. */
function withoutMention(text: string, names: readonly string[]): string {
  // The longest first: one may be the beginning of another.
  for (const name of [...names].filter(Boolean).sort((a, b) => b.length - a.length)) {
    const at = placeOf(name, text);
    if (at !== -1)
      return (text.slice(0, at) + text.slice(at + 1 + name.length)).replaceAll("\u2005", " ").trim();
  }
  // By a name that it had before: the first mention is the bot's.
  return text
    .replace(/^\s*@[^\s\u2005]+[\u2005\s]+/, "")
    .replaceAll("\u2005", " ")
    .trim();
}

function placeOf(name: string, text: string): number {
  return name === "" ? -1 : text.search(new RegExp(`@${escaped(name)}(?:[\\u2005\\s]|$)`));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
