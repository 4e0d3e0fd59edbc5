/** The organisation as the fake knows it: apps, people, groups, custom robots, and what was said where. */
import { setMaxListeners } from "node:events";
import type { Clock } from "../../../storage/clock.ts";
import { defaultSettings, type Settings } from "./settings.ts";

/** An internal app with its robot. */
export interface App {
  /** Also the `robotCode`. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the robot is called in the groups. */
  readonly name: string;
}

export interface Person {
  /** What tests call them by; any of key, nick and staffId will do. */
  readonly key: string;
  readonly nick: string;
  /** Absent: outside the organisation. */
  readonly staffId?: string;
  /** False: the app's version is not published for them, so that the platform does not say who they are. */
  readonly published?: boolean;
  readonly admin?: boolean;
}

export interface Group {
  /** The openConversationId. */
  readonly id: string;
  readonly title: string;
  /** Keys of people. */
  readonly members: Set<string>;
  /** Client ids of the apps whose robots are in it. */
  readonly apps: Set<string>;
  disbanded: boolean;
  /** The group's owner has stopped the robot. */
  stopped: boolean;
  /** A group of another organisation. */
  foreign: boolean;
}

/** A custom robot of a group. */
export interface Robot {
  readonly token: string;
  /** The group's openConversationId. */
  readonly group: string;
  readonly name: string;
  readonly secret?: string;
  readonly keywords?: readonly string[];
  /** Addresses it may be called from. */
  readonly ips?: readonly string[];
  stopped?: boolean;
}

/** Something to press below a message, or a link within it. */
export interface Button {
  readonly id: string;
  readonly text: string;
  readonly color?: string;
  readonly url?: string;
}

export type Author = { readonly is: "person" | "app" | "robot"; readonly id: string; readonly name: string };

/** One message, as people see it now. */
export interface Message {
  readonly id: string;
  readonly at: number;
  readonly conversation: string;
  readonly from: Author;
  /** `text`, `markdown`, `actionCard`, `link`, `feedCard`, `image`, `file`, `richText`, `picture`, `card`. */
  readonly kind: string;
  /** What the list of conversations and the phone's notification say; a card's is its `lastMessageI18n`. */
  readonly title?: string;
  /** Markdown for `markdown`, `actionCard` and `card`; else plain. */
  readonly text: string;
  /** A media id or an address. */
  readonly picture?: string;
  readonly buttons: readonly Button[];
  /** Who is mentioned: staff ids, mobile numbers, `@ALL`. */
  readonly mentions: readonly string[];
  /** The id of the message that it answers. */
  readonly quotes?: string;
  readonly outTrackId?: string;
  /** The key that recalls it; a card's `carrierId`. */
  readonly processQueryKey?: string;
}

export interface WorldOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly corpId?: string;
  readonly apps: readonly App[];
  readonly people: readonly Person[];
  readonly groups: readonly {
    readonly id: string;
    readonly title: string;
    readonly members?: readonly string[];
  }[];
  readonly robots: readonly Robot[];
  readonly settings?: Partial<Settings>;
}

export interface World {
  readonly clock: Clock;
  readonly random: () => number;
  readonly corpId: string;
  readonly settings: Settings;
  readonly apps: Map<string, App>;
  readonly people: Map<string, Person>;
  readonly groups: Map<string, Group>;
  readonly robots: Map<string, Robot>;
  /** Every message in the order in which it came; recalled ones are gone. */
  readonly messages: Message[];
  /** What the real platform would let pass, but nobody should rely on. */
  readonly warnings: string[];
  /** Aborts when the fake is closed. */
  readonly stop: AbortSignal;
  /** A new id; the same in every run. */
  id(prefix: string): string;
  /** Runs it once so much time has passed, unless the fake is closed before. */
  after(ms: number, run: () => void): void;
  person(who: string): Person;
  /** A group by id or title, or the own chat of a person: its conversation id. */
  conversation(where: string): string;
  /** The person whose own chat with the robot this is. */
  ownerOf(conversation: string): Person | undefined;
  add(message: Omit<Message, "id" | "at"> & { readonly id?: string }): Message;
  warn(text: string): void;
  /** Says that something has changed, to whoever waits for it. */
  changed(): void;
  onChange(listen: () => void): () => void;
  end(): void;
}

const OWN_CHAT = "cidOwn";

export function openWorld(options: WorldOptions): World {
  const stopping = new AbortController();
  // Everything that waits listens to it.
  setMaxListeners(0, stopping.signal);
  const listeners = new Set<() => void>();
  const people = new Map(options.people.map((person) => [person.key, person]));
  const everybody = [...people.keys()];
  const apps = new Map(options.apps.map((app) => [app.clientId, app]));
  const groups = new Map(
    options.groups.map(({ id, title, members = everybody }): [string, Group] => [
      id,
      {
        id,
        title,
        members: new Set(members),
        apps: new Set(apps.keys()),
        disbanded: false,
        stopped: false,
        foreign: false,
      },
    ]),
  );
  let made = 0;

  function findPerson(who: string): Person | undefined {
    return people.get(who) ?? [...people.values()].find((one) => one.staffId === who || one.nick === who);
  }

  const world: World = {
    clock: options.clock,
    random: options.random,
    corpId: options.corpId ?? "dingfakecorp0001",
    settings: { ...defaultSettings(), ...options.settings },
    apps,
    people,
    groups,
    robots: new Map(options.robots.map((robot) => [robot.token, { ...robot }])),
    messages: [],
    warnings: [],
    stop: stopping.signal,
    id(prefix) {
      made += 1;
      return `${prefix}${made.toString(36).padStart(4, "0")}`;
    },
    after(ms, run) {
      void options.clock.sleep(ms, stopping.signal).then(() => {
        if (!stopping.signal.aborted) run();
      });
    },
    person(who) {
      const person = findPerson(who);
      if (person === undefined) throw new Error(`the fake knows nobody called '${who}'`);
      return person;
    },
    conversation(where) {
      if (where.startsWith(OWN_CHAT)) return where;
      const group = groups.get(where) ?? [...groups.values()].find(({ title }) => title === where);
      if (group !== undefined) return group.id;
      const person = findPerson(where);
      if (person !== undefined) return `${OWN_CHAT}${person.key}==`;
      throw new Error(`the fake has no group and nobody called '${where}'`);
    },
    ownerOf: (conversation) =>
      conversation.startsWith(OWN_CHAT)
        ? people.get(conversation.slice(OWN_CHAT.length, -"==".length))
        : undefined,
    add(message) {
      const added: Message = { id: world.id("msg"), at: options.clock.now(), ...message };
      world.messages.push(added);
      world.changed();
      return added;
    },
    warn(text) {
      world.warnings.push(text);
    },
    changed() {
      for (const listen of [...listeners]) listen();
    },
    onChange(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    end: () => stopping.abort(),
  };
  return world;
}
