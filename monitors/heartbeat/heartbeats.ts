/** All heartbeats: what was told is on disk, and times in which nobody watched are reckoned with. */
import { z } from "zod";
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { HeartbeatSight, Look } from "../monitor.ts";
import type { MonitorBook, MonitorRecord } from "../monitor-book.ts";
import { type Beat, decodeBeat, heard, newBeat, type Ping, paused, setBack } from "./beat.ts";
import { type Expectation, expectationOf, type HeartbeatOptions } from "./options.ts";
import { createPace } from "./pace.ts";
import { lookAt } from "./report.ts";
import { afterOutage, type Outage, verdictOf } from "./verdict.ts";

/** How often it is put down that somebody watches, in milliseconds. */
const ROUND_MS = 30_000;

/** When nobody said so for longer than this, nobody watched: the machine slept, its clock jumped, the disk was full. */
const GAP_MS = 3 * ROUND_MS;

/**
 * A shorter time is a restart: the printed lines try again for half a minute, and nothing is lost. Nobody is called down
 * for as long after it, since what was sent meanwhile is still on its way.
 */
const SHORT_MS = 60_000;

export interface HeartbeatDeps {
  readonly store: Store;
  readonly book: MonitorBook;
  readonly clock: Clock;
  /** Milliseconds that never turn back. */
  readonly elapsed: () => number;
  /** IANA name of the zone of schedules that name none. */
  readonly zone: string;
  readonly log: Log;
  /** A ping changed how this monitor stands. */
  news(monitor: string): void;
}

/** What became of a ping: it is on disk, or it came too soon after the others. */
export type Taken = { readonly is: "taken" } | { readonly is: "too-often"; readonly waitMs: number };

export interface Heartbeats extends HeartbeatSight {
  /** Reckons with the time since the last stop; resolves when that is on disk. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The monitor that a uuid, or a token of `/api/push`, belongs to. */
  find(address: string): MonitorRecord | undefined;
  findBySlug(slug: string): MonitorRecord | undefined;
  /** Takes a ping in; resolves when it is on disk. Rejects with NotSaved when the disk refuses. */
  take(record: MonitorRecord, ping: Ping): Promise<Taken>;
  /** What was said last, as far as it was said; for people. */
  beatOf(record: MonitorRecord): Beat | undefined;
}

const aliveSchema = z.strictObject({ aliveAt: z.number() });

