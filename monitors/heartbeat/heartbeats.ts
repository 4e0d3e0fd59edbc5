/** All heartbeats: what was told is on disk, and times in which nobody watched are reckoned with. */
import type { Change } from "../../storage/store.ts";
import type { Look, ToldSight } from "../monitor.ts";
import type { MonitorBook, MonitorRecord } from "../monitor-book.ts";
import { type Outage, openAttendance } from "../told/attendance.ts";
import { createPace } from "../told/pace.ts";
import type { ToldDeps } from "../told/told.ts";
import { type Beat, decodeBeat, heard, newBeat, type Ping, paused, setBack } from "./beat.ts";
import { type Expectation, expectationOf, type HeartbeatOptions } from "./options.ts";
import { lookAt } from "./report.ts";
import { afterOutage, verdictOf } from "./verdict.ts";

/** So many pings of one may come at once, and one more a second. */
const BURST = 60;
const REFILL_MS = 1_000;

/** What became of a ping: it is on disk, or it came too soon after the others. */
export type Taken = { readonly is: "taken" } | { readonly is: "too-often"; readonly waitMs: number };

export interface Heartbeats extends ToldSight {
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

/** Opens the tables of heartbeats. The book must be of the same store. */
export function openHeartbeats(deps: ToldDeps): Heartbeats {
  const { store, book, clock, elapsed, zone, log } = deps;
  const beats = store.table("heartbeats", decodeBeat);
  const index = indexOf(book);
  const pace = createPace(BURST, REFILL_MS);
  const expectations = new WeakMap<object, Expectation>();
  const attendance = openAttendance({
    store,
    clock,
    log,
    table: "heartbeat_watch",
    what: "heartbeats",
    isIdle: () => index.size === 0 && beats.size === 0,
    reckon,
  });
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

  return {
    async start() {
      unwatch = book.table.watch((_, after, before) => {
        if (after?.kind !== "heartbeat" && before?.kind !== "heartbeat") return;
        attendance.changed();
      });
      await attendance.start();
    },

    async stop() {
      unwatch();
      await attendance.stop();
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
          attendance.refused();
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
      const outage = attendance.outageAt(now);
      // The commit that says so may be on its way, or be refused.
      const beat = outage === undefined ? stored : afterOutage(stored, plan, outage);
      const heldAt = attendance.standingAt(now);
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
