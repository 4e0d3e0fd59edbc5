/** The monitors that there are, in the table `monitors`: made in chat, written in `gengfu.yml`, or built in. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Text } from "../storage/locale.ts";
import type { Change, Store, Table } from "../storage/store.ts";
import {
  addressesOf,
  type MonitorKinds,
  type MonitorSpec,
  monitorKinds,
  monitorName,
  readAddress,
} from "./index.ts";
import type { MonitorKind } from "./monitor.ts";
import { type ShapeStep, shapeOption } from "./shaping/steps.ts";

const sourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("chat"),
    person: z.string(),
    conversation: z.string(),
    /** Milliseconds since the Unix epoch. */
    at: z.number(),
  }),
  z.strictObject({ kind: z.literal("file") }),
  z.strictObject({ kind: z.literal("built-in") }),
]);

/** Where a monitor comes from. Only those from chat may be removed there, and only they are guarded. */
export type MonitorSource = z.output<typeof sourceSchema>;

/** One monitor as it is stored, under its name. */
export interface MonitorRecord extends MonitorSpec {
  readonly paused: boolean;
  readonly source: MonitorSource;
}

const recordSchema = z.strictObject({
  name: monitorName,
  kind: z.string(),
  options: z.record(z.string(), z.unknown()),
  intervalMs: z.int().positive(),
  timeoutMs: z.int().positive(),
  labels: z.record(z.string(), z.string()),
  shape: shapeOption.exactOptional(),
  paused: z.boolean(),
  source: sourceSchema,
});

/** Why the book does not take a change, in words for people. */
export class MonitorRefused extends Error {
  readonly text: Text;

  constructor(text: Text) {
    super(text.en);
    this.name = "MonitorRefused";
    this.text = text;
  }
}

/** A monitor made in chat that had to give its name to one from the file. */
export interface Renamed {
  readonly from: string;
  /** Its new name; absent where the file has one that does the same, and it is gone. */
  readonly to?: string;
}

export interface MonitorBook {
  readonly table: Table<MonitorRecord>;
  /** The monitor that looks at this address (`https://…`, `tcp://…`), however it is written. */
  findByUrl(url: string): MonitorRecord | undefined;
  /**
   * Throws `MonitorRefused` when the name is taken, or when another looks at the same single thing already. The built-in
   * one makes way.
   */
  add(change: Change, spec: MonitorSpec, source: MonitorSource): MonitorRecord;
  /**
   * Throws `MonitorRefused` when there is none of this name, or when it was not made in chat. The built-in one is back
   * when what stood in its place is gone.
   */
  remove(change: Change, name: string): MonitorRecord;
  /** Pauses or resumes. Throws `MonitorRefused` when there is none of this name, or the file names it. */
  pause(change: Change, name: string, paused: boolean): MonitorRecord;
  /**
   * Says what is made of a monitor's readings; nothing for no steps. Throws `MonitorRefused` when there is none of this
   * name, or the file names it.
   */
  reshape(change: Change, name: string, steps: readonly ShapeStep[]): MonitorRecord;
  /**
   * Makes the book agree with `gengfu.yml`, and adds the built-in `system` monitor unless there is another. The
   * file owns its names: a monitor made in chat under one of them is kept under a new name, or removed where it would
   * look at the same single thing. Throws `MonitorRefused` when the list has a name twice.
   */
  syncFileMonitors(change: Change, list: readonly MonitorSpec[]): readonly Renamed[];
}

/** The kind, and where it is free the name, of the monitor that is there from the start. */
const BUILT_IN = "system";