/** Opens the tables of heartbeats. The book must be of the same store. */
export function openHeartbeats(deps: HeartbeatDeps): Heartbeats {
  const { store, book, clock, elapsed, zone, log } = deps;
  const beats = store.table("heartbeats", decodeBeat);
  const alive: Table<{ readonly aliveAt: number }> = store.table("heartbeat_watch", (raw) =>
    aliveSchema.parse(raw),
  );
  const index = indexOf(book);
  const pace = createPace();
  const expectations = new WeakMap<object, Expectation>();
  const stopping = new AbortController();
  /** When somebody was last known to watch. */
  let seenAt = alive.get("watchman")?.aliveAt ?? clock.now();
  let isStale = true;
  /** The disk refused something since then: a ping may have been turned away. */
  let hasRefused = false;
  /** Until the second of these everything stands as it did at the first, unless something was told. */
  let held = { at: 0, until: 0 };
  let wake = new AbortController();
  let loop: Promise<void> | undefined;
  let unwatch = (): void => {};

  function expected(options: object): Expectation {
    let found = expectations.get(options);
    if (found === undefined) {
      // Read by the schema of the kind, whoever made the record.
      found = expectationOf(options as HeartbeatOptions, zone);
      expectations.set(options, found);
    }
    return found;
  }

  function outageAt(now: number): Outage | undefined {
    return now - seenAt > (hasRefused ? SHORT_MS : GAP_MS) ? { from: seenAt, until: now } : undefined;
  }

  /** Makes what is stored agree with the monitors there are, and with the time in which nobody watched. */
  function reckon(change: Change, now: number, outage: Outage | undefined): void {
    const known = new Set<string>();
    for (const [uuid, record] of index.byUuid()) {
      known.add(uuid);
      const before = change.get(beats, uuid);
      let beat = setBack(before ?? newBeat(now), now);
      if (outage !== undefined) beat = afterOutage(beat, expected(record.options), outage);
      beat = paused(beat, record.paused, now);
      if (beat !== before) change.put(beats, uuid, beat);
    }
    for (const [uuid] of beats.entries()) {
      if (known.has(uuid)) continue;
      change.remove(beats, uuid);
      pace.forget(uuid);
    }
  }

  async function round(outage: Outage | undefined): Promise<void> {
    const now = clock.now();
    if (index.size === 0 && beats.size === 0) {
      seenAt = now;
      isStale = false;
      hasRefused = false;
      return;
    }
    const stale = isStale || outage !== undefined || now < seenAt;
    isStale = false;
    try {
      await store.commit((change) => {
        if (stale) reckon(change, now, outage);
        change.put(alive, "watchman", { aliveAt: now });
      });
      seenAt = now;
      hasRefused = false;
    } catch (error) {
      isStale = stale;
      hasRefused = true;
      throw error;
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      if (!isStale) await clock.sleep(ROUND_MS, wake.signal);
      if (stopping.signal.aborted) return;
      try {
        await round(outageAt(clock.now()));
      } catch (err) {
        log.warn({ err }, "heartbeats could not be put down; until they can, nobody knows of them");
        await clock.sleep(ROUND_MS, stopping.signal);
      }
    }
  }

  return {
    async start() {
      unwatch = book.table.watch((_, after, before) => {
        if (after?.kind !== "heartbeat" && before?.kind !== "heartbeat") return;
        isStale = true;
        wake.abort();
      });
      const from = alive.get("watchman")?.aliveAt;
      const now = clock.now();
      if (from !== undefined && from < now) held = { at: from, until: now + SHORT_MS };
      await round(from === undefined || now - from < SHORT_MS ? undefined : { from, until: now });
      loop = run();
    },

    async stop() {
      stopping.abort();
      unwatch();
      wake.abort();
      await loop;
      if (outageAt(clock.now()) === undefined)
        await round(undefined).catch((err) => log.warn({ err }, "the end of the watch is not on disk"));
    },

    find: (address) => index.find(address),
    findBySlug: (slug) => index.findBySlug(slug),
    beatOf: (record) => beats.get(uuidOf(record)),

    async take(record, ping) {
      const uuid = uuidOf(record);
      const waitMs = pace.take(uuid, elapsed());
      if (waitMs > 0) return { is: "too-often", waitMs };
      const at = clock.now();
      const plan = expected(record.options);
      const isNews = await store
        .commit((change) => {
          const before = change.get(beats, uuid) ?? newBeat(at);
          const after = heard(before, ping, at, plan.longestRunMs);
          change.put(beats, uuid, after);
          return !before.paused && standing(before, plan, at) !== standing(after, plan, at);
        })
        .catch((error: unknown) => {
          hasRefused = true;
          throw error;
        });
      if (isNews) deps.news(record.name);
      return { is: "taken" };
    },

    look(options): Look {
      const { uuid } = options as HeartbeatOptions;
      const now = clock.now();
      const plan = expected(options);
      const stored = (uuid === undefined ? undefined : beats.get(uuid)) ?? newBeat(now);
      const outage = outageAt(now);
      // The commit that says so may be on its way, or be refused.
      const beat = outage === undefined ? stored : afterOutage(stored, plan, outage);
      const heldAt = hasRefused ? seenAt : now < held.until ? held.at : now;
      return lookAt(beat, plan, beat.from > heldAt ? now : heldAt);
    },
  };
}

function standing(beat: Beat, plan: Expectation, at: number): string {
  const verdict = verdictOf(beat, plan, at);
  return verdict.is === "down" ? verdict.why : verdict.is;
}

/** Every heartbeat in the book has one: it was made up when it was made. */
function uuidOf({ options }: MonitorRecord): string {
  return String(options["uuid"]);
}

/** Whom an address belongs to, found without looking through all of them. */
function indexOf({ table }: MonitorBook) {
  let byUuid = new Map<string, MonitorRecord>();
  let byToken = new Map<string, MonitorRecord>();
  let bySlug = new Map<string, MonitorRecord>();
  let isOld = true;
  table.watch((_, after, before) => {
    if (after?.kind === "heartbeat" || before?.kind === "heartbeat") isOld = true;
  });

  function fresh(): void {
    if (!isOld) return;
    isOld = false;
    byUuid = new Map();
    byToken = new Map();
    bySlug = new Map();
    for (const record of table.values()) {
      if (record.kind !== "heartbeat") continue;
      const { uuid = "", push_token, slug } = record.options as HeartbeatOptions;
      // One that the file took over from the chat with its address is the file's.
      if (byUuid.has(uuid) && record.source.kind !== "file") continue;
      byUuid.set(uuid, record);
      if (push_token !== undefined) byToken.set(push_token, record);
      if (slug !== undefined) bySlug.set(slug, record);
    }
  }

  return {
    get size() {
      fresh();
      return byUuid.size;
    },
    byUuid(): ReadonlyMap<string, MonitorRecord> {
      fresh();
      return byUuid;
    },
    find(address: string): MonitorRecord | undefined {
      fresh();
      return byUuid.get(address.toLowerCase()) ?? byToken.get(address);
    },
    findBySlug(slug: string): MonitorRecord | undefined {
      fresh();
      return bySlug.get(slug);
    },
  };
}
