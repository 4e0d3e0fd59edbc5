/** Where people are on WeChat: rooms by id or by topic, people by id, by the bot's remark or by name. */
import { SendError } from "../../alerts/channel.ts";
import type { Bot, Contact, Room } from "./wechaty.ts";

/** What stands before WeChat's conversations and people. */
export const WECHAT = "wechat:";
const PERSON = "user/";

export function roomAddress(id: string): string {
  return `${WECHAT}${id}`;
}

/** Somebody's own chat with the bot. */
export function personAddress(id: string): string {
  return `${WECHAT}${PERSON}${id}`;
}

/** What an address stands for now. */
export interface Place {
  /** The same for every way to name it. */
  readonly conversation: string;
  /** undefined for somebody's own chat. */
  readonly room: Room | undefined;
  readonly to: Room | Contact;
}

/** Finds it; throws a SendError where there is no such place, or several. */
export async function findPlace(bot: Bot, conversation: string): Promise<Place> {
  const name = conversation.startsWith(WECHAT) ? conversation.slice(WECHAT.length) : conversation;
  if (name.startsWith(PERSON)) {
    const contact = await findContact(bot, name.slice(PERSON.length));
    return { conversation: personAddress(contact.id), room: undefined, to: contact };
  }
  const room = await findRoom(bot, name);
  return { conversation: roomAddress(room.id), room, to: room };
}

async function findRoom(bot: Bot, name: string): Promise<Room> {
  const byId = await attempt(() => bot.Room.find({ id: name }));
  if (byId !== undefined) return byId;
  return only(await bot.Room.findAll({ topic: name }), "room");
}

/** The remark is the bot's owner's; a name is whatever its bearer chose, and comes last. */
async function findContact(bot: Bot, name: string): Promise<Contact> {
  const byId = await attempt(() => bot.Contact.find({ id: name }));
  if (byId !== undefined) return byId;
  const byAlias = await bot.Contact.findAll({ alias: name });
  return only(byAlias.length > 0 ? byAlias : await bot.Contact.findAll({ name }), "contact");
}

function only<T>(found: readonly T[], what: "room" | "contact"): T {
  const [first] = found;
  if (first === undefined)
    throw new SendError(`WeChat's bot is in no such ${what}, or does not know it yet`, {
      // It comes to know them while it is signed in, and may be invited meanwhile.
      next: "retry",
      code: `no-such-${what}`,
    });
  if (found.length > 1)
    throw new SendError(`there are ${found.length} of that name; give its id, as "id" says it there`, {
      next: "give-up",
      code: `several-${what}s`,
    });
  return first;
}

/** Puppets reject for an id that they do not know. */
async function attempt<T>(find: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await find();
  } catch {
    return undefined;
  }
}