/** Opens the book over a store. Throws, naming what is wrong, when a stored monitor cannot be understood. */
export function createMonitorBook(
  store: Store,
  kinds: MonitorKinds = monitorKinds,
  uuid: () => string = randomUUID,
): MonitorBook {
  const table = store.table("monitors", (raw) => decode(raw, kinds));

  function existing(change: Change, name: string): MonitorRecord {
    const found = change.get(table, name);
    if (found === undefined) throw noSuchMonitor(name);
    return found;
  }

  /** With what its kind makes up for it, or has made up already. */
  function identified(spec: MonitorSpec, before: MonitorRecord | undefined): MonitorSpec {
    const kind: MonitorKind<unknown> | undefined = kinds[spec.kind];
    if (kind?.identify === undefined) return spec;
    const known = before?.kind === spec.kind ? before.options : undefined;
    return { ...spec, options: kind.identify(spec.options, known, uuid) as MonitorSpec["options"] };
  }

  function refuseSharedAddress(spec: MonitorSpec): void {
    const wanted = addressesOf(spec, kinds);
    if (wanted.length === 0) return;
    for (const other of table.values())
      for (const address of addressesOf(other, kinds))
        if (wanted.includes(address)) throw addressTaken(other.name);
  }

  const isSingle = (kind: string): boolean => kinds[kind]?.single === true;

  /** Of what there is only one, only one is watched; the built-in monitor makes way for one that somebody wants. */
  function makeWay(change: Change, spec: MonitorSpec): void {
    if (!isSingle(spec.kind)) return;
    for (const { name } of table.values()) {
      const other = change.get(table, name);
      if (other?.kind !== spec.kind) continue;
      if (other.source.kind !== "built-in") throw watchedAlready(name);
      change.remove(table, name);
    }
  }

  function put(change: Change, record: MonitorRecord): MonitorRecord {
    change.put(table, record.name, record);
    return record;
  }

  function freeName(change: Change, wanted: string, taken: ReadonlySet<string>): string {
    for (let i = 2; ; i++) {
      const name = `${wanted}-${i}`;
      if (!taken.has(name) && change.get(table, name) === undefined) return name;
    }
  }

  function ensureBuiltIn(change: Change, taken: ReadonlySet<string>): void {
    const system = kinds[BUILT_IN];
    if (system === undefined) return;
    for (const { name, source } of table.values())
      if (source.kind === "built-in" && change.get(table, name)?.source.kind === "built-in") return;
    const free = change.get(table, BUILT_IN) === undefined;
    put(change, {
      name: free ? BUILT_IN : freeName(change, BUILT_IN, taken),
      kind: system.kind,
      options: {},
      intervalMs: system.intervalMs,
      timeoutMs: system.timeoutMs,
      labels: {},
      paused: false,
      source: { kind: "built-in" },
    });
  }

  return {
    table,

    findByUrl(url) {
      const wanted = readAddress(url);
      if (wanted === undefined) return undefined;
      for (const record of table.values()) {
        if (record.kind !== wanted.kind) continue;
        if (kinds[record.kind]?.instance(record.options) === wanted.instance) return record;
      }
      return undefined;
    },

    add(change, spec, source) {
      makeWay(change, spec);
      if (change.get(table, spec.name) !== undefined) throw nameTaken(spec.name);
      refuseSharedAddress(spec);
      return put(change, { ...identified(spec, undefined), paused: false, source });
    },

    remove(change, name) {
      const record = existing(change, name);
      if (record.source.kind === "file") throw ownedByFile(name);
      if (record.source.kind === "built-in") throw builtIn(name);
      change.remove(table, name);
      const isLast = ![...table.values()].some((other) => other.kind === BUILT_IN && other.name !== name);
      if (record.kind === BUILT_IN && isLast) ensureBuiltIn(change, new Set());
      return record;
    },

    pause(change, name, paused) {
      const record = existing(change, name);
      if (record.source.kind === "file") throw ownedByFile(name);
      return record.paused === paused ? record : put(change, { ...record, paused });
    },

    reshape(change, name, steps) {
      const { shape: _, ...record } = existing(change, name);
      if (record.source.kind === "file") throw ownedByFile(name);
      return put(change, steps.length === 0 ? record : { ...record, shape: steps });
    },

    syncFileMonitors(change, list) {
      const named = new Set<string>();
      for (const { name } of list) {
        if (named.has(name)) throw nameTaken(name);
        named.add(name);
      }
      // Two system monitors would double every alert about this machine.
      let hasSystem = list.some(({ kind }) => kind === "system");
      for (const { kind, source } of table.values())
        if (kind === "system" && source.kind === "chat") hasSystem = true;
      for (const { name, source } of table.values()) {
        const replaced = source.kind === "built-in" && hasSystem;
        if ((source.kind === "file" || replaced) && !named.has(name)) change.remove(table, name);
      }
      const isGivenUp = ({ kind, source }: MonitorRecord): boolean =>
        source.kind === "chat" && isSingle(kind) && list.some((spec) => spec.kind === kind);
      const renamed: Renamed[] = [];
      for (const one of [...table.values()].filter(isGivenUp)) {
        if (!named.has(one.name)) change.remove(table, one.name);
        renamed.push({ from: one.name });
      }
      for (const spec of list) {
        const there = change.get(table, spec.name);
        if (there?.source.kind === "chat" && !isGivenUp(there)) {
          const to = freeName(change, spec.name, named);
          put(change, { ...there, name: to });
          renamed.push({ from: spec.name, to });
        }
        const known = there?.source.kind === "file" ? there : undefined;
        const record: MonitorRecord = {
          ...identified(spec, known),
          paused: false,
          source: { kind: "file" },
        };
        // A start with an unchanged file changes nothing: no commit, no news for those who watch.
        if (there?.source.kind !== "file" || !same(there, record)) put(change, record);
      }
      if (!hasSystem) ensureBuiltIn(change, named);
      return renamed;
    },
  };
}

function decode(raw: unknown, kinds: MonitorKinds): MonitorRecord {
  const record = recordSchema.parse(raw);
  const kind = kinds[record.kind];
  if (kind === undefined) throw new Error(`kind: there is no monitor kind ${JSON.stringify(record.kind)}`);
  return { ...record, options: kind.options.parse(record.options) };
}

function same(a: MonitorRecord, b: MonitorRecord): boolean {
  return JSON.stringify(recordSchema.parse(a)) === JSON.stringify(recordSchema.parse(b));
}

function noSuchMonitor(name: string): MonitorRefused {
  return new MonitorRefused({ zh: `没有名为“${name}”的监控`, en: `there is no monitor named "${name}"` });
}

function nameTaken(name: string): MonitorRefused {
  return new MonitorRefused({
    zh: `已有名为“${name}”的监控`,
    en: `there is a monitor named "${name}" already`,
  });
}

function watchedAlready(by: string): MonitorRefused {
  return new MonitorRefused({
    zh: `本机已由监控“${by}”在看，再加一个会让每条告警都变成两条`,
    en: `this machine is watched already by the monitor "${by}"; another would double every alert about it`,
  });
}

function addressTaken(by: string): MonitorRefused {
  return new MonitorRefused({
    zh: `监控“${by}”已经用了这个地址`,
    en: `the monitor "${by}" has that address already`,
  });
}

function ownedByFile(name: string): MonitorRefused {
  return new MonitorRefused({
    zh: `监控“${name}”写在 gengfu.yml 里，请在那里修改`,
    en: `the monitor "${name}" is written in gengfu.yml; change it there`,
  });
}

function builtIn(name: string): MonitorRefused {
  return new MonitorRefused({
    zh: `监控“${name}”是内置的，不能删除，可以暂停`,
    en: `the monitor "${name}" is built in; it can be paused, not removed`,
  });
}
