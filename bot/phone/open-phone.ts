/** Messages and calls as the house has them. */
import type { AlertBook } from "../../alerts/alert-book.ts";
import type { Channel } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Store } from "../../storage/store.ts";
import type { InForce } from "../in-force.ts";
import { phoneChannel } from "./channel.ts";
import { MEDIA, type Medium } from "./config.ts";
import { openLedger } from "./ledger.ts";

export interface OpenPhoneDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly locale: Locale;
  now(): Pick<InForce, "phoneLines">;
  alerts(): { readonly book: Pick<AlertBook, "incident" | "statusOf"> };
}

/** Opens both; a store may be asked once. */
export function openPhone({ store, clock, locale, now, alerts }: OpenPhoneDeps): Record<Medium, Channel> {
  const ledger = openLedger(store);
  const isOpen = (id: number): boolean => {
    const { book } = alerts();
    const incident = book.incident(id);
    if (incident === undefined) return false;
    const status = book.statusOf(incident, clock.now());
    return status === "firing" || status === "flapping";
  };
  const open = (medium: Medium): Channel =>
    phoneChannel({ medium, find: (address) => now().phoneLines.get(address), ledger, isOpen, clock, locale });
  return Object.fromEntries(MEDIA.map((medium) => [medium, open(medium)])) as Record<Medium, Channel>;
}
