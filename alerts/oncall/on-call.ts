/** Who is on call: rotations of the file and of the chat, with the swaps that people agreed on and what calendars say. */
import type { Change, Store } from "../../storage/store.ts";
import { located } from "../muting/time-interval.ts";
import type { TimeSpan } from "../muting/time-interval-config.ts";
import type { Human, Humans } from "./humans.ts";
import type { RotationConfig } from "./oncall-config.ts";
import type { Layer, Rotation, Span } from "./rotation.ts";
import { onCallAt } from "./schedule.ts";
import {
  type CalendarCopy,
  type MadeRotation,
  type OnCallTables,
  openOnCallTables,
  type Swap,
} from "./tables.ts";

/** A rotation as it stands, and where it comes from. */
export interface KnownRotation {
  readonly name: string;
  readonly rotation: Rotation;
  /** Where a change of hands is told. */
  readonly conversations: readonly string[];
  /** What `gengfu.yml` says of it; undefined: it is of the chat alone. */
  readonly file: RotationConfig | undefined;
  /** What was made in chat, where that counts: the file names nobody. */
  readonly made: MadeRotation | undefined;
  /** The last copy of its calendar, where it has one. */
  readonly calendar: CalendarCopy | undefined;
}

export interface OnCall {
  readonly tables: OnCallTables;
  /** Those of the file in its order, then those that were made in chat. */
  all(): readonly KnownRotation[];
  find(name: string): KnownRotation | undefined;
  /** Who has the duty of a rotation; undefined while nobody has, and where there is no such rotation. */
  holderOf(name: string, at: number): Human | undefined;
  humans(): Humans;
  /** Swaps of a rotation that are not over, in the order in which they were made. */
  swaps(rotation: string, at: number): readonly Swap[];
  addSwap(change: Change, swap: Omit<Swap, "id">): Swap;
  /** Takes a swap back; gives back what it was, or nothing when it is gone. */
  removeSwap(change: Change, id: number): Swap | undefined;
  putMade(change: Change, made: MadeRotation): void;
  /** Forgets a rotation made in chat with its swaps. */
  removeMade(change: Change, name: string): void;
}

export interface OnCallOptions {
  readonly store: Store;
  /** What the file in force says. */
  file(): readonly RotationConfig[];
  humans(): Humans;
  /** IANA name: that of rotations which name none. */
  readonly zone: string;
}

/** A swap is remembered for so long after its end. */
const KEPT_MS = 30 * 86_400_000;

/** Opens the tables; a store may be asked once. */
export function openOnCall({ store, file, humans, zone }: OnCallOptions): OnCall {
  const tables = openOnCallTables(store);

  function known(name: string, config: RotationConfig | undefined): KnownRotation {
    const isEmpty = config === undefined || (config.layers.length === 0 && config.ics === undefined);
    const made = isEmpty ? tables.made.get(name) : undefined;
    const here = config?.zone ?? made?.zone ?? zone;
    const calendar = config?.ics === undefined ? undefined : tables.calendars.get(name);
    const of = humans().of;
    // One human is one, whichever of their accounts stands where.
    const own = <S extends Span>(spans: Iterable<S>): Span[] =>
      [...spans].map(({ person, from, until }) => ({ person: of(person).id, from, until }));
    const layers: readonly Layer[] =
      made === undefined ? layersOf(config, here) : [{ ...made, active: undefined }];
    return {
      name,
      file: config,
      made,
      calendar,
      conversations: config?.conversations.length ? config.conversations : (made?.conversations ?? []),
      rotation: {
        name,
        zone: here,
        layers: layers.map((layer) => ({ ...layer, people: layer.people.map((id) => of(id).id) })),
        active: timesOf(config?.active, here),
        calendar: own(calendar?.spans ?? []),
        swaps: own(swapsOf(name)),
      },
    };
  }

  function swapsOf(name: string): readonly Swap[] {
    return [...tables.swaps.values()].filter(({ rotation }) => rotation === name);
  }

  function find(name: string): KnownRotation | undefined {
    const config = file().find((one) => one.name === name);
    return config !== undefined || tables.made.get(name) !== undefined ? known(name, config) : undefined;
  }

  return {
    tables,
    humans,
    find,
    all() {
      const written = file();
      const names = new Set(written.map(({ name }) => name));
      const made = [...tables.made.values()].filter(({ name }) => !names.has(name));
      return [
        ...written.map((config) => known(config.name, config)),
        ...made.map(({ name }) => known(name, undefined)),
      ];
    },
    holderOf(name, at) {
      const rotation = find(name)?.rotation;
      const person = rotation === undefined ? undefined : onCallAt(rotation, at);
      return person === undefined ? undefined : humans().of(person);
    },
    swaps: (name, at) => swapsOf(name).filter(({ until }) => until > at),
    addSwap(change, given) {
      const swap = { ...given, id: change.next("oncallSwaps") };
      change.put(tables.swaps, String(swap.id), swap);
      for (const { id, until } of tables.swaps.values())
        if (until < given.at - KEPT_MS) change.remove(tables.swaps, String(id));
      return swap;
    },
    removeSwap(change, id) {
      const swap = change.get(tables.swaps, String(id));
      if (swap !== undefined) change.remove(tables.swaps, String(id));
      return swap;
    },
    putMade: (change, made) => change.put(tables.made, made.name, made),
    removeMade(change, name) {
      change.remove(tables.made, name);
      for (const { id } of swapsOf(name)) change.remove(tables.swaps, String(id));
    },
  };
}

function layersOf(config: RotationConfig | undefined, zone: string): readonly Layer[] {
  return (config?.layers ?? []).map((layer) => ({ ...layer, active: timesOf(layer.active, zone) }));
}

function timesOf(spans: readonly TimeSpan[] | undefined, zone: string): Layer["active"] {
  return spans === undefined ? undefined : located({ name: "", spans }, zone);
}
