/** Puts on call together: who it is, the messages at a change of hands, and the calendars that are read and written. */
import { randomBytes } from "node:crypto";
import type { AlertBook } from "../../alerts/alert-book.ts";
import { type Handovers, openHandovers } from "../../alerts/oncall/handovers.ts";
import { type OnCall, openOnCall } from "../../alerts/oncall/on-call.ts";
import type { NameOf } from "../../alerts/words.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store } from "../../storage/store.ts";
import type { AddDoors } from "../http/doors.ts";
import { onCallDoors } from "../http/oncall-doors.ts";
import type { InForce } from "../in-force.ts";
import { openFeedKey } from "./feed-key.ts";

export interface OnCallDeps {
  readonly store: Store;
  now(): InForce;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  /** IANA name. */
  readonly zone: string;
  readonly nameOf: NameOf;
  /** Where people reach this Gengfu, without a slash at the end. */
  origin(): string;
  readonly apiToken: string | undefined;
}

export interface OnCallHouse {
  readonly onCall: OnCall;
  /** The address of a rotation's calendar, with what opens it. */
  calendarOf(rotation: string): string;
  readonly doors: AddDoors;
  /** Writes what the start needs. */
  prepare(change: Change): void;
  /** The file may say something else now. */
  reloaded(): void;
  start(book: AlertBook): void;
  stop(): Promise<void>;
}

export function openOnCallHouse(deps: OnCallDeps): OnCallHouse {
  const { store, now, clock, log, locale, zone, nameOf, origin, apiToken } = deps;
  const onCall = openOnCall({
    store,
    file: () => now().config.oncall,
    humans: () => now().humans,
    zone,
  });
  const key = openFeedKey(store, randomBytes);
  const tokenOf = (rotation: string): string =>
    onCall.find(rotation)?.file?.icsToken ?? key.tokenOf(rotation);
  let handovers: Handovers | undefined;
  return {
    onCall,
    calendarOf: (rotation) =>
      `${origin()}/oncall/${encodeURIComponent(rotation)}.ics?token=${encodeURIComponent(tokenOf(rotation))}`,
    doors: onCallDoors({ onCall, tokenOf, apiToken, clock, locale, nameOf }),
    prepare: (change) => key.prepare(change),
    reloaded: () => handovers?.wake(),
    start(book) {
      handovers = openHandovers({ store, book, onCall, clock, log, locale, nameOf });
      handovers.start();
    },
    stop: async () => handovers?.stop(),
  };
}
