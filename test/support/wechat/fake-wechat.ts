/** The few members of Wechaty that are used, as they behave, without the packages. */
import { EventEmitter } from "node:events";
import type { Bot, BotEvents, Contact, Message, Room, Wechaty } from "../../../bot/wechat/wechaty.ts";
import type { FakeClock } from "../fake-clock.ts";
import { BOT, OTHER_ROOM, PEOPLE, ROOM, type Said, type WeChatWorld } from "./world.ts";

interface Shown {
  readonly where: string;
  readonly text: string;
  readonly mentions: readonly string[];
}

const TEXT = 7;

export class FakeWeChat implements WeChatWorld {
  readonly shown: Shown[] = [];
  /** Bots that were made, from the first on. */
  readonly lives: FakeBot[] = [];
  /** What the next sends come to. */
  trouble: "none" | "error" | "hang" = "none";
  /** What a start comes to: Wechaty says what goes wrong there as an error, and resolves. */
  startError: Error | undefined;
  readonly rooms: FakeRoom[] = [];
  readonly contacts = new Map<string, FakeContact>();
  readonly clock: FakeClock;
  #messages = 0;

  constructor(clock: FakeClock) {
    this.clock = clock;
    for (const { id, name } of [BOT, ...PEOPLE]) this.addContact(id, name);
    for (const { id, topic } of [ROOM, OTHER_ROOM]) this.addRoom(id, topic);
  }

  addContact(id: string, name: string, type = 1): FakeContact {
    const contact = new FakeContact(this, id, name, type);
    this.contacts.set(id, contact);
    return contact;
  }

  addRoom(id: string, topic: string): FakeRoom {
    const room = new FakeRoom(this, id, topic);
    this.rooms.push(room);
    return room;
  }

  readonly load = async (): Promise<Wechaty> => ({
    make: () => {
      const bot = new FakeBot(this);
      this.lives.push(bot);
      return bot;
    },
    picture: (base64, name) => ({ picture: name, bytes: Buffer.from(base64, "base64").length }),
  });

  get bot(): FakeBot {
    const bot = this.lives.at(-1);
    if (bot === undefined) throw new Error("no bot was made");
    return bot;
  }

  isStarted(): boolean {
    return this.lives.at(-1)?.runs ?? false;
  }

  scan(code: string, status = 2): void {
    this.bot.events.emit("scan", code, status);
  }

  signIn(): void {
    this.bot.isLoggedIn = true;
    this.bot.events.emit("login", this.contact(BOT.id));
  }

  signOut(): void {
    this.bot.isLoggedIn = false;
    this.bot.events.emit("logout", this.contact(BOT.id), "kicked out");
  }

  /** Something that the bot makes of itself: `error`, or what it should never emit. */
  emit<Name extends keyof BotEvents>(name: Name, ...args: Parameters<BotEvents[Name]>): void {
    this.bot.events.emit(name, ...args);
  }

  say(who: string, text: string, room?: string, said: Said = {}): void {
    if (who === BOT.id) this.shown.push({ where: room ?? who, text, mentions: [] });
    this.emit("message", this.message(who, text, room, said));
  }

  message(who: string, text: string, roomId?: string, { mentions = [], at }: Said = {}): Message {
    const id = `m${++this.#messages}`;
    const room = this.rooms.find((one) => one.id === roomId);
    return {
      id,
      type: () => TEXT,
      self: () => who === BOT.id,
      talker: () => this.contact(who),
      room: () => room,
      text: () => text,
      date: () => new Date(at ?? this.clock.now()),
      mentionSelf: async () => mentions.includes(BOT.id),
    };
  }

  seen(where: string): readonly string[] {
    return this.shown.filter((one) => one.where === where).map(({ text }) => text);
  }

  contact(id: string): FakeContact {
    const contact = this.contacts.get(id);
    if (contact === undefined) throw new Error(`no contact ${id}`);
    return contact;
  }

  async take(where: string, what: unknown, mentions: readonly Contact[] = []): Promise<void> {
    if (this.trouble === "hang") await new Promise(() => {});
    if (this.trouble === "error") throw new Error(`token=${SECRET} is refused`);
    const names = mentions.map((one) => `@${one.name()}`).join("\u2005");
    const text = typeof what === "string" ? what : `[${JSON.stringify(what)}]`;
    this.shown.push({
      where,
      text: mentions.length === 0 ? text : `${names} ${text}`,
      mentions: mentions.map(({ id }) => id),
    });
  }
}

/** Never to be seen. */
export const SECRET = "puppet_hunter2";

class FakeContact implements Contact {
  readonly #world: FakeWeChat;
  readonly id: string;
  readonly #name: string;
  readonly #type: number;
  alias: string | undefined;

  constructor(world: FakeWeChat, id: string, name: string, type: number) {
    this.#world = world;
    this.id = id;
    this.#name = name;
    this.#type = type;
  }

  name(): string {
    return this.#name;
  }

  type(): number {
    return this.#type;
  }

  say(what: unknown): Promise<void> {
    return this.#world.take(this.id, what);
  }
}

class FakeRoom implements Room {
  readonly #world: FakeWeChat;
  readonly id: string;
  title: string;
  readonly aliases = new Map<string, string>();

  constructor(world: FakeWeChat, id: string, title: string) {
    this.#world = world;
    this.id = id;
    this.title = title;
  }

  async topic(): Promise<string> {
    return this.title;
  }

  async alias(contact: Contact): Promise<string | undefined> {
    return this.aliases.get(contact.id);
  }

  async has(contact: Contact): Promise<boolean> {
    return this.#world.contacts.has(contact.id);
  }

  say(what: unknown, ...mentions: Contact[]): Promise<void> {
    return this.#world.take(this.id, what, mentions);
  }
}

class FakeBot implements Bot {
  readonly events = new EventEmitter();
  readonly #world: FakeWeChat;
  runs = false;
  isLoggedIn = false;

  constructor(world: FakeWeChat) {
    this.#world = world;
  }

  on<Name extends keyof BotEvents>(name: Name, listener: BotEvents[Name]): this {
    this.events.on(name, listener);
    return this;
  }

  removeAllListeners(): this {
    this.events.removeAllListeners();
    return this;
  }

  async start(): Promise<void> {
    if (this.#world.startError !== undefined) this.events.emit("error", this.#world.startError);
    else this.runs = true;
  }

  async stop(): Promise<void> {
    this.runs = false;
    this.isLoggedIn = false;
  }

  get currentUser(): Contact {
    return this.#world.contact(BOT.id);
  }

  readonly Room = {
    find: async ({ id }: { readonly id: string }) => this.#world.rooms.find((room) => room.id === id),
    findAll: async ({ topic }: { readonly topic: string }) =>
      this.#world.rooms.filter(({ title }) => title === topic),
  };

  readonly Contact = {
    find: async ({ id }: { readonly id: string }) => {
      // As puppets do for an id that they do not know.
      if (!this.#world.contacts.has(id)) throw new Error(`no payload for ${id}`);
      return this.#world.contacts.get(id);
    },
    findAll: async (query: { readonly name: string } | { readonly alias: string }) =>
      [...this.#world.contacts.values()].filter((one) =>
        "name" in query ? one.name() === query.name : one.alias === query.alias,
      ),
  };
}
