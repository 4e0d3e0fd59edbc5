/** What time alone brings about: what incidents have waited for, a silence that begins or is over, a reminder due. */
import type { Change, Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import type { Reminders } from "../evaluation/reminders.ts";
import { holdOf } from "../muting/hold.ts";
import { routeHold } from "../muting/mute.ts";
import type { Silence } from "../muting/silence.ts";
import { remindOfSilence } from "../muting/silence-reminder.ts";
import { prune } from "../prune.ts";
import { isDue } from "../routing/incident-route.ts";
import { settle } from "../routing/telling.ts";
import { elapse } from "./elapse.ts";
import type { Incident } from "./incident.ts";

export interface Deadlines {
  /** Does everything that is due at `at`; true when anything was. Rejects with NotSaved when the disk refuses. */
  due(at: number): Promise<boolean>;
  /** When the next thing is due, if nothing changes until then; Infinity when nothing is. */
  nextAt(at: number): number;
}

export interface DeadlineOptions {
  readonly store: Store;
  readonly book: AlertBook;
  readonly reminders: Reminders;
}

const PRUNE_EVERY_MS = 60 * 60_000;
/** So many incidents per commit, so that nobody waits behind a long one. */
const BATCH = 500;
/** What is held back is asked about at least so often, for whatever neither a source nor the time lets go. */
const ASK_HELD_EVERY_MS = 5_000;
/** Time intervals begin and end with a minute, in every zone there is. */
const MINUTE_MS = 60_000;
/** Reads what is on disk: a question before a commit. */
const READ: Pick<Change, "get"> = { get: (table, id) => table.get(id) };

export function openDeadlines({ store, book, reminders }: DeadlineOptions): Deadlines {
  let prunedAt: number | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let releasedThen = 0;

  /** Each unit does one commit's worth and says whether it did anything; then it is asked again. */
  const units: readonly ((at: number) => Promise<boolean>)[] = [
    elapseIncidents,
    drawSilences,
    remindOfSilences,
    tellHeld,
    (at) => reminders.due(at),
    forget,
  ];

  async function elapseIncidents(at: number): Promise<boolean> {
    const due: number[] = [];
    for (const [id, deadline] of book.index.deadlines) {
      if (deadline <= at) due.push(id);
      if (due.length === BATCH) break;
    }
    if (due.length === 0) return false;
    return store.commit((change) => due.map((id) => elapse(book.context, change, id, at)).includes(true));
  }

  /**
   * What a muter holds back is told when it no longer does. A silence that ends tells by itself; an inhibition and a
   * time interval end without anybody writing it down, so they are asked again: when a source ends, with each minute,
   * and now and then.
   */
  async function tellHeld(at: number): Promise<boolean> {
    if (book.index.held.size === 0) return false;
    const released = book.context.inhibition.released();
    if (released === releasedThen && askedAt <= at && at < askAgainAt()) return false;
    askedAt = at;
    releasedThen = released;
    const free = [...book.index.held.values()].filter((incident) => isFree(incident, at));
    if (free.length === 0) return false;
    await store.commit((change) => {
      for (const { id } of free) {
        const now = change.get(book.tables.incidents, String(id));
        if (now !== undefined) settle(book.context, change, now, at);
      }
    });
    return true;
  }

  function askAgainAt(): number {
    const minute = (Math.floor(askedAt / MINUTE_MS) + 1) * MINUTE_MS;
    return Math.min(askedAt + ASK_HELD_EVERY_MS, minute);
  }

  function isFree(incident: Incident, at: number): boolean {
    const waits = incident.routes.filter((route) => route.heldBy !== undefined && isDue(route, at));
    const open = waits.filter((route) => routeHold(book.context, route, at) === undefined);
    return open.length > 0 && holdOf(book.context, READ, incident, at) === undefined;
  }

  async function remindOfSilences(at: number): Promise<boolean> {
    const due = [...book.index.silences.values()].filter(({ remindAt }) => isPast(remindAt, at));
    if (due.length === 0) return false;
    return store.commit((change) =>
      due.map(({ id }) => remindOfSilence(book, change, id, at)).includes(true),
    );
  }

  async function drawSilences(at: number): Promise<boolean> {
    const turning = [...book.index.silences.values()].filter((silence) => turnsAt(silence) <= at);
    if (turning.length === 0) return false;
    return store.commit((change) => {
      let any = false;
      for (const { id } of turning) {
        const now = change.get(book.tables.silences, String(id));
        if (now === undefined || now.drawn === "over" || turnsAt(now) > at) continue;
        any = true;
        // Begun and over while nobody was awake to see it: there is nothing to set back.
        if (now.drawn === "waiting" && now.endsAt <= at)
          change.put(book.tables.silences, String(id), over(now));
        else book.draw(change, now, at);
      }
      return any;
    });
  }

  async function forget(at: number): Promise<boolean> {
    if (prunedAt !== undefined && Math.abs(at - prunedAt) < PRUNE_EVERY_MS) return false;
    if (await prune(store, book, at)) return true;
    prunedAt = at;
    return false;
  }

  return {
    async due(at) {
      let any = false;
      for (const unit of units) while (await unit(at)) any = true;
      return any;
    },
    nextAt(at) {
      let next = Math.min(reminders.nextAt(), prunedAt === undefined ? at : prunedAt + PRUNE_EVERY_MS);
      for (const deadline of book.index.deadlines.values()) if (deadline < next) next = deadline;
      for (const silence of book.index.silences.values())
        next = Math.min(next, turnsAt(silence), silence.remindAt ?? next);
      if (book.index.held.size > 0) {
        const freed = askedAt > at || book.context.inhibition.released() !== releasedThen;
        next = Math.min(next, freed ? at : askAgainAt());
      }
      return next;
    },
  };
}

function over({ remindAt: _, ...silence }: Silence): Silence {
  return { ...silence, drawn: "over" };
}

/** When a silence next begins or ends; a hidden card that says so is due then. */
function turnsAt(silence: { drawn: string; startsAt: number; endsAt: number }): number {
  return silence.drawn === "waiting" ? silence.startsAt : silence.endsAt;
}

function isPast(moment: number | undefined, at: number): boolean {
  return moment !== undefined && moment <= at;
}
