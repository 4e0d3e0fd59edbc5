/** Calendars out of which rotations are read: fetched now and then; the last good copy counts while one cannot be read. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { keepLoop } from "../../alerts/loop.ts";
import type { ListedPerson } from "../../alerts/oncall/humans.ts";
import type { OnCall } from "../../alerts/oncall/on-call.ts";
import type { RotationConfig } from "../../alerts/oncall/oncall-config.ts";
import type { CalendarCopy } from "../../alerts/oncall/tables.ts";
import { civil, dayNumber } from "../../storage/civil.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import type { Variables } from "../http-client/proxy.ts";
import { fetchCalendar, tooLarge } from "./fetch-calendar.ts";
import { CalendarError, readCalendar } from "./read-calendar.ts";

export interface FeedDeps {
  readonly store: Store;
  readonly onCall: OnCall;
  file(): { readonly oncall: readonly RotationConfig[]; readonly people: readonly ListedPerson[] };
  readonly clock: Clock;
  readonly log: Log;
  /** What names the proxies; the environment where nothing is said. */
  readonly variables?: Variables;
}

export interface Feeds {
  /** Reads all that is due at `at`. Rejects with NotSaved when the disk refuses. */
  due(at: number): Promise<void>;
  /** The file may name others now: all are read at once. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

const EVERY_MS = 10 * 60_000;
/** After one that could not be read. */
const AGAIN_MS = 60_000;
const LARGEST_BYTES = 2 * 1024 * 1024;
const DAY_MS = 86_400_000;

export function openFeeds({ store, onCall, file, clock, log, variables }: FeedDeps): Feeds {
  const { calendars } = onCall.tables;
  /** When each is read next, by the name of its rotation; since this start. */
  const next = new Map<string, number>();
  /** Which file named them: what was read for an older one says nothing of when to read again. */
  let edition = 0;
  const halt = new AbortController();

  async function read(name: string, source: string, at: number): Promise<void> {
    const digest = createHash("sha256").update(source).digest("hex").slice(0, 32);
    const asOf = edition;
    const kept = calendars.get(name);
    const before = kept?.source === digest ? kept : undefined;
    let copy: CalendarCopy;
    try {
      const { spans, unknown } = await readCalendar(await textOf(source, halt.signal, variables), {
        zone: onCall.find(name)?.rotation.zone ?? "UTC",
        people: file().people,
        ...windowAt(at),
      });
      copy = { rotation: name, source: digest, spans: [...spans], unknown: [...unknown], readAt: at };
    } catch (error) {
      if (halt.signal.aborted) return;
      const { zh, en } = reasonOf(error);
      const empty = { rotation: name, source: digest, spans: [], unknown: [] };
      copy = { ...(before ?? empty), trouble: { at, zh, en } };
      if (before?.trouble?.en !== en) log.warn({ rotation: name, reason: en }, "a calendar cannot be read");
    }
    // That it was read again and says the same is no news for the disk.
    if (before === undefined || !isDeepStrictEqual(told(before), told(copy)))
      await store.commit((change) => change.put(calendars, name, copy));
    if (asOf === edition) next.set(name, at + (copy.trouble === undefined ? EVERY_MS : AGAIN_MS));
  }

  async function due(at: number): Promise<void> {
    const named = file().oncall.filter(({ ics }) => ics !== undefined);
    const gone = [...calendars.values()].filter(
      ({ rotation }) => !named.some(({ name }) => name === rotation),
    );
    if (gone.length > 0)
      await store.commit((change) => {
        for (const { rotation } of gone) change.remove(calendars, rotation);
      });
    const waiting = named.filter(({ name }) => (next.get(name) ?? at) <= at);
    await Promise.all(waiting.map(({ name, ics = "" }) => read(name, ics, at)));
  }

  const loop = keepLoop({
    clock,
    log,
    name: "calendars",
    run: due,
    nextAt() {
      const named = file().oncall.filter(({ ics }) => ics !== undefined);
      return Math.min(...named.map(({ name }) => next.get(name) ?? 0), Number.POSITIVE_INFINITY);
    },
  });
  return {
    due,
    wake() {
      edition++;
      next.clear();
      loop.wake();
    },
    start: () => loop.start(),
    async stop() {
      halt.abort();
      await loop.stop();
    },
  };
}

/** What of a copy somebody may want to know. */
function told({ source, spans, unknown, trouble }: CalendarCopy): object {
  return { source, spans, unknown, trouble: trouble?.en };
}

/** From the month before last to three months ahead; it moves once a month, so that a copy stays the same. */
function windowAt(at: number): { readonly from: number; readonly until: number } {
  const { year, month } = civil(Math.floor(at / DAY_MS));
  const first = (months: number): number => {
    const index = year * 12 + month - 1 + months;
    return dayNumber(Math.floor(index / 12), (index % 12) + 1, 1) * DAY_MS;
  };
  return { from: first(-1), until: first(5) };
}

async function textOf(source: string, signal: AbortSignal, variables?: Variables): Promise<string> {
  return /^https?:\/\//i.test(source)
    ? fetchCalendar(source, LARGEST_BYTES, signal, variables)
    : readText(source);
}

async function readText(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    if (size > LARGEST_BYTES) throw tooLarge(LARGEST_BYTES);
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** Nothing of the address: it may hold a secret. */
function reasonOf(error: unknown): Text {
  if (error instanceof CalendarError) return error.text;
  const { name, code, cause } = error as { name?: string; code?: string; cause?: { code?: string } };
  const word = code ?? cause?.code ?? name ?? "?";
  if (name === "TimeoutError") return { zh: "30 秒内没有回答", en: "no answer within 30 s" };
  return { zh: `读取失败（${word}）`, en: `it could not be read (${word})` };
}
