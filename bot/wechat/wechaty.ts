/**
 * Wechaty as far as we use it, loaded only when `WECHATY_PUPPET` is set. It is not installed with Gengfu: with what it
 * brings it is twice as large as everything else together.
 */
/// <reference path="./packages.d.ts" />
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../config/error.ts";

/** Somebody, as Wechaty has them. */
export interface Contact {
  readonly id: string;
  name(): string;
  /** `PUPPET.types.Contact`: 1 is a person; official accounts and the like are others. */
  type(): number;
  say(what: unknown): Promise<unknown>;
}

export interface Room {
  readonly id: string;
  topic(): Promise<string>;
  /** What somebody is called in this room, where that is not their name. */
  alias(contact: Contact): Promise<string | undefined>;
  has(contact: Contact): Promise<boolean>;
  /** With the names of `mentions` before a text. */
  say(what: unknown, ...mentions: Contact[]): Promise<unknown>;
}

export interface Message {
  readonly id: string;
  /** `PUPPET.types.Message`: 7 is text. */
  type(): number;
  /** Whether it is the bot's own. */
  self(): boolean;
  talker(): Contact;
  room(): Room | undefined;
  text(): string;
  date(): Date;
  mentionSelf(): Promise<boolean>;
}

/** The events that we listen to. */
export interface BotEvents {
  scan(qrcode: string, status: number): void;
  login(user: Contact): void;
  /** Rooms and contacts are known. */
  ready(): void;
  logout(user: Contact, reason?: string): void;
  error(error: unknown): void;
  message(message: Message): void;
}

export interface Bot {
  on<Name extends keyof BotEvents>(name: Name, listener: BotEvents[Name]): unknown;
  removeAllListeners(): unknown;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly isLoggedIn: boolean;
  readonly currentUser: Contact;
  readonly Room: {
    find(query: { readonly id: string }): Promise<Room | undefined>;
    findAll(query: { readonly topic: string }): Promise<readonly Room[]>;
  };
  readonly Contact: {
    find(query: { readonly id: string }): Promise<Contact | undefined>;
    findAll(query: { readonly name: string } | { readonly alias: string }): Promise<readonly Contact[]>;
  };
}

/** What is made with the packages. */
export interface Wechaty {
  /** One life of the bot; it does nothing until it is started. */
  make(): Bot;
  /** A picture that can be said. */
  picture(base64: string, name: string): object;
}

export interface WechatyOptions {
  /** The package's name: `wechaty-puppet-service`. */
  readonly puppet: string;
  /** What the puppet is made with: its token, its endpoint. */
  readonly puppetOptions: Readonly<Record<string, unknown>>;
  /** Where Wechaty keeps its session, so that a restart need not be scanned again. */
  readonly dir: string;
}

/** Loads the packages. Throws a ConfigError with the line that installs what is missing. */
export async function loadWechaty({ puppet, puppetOptions, dir }: WechatyOptions): Promise<Wechaty> {
  try {
    // Its puppet is loaded by Wechaty itself, later; that it is there is asked now.
    import.meta.resolve(puppet);
    const [{ WechatyBuilder, log }, { FileBox }] = await Promise.all([import("wechaty"), import("file-box")]);
    // It writes lines of its own to standard output, with what people say in them.
    log.level("silent");
    // Whoever has the session is signed in.
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const name = join(dir, "session");
    return {
      make: () => WechatyBuilder.build({ name, puppet, puppetOptions }) as Bot,
      picture: (base64, file) => FileBox.fromBase64(base64, file),
    };
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ConfigError("environment", [{ path: "WECHATY_PUPPET", text: missing(puppet) }]);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}

function missing(puppet: string): { readonly zh: string; readonly en: string } {
  const line = `npm install --no-save wechaty ${puppet}`;
  return {
    zh: `设置了 ${puppet}，但没有安装；请在更夫的目录里运行：${line}`,
    en: `is ${puppet}, which is not installed; in Gengfu's directory run: ${line}`,
  };
}
