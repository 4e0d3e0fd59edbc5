/** The company: its people, its conversations, and what stands in them. */
import type { Clock } from "../../../storage/clock.ts";
import { cardText, type ShownCard, showCard, withoutTask } from "./card-view.ts";
import { type Faults, noFaults } from "./faults.ts";
import { type Dialect, plainText } from "./markdown.ts";
import { type Body, textOf } from "./read.ts";
import { type FrameRecord, masked, type RequestRecord } from "./record.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly departments: readonly number[];
  readonly tags: readonly number[];
  /** Whether the bot may be used by them; nothing that others write reaches it. */
  readonly inScope: boolean;
}

export interface Sender {
  readonly kind: "person" | "bot" | "robot" | "app";
  readonly id: string;
  readonly name: string;
}

/** One message as it lies there; what is shown of it is made when somebody looks. */
export interface Posted {
  readonly id: string;
  readonly at: number;
  readonly from: Sender;
  /** The msgtype that it came as. */
  readonly kind: string;
  readonly dialect: Dialect;
  /** As it was sent: markdown, text. A stream replaces it. */
  source: string;
  card: Body | undefined;
  /** The task_id that the card was sent with. */
  readonly task: string | undefined;
  /** The card of those who see another one. */
  readonly cardOf: Map<string, Body>;
  /** What an application put in the place of the buttons. */
  replaced: string | undefined;
  changes: number;
  readonly mentions: readonly string[];
  readonly quote: string | undefined;
  /** Of a picture its address, which may be `data:`. */
  readonly picture: string | undefined;
}

export interface Chat {
  /** `wrOps`; a person's own with the bot: `user/zhangsan`; with the application: `app/zhangsan`. */
  readonly key: string;
  readonly kind: "group" | "user" | "app";
  /** The chatid, or the userid. */
  readonly id: string;
  readonly name: string;
  readonly members: Set<string>;
  /** Whether anybody ever spoke to the bot here: before that nothing may be pushed. */
  spoken: boolean;
  /** Whether the bot is here. */
  hasBot: boolean;
  readonly posted: Posted[];
}

/** A message as people see it now. */
export interface Shown {
  readonly id: string;
  readonly at: number;
  readonly from: Sender;
  readonly kind: string;
  /** As it reads, without markup; of a card all its lines. */
  readonly text: string;
  /** As it was sent. */
  readonly source: string;
  readonly dialect: Dialect;
  readonly card: ShownCard | undefined;
  /** Who is called by name: userids, mobile numbers, `@all`. */
  readonly mentions: readonly string[];
  readonly quote: string | undefined;
  readonly picture: string | undefined;
}

export interface Counters {
  /** When connections were opened. */
  readonly connectedAt: number[];
  subscribes: number;
  /** Subscribes with a wrong id or secret. */
  denied: number;
  evictions: number;
  pings: number;
  /** Frames from the bot that were no frames. */
  malformed: number;
  /** What people did while no bot was there to be told. */
  untold: number;
}

export interface World {
  readonly clock: Clock;
  /** Aborted when everything ends: no sleep outlives it. */
  readonly ending: AbortSignal;
  readonly people: ReadonlyMap<string, Person>;
  readonly chats: Map<string, Chat>;
  readonly faults: Faults;
  readonly counters: Counters;
  readonly frames: FrameRecord[];
  readonly requests: RequestRecord[];
  /** A fresh text of so many letters and digits. */
  letters(length: number): string;
  /** Tells whoever waits or watches that something happened. */
  changed(): void;
  onChange(listener: () => void): () => void;
  record(frame: Omit<FrameRecord, "text" | "body" | "at">, text: string): void;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function createWorld(options: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ending: AbortSignal;
  readonly people: readonly Person[];
}): World {
  const { clock, random, ending } = options;
  const listeners = new Set<() => void>();
  const frames: FrameRecord[] = [];
  return {
    clock,
    ending,
    people: new Map(options.people.map((person) => [person.id, person])),
    chats: new Map(),
    faults: noFaults(),
    counters: {
      connectedAt: [],
      subscribes: 0,
      denied: 0,
      evictions: 0,
      pings: 0,
      malformed: 0,
      untold: 0,
    },
    frames,
    requests: [],
    letters(length) {
      const letter = (): string => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "A";
      return Array.from({ length }, letter).join("");
    },
    changed() {
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    record(frame, text) {
      const clean = masked(text);
      frames.push({ ...frame, at: clock.now(), text: clean, body: parsed(clean) });
      this.changed();
    },
  };
}

function parsed(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return undefined;
  }
}

/** The conversation of one person with the bot (`user`) or with the application (`app`); made when it is first needed. */
export function chatWith(world: World, kind: "user" | "app", person: Person): Chat {
  const key = `${kind}/${person.id}`;
  const found = world.chats.get(key);
  if (found !== undefined) return found;
  const chat: Chat = {
    key,
    kind,
    id: person.id,
    name: person.name,
    members: new Set([person.id]),
    spoken: false,
    hasBot: true,
    posted: [],
  };
  world.chats.set(key, chat);
  return chat;
}

/** What is new about a message. */
export interface Draft {
  readonly from: Sender;
  readonly kind: string;
  readonly dialect?: Dialect;
  readonly source?: string;
  readonly card?: Body;
  readonly mentions?: readonly string[];
  readonly quote?: string | undefined;
  readonly picture?: string | undefined;
}

export function post(world: World, chat: Chat, draft: Draft): Posted {
  const posted: Posted = {
    id: `m${world.letters(10)}`,
    at: world.clock.now(),
    from: draft.from,
    kind: draft.kind,
    dialect: draft.dialect ?? "text",
    source: draft.source ?? "",
    card: draft.card,
    task: textOf(draft.card, "task_id"),
    cardOf: new Map(),
    replaced: undefined,
    picture: draft.picture,
    changes: 0,
    mentions: draft.mentions ?? [],
    quote: draft.quote,
  };
  chat.posted.push(posted);
  world.changed();
  return posted;
}

/** As `viewer` sees it; without one, as everybody does who has no card of their own. */
export function show(posted: Posted, viewer?: string): Shown {
  const { id, at, from, kind, source, dialect, mentions, quote, picture } = posted;
  const raw = (viewer === undefined ? undefined : posted.cardOf.get(viewer)) ?? posted.card;
  const card = raw === undefined ? undefined : showCard(raw, posted.changes, posted.replaced);
  const text = card === undefined ? plainText(source, posted.dialect) : cardText(card);
  return { id, at, from, kind, text, source, dialect, card, mentions, quote, picture };
}

/** What bots, robots and applications said more than once in one conversation, apart from the task_id of cards. */
export function repeated(chat: Chat): readonly string[] {
  const seen = new Set<string>();
  return chat.posted
    .filter(({ from }) => from.kind !== "person")
    .filter(({ source, card }) => {
      const content = card === undefined ? source : JSON.stringify(withoutTask(card));
      if (seen.has(content)) return true;
      seen.add(content);
      return false;
    })
    .map((posted) => show(posted).text);
}
