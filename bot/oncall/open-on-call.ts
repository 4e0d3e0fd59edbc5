/** Puts on call together: who it is, the messages at a change of hands, and the calendars that are read and written. */
import { randomBytes } from "node:crypto";
import type { AlertBook } from "../../alerts/alert-book.ts";
import type { Channel } from "../../alerts/channel.ts";
import { type Handovers, openHandovers } from "../../alerts/oncall/handovers.ts";
import { openOnCall } from "../../alerts/oncall/on-call.ts";
import type { NameOf } from "../../alerts/words.ts";
import type { World } from "../../commands/world.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store } from "../../storage/store.ts";
import type { Environment } from "../environment.ts";
import type { AddDoors } from "../http/doors.ts";
import { onCallDoors } from "../http/oncall-doors.ts";
import type { InForce } from "../in-force.ts";
import { openFeeds } from "./calendar-feeds.ts";
import { type HolderOf, withDuties } from "./duties.ts";
import { openFeedKey } from "./feed-key.ts";
import { telling } from "./with-duties.ts";

export interface OnCallDeps {
  readonly store: Store;
  now(): InForce;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Pick<Environment, "LOCALE" | "TIMEZONE" | "PUBLIC_URL" | "API_TOKEN">;
  readonly nameOf: NameOf;
  /** Where this machine reaches it, without a slash at the end. */
  origin(): string;
}

export interface OnCallFace {
  /** What commands ask. */
  readonly world: Pick<World, "onCall" | "calendarOf">;
  /** What is in force, with whoever has the duty now where receivers name a rotation. */
  told(): InForce;
  /** Channels that say who it was. */
  telling(channels: Readonly<Record<string, Channel>>): Readonly<Record<string, Channel>>;
  readonly doors: AddDoors;
  /** Writes what the start needs. */
  prepare(change: Change): void;
  /** The file may say something else now. */
  reloaded(): void;
  start(book: AlertBook): void;
  stop(): Promise<void>;
}

export function openOnCallFace(deps: OnCallDeps): OnCallFace {
  const { store, now, clock, log, nameOf, origin } = deps;
  const { LOCALE: locale, TIMEZONE: zone, PUBLIC_URL: publicUrl, API_TOKEN: apiToken } = deps.environment;
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
  const feeds = openFeeds({ store, onCall, file: () => now().config, clock, log });
  const holderOf: HolderOf = (rotation) => onCall.holderOf(rotation, clock.now());
  return {
    world: {
      onCall,
      calendarOf: (rotation) =>
        `${publicUrl ?? origin()}/oncall/${encodeURIComponent(rotation)}.ics?token=${encodeURIComponent(tokenOf(rotation))}`,
    },
    told: () => withDuties(now(), holderOf),
    telling: (channels) =>
      telling(channels, { askedAt: (address) => now().asked.get(address), holderOf, nameOf, locale }),
    doors: onCallDoors({ onCall, tokenOf, apiToken, clock, locale, nameOf }),
    prepare: (change) => key.prepare(change),
    reloaded() {
      feeds.wake();
      handovers?.wake();
    },
    start(book) {
      handovers = openHandovers({ store, book, onCall, clock, log, locale, nameOf });
      handovers.start();
      feeds.start();
    },
    async stop() {
      await Promise.all([feeds.stop(), handovers?.stop()]);
    },
  };
}
