/**
 * Says when a duty changes hands. Whose it was is stored in the commit that wants the message, so that it is said once,
 * whatever happens in between; what changed while nobody was awake is told as it stands now, not change by change.
 */
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import { keepLoop } from "../loop.ts";
import type { NameOf } from "../words.ts";
import { handoverCard } from "./handover-card.ts";
import type { KnownRotation, OnCall } from "./on-call.ts";
import type { Rotation } from "./rotation.ts";
import { nextChange, onCallAt } from "./schedule.ts";
import type { Duty } from "./tables.ts";

export interface HandoverOptions {
  readonly store: Store;
  readonly book: AlertBook;
  readonly onCall: OnCall;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  readonly nameOf: NameOf;
}

export interface Handovers {
  /** Tells what has changed hands until `at`; true when anything was written down. Rejects with NotSaved. */
  due(at: number): Promise<boolean>;
  nextAt(): number;
  /** Looks again: the file may say something else now. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

/** More changes that were slept through than this are not followed one by one. */
const MOST_FOLLOWED = 1_000;

export function openHandovers(options: HandoverOptions): Handovers {
  const { store, book, onCall, clock, log, locale, nameOf } = options;
  const { duties, swaps, made, calendars } = onCall.tables;
  /** Whether a schedule may say something else than when it was looked at last; of the file nobody knows. */
  let isStale = true;

  /** What has to be written down for a rotation at `at`, if anything. */
  function work(
    { name, rotation, conversations }: KnownRotation,
    at: number,
  ): ((change: Change) => void) | undefined {
    const before = duties.get(name);
    if (!isStale && before !== undefined && (before.nextAt ?? Number.POSITIVE_INFINITY) > at)
      return undefined;
    const person = onCallAt(rotation, at);
    const nextAt = nextChange(rotation, at);
    const after: Duty = {
      rotation: name,
      ...(person === undefined ? {} : { person }),
      ...(nextAt === undefined ? {} : { nextAt }),
    };
    const isSame = before !== undefined && before.person === person && before.nextAt === nextAt;
    if (isSame) return undefined;
    const from = before === undefined ? person : lastHolder(rotation, before, at);
    const { of } = onCall.humans();
    return (change) => {
      // A commit on its way to disk may have told it already.
      if (change.get(duties, name) !== before) return;
      change.put(duties, name, after);
      if (from === person || conversations.length === 0) return;
      const card = handoverCard(
        {
          rotation: name,
          zone: rotation.zone,
          from: from === undefined ? undefined : of(from),
          to: person === undefined ? undefined : of(person),
          until: nextAt,
          at,
        },
        { book, locale, nameOf },
      );
      book.post(change, conversations, card, "normal", at);
    };
  }

  async function due(at: number): Promise<boolean> {
    const acts: ((change: Change) => void)[] = [];
    const living = new Set<string>();
    for (const known of onCall.all()) {
      living.add(known.name);
      const act = work(known, at);
      if (act !== undefined) acts.push(act);
    }
    for (const { rotation } of duties.values())
      if (!living.has(rotation)) acts.push((change) => change.remove(duties, rotation));
    isStale = false;
    if (acts.length === 0) return false;
    try {
      await store.commit((change) => {
        for (const act of acts) act(change);
      });
    } catch (error) {
      isStale = true;
      throw error;
    }
    return true;
  }

  function nextAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const duty of duties.values()) next = Math.min(next, duty.nextAt ?? next);
    return next;
  }

  const loop = keepLoop({ clock, log, name: "on call", run: due, nextAt });
  const wake = (): void => {
    isStale = true;
    loop.wake();
  };
  const unwatch = [swaps.watch(wake), made.watch(wake), calendars.watch(wake)];
  return {
    due,
    nextAt,
    wake,
    start: () => loop.start(),
    async stop() {
      for (const end of unwatch) end();
      await loop.stop();
    },
  };
}

/** Who had it just before whoever has it at `at`: by the schedule, and where that knows of no change, as was told. */
function lastHolder(rotation: Rotation, before: Duty, at: number): string | undefined {
  let last: number | undefined;
  let moment: number | undefined = before.nextAt === undefined ? undefined : before.nextAt - 1;
  for (let followed = 0; moment !== undefined && followed < MOST_FOLLOWED; followed++) {
    moment = nextChange(rotation, moment);
    if (moment === undefined || moment > at) break;
    last = moment;
  }
  return last === undefined ? before.person : onCallAt(rotation, last - 1);
}
