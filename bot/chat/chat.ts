/** What all chat platforms share: the inbox, and how a click is carried out. */
import type { Card } from "../../alerts/card.ts";
import type { Channel } from "../../alerts/channel.ts";
import { findChannel } from "../../alerts/delivery/attempt.ts";
import { post } from "../../alerts/incidents/story.ts";
import type { Alerts } from "../../alerts/open-alerts.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import { type Inbox, openInbox, type Spoken } from "./inbox.ts";
import { createPress, type Press } from "./press.ts";

export interface ChatDeps {
  readonly store: Store;
  readonly alerts: Pick<Alerts, "book" | "courier">;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  /** Carries out a line; resolves when what it changed is on disk. Never rejects. */
  say(spoken: Spoken): Promise<readonly Card[]>;
}

export interface Chat extends Inbox {
  /** Carries out a click. */
  readonly press: Press;
}

/** How long something is tried that is told at once, in milliseconds. */
const AT_ONCE_MS = 10_000;

export function openChat({ store, alerts, channels, clock, log, locale, say }: ChatDeps): Chat {
  const { tables, index } = alerts.book;
  const inbox = openInbox({
    store,
    clock,
    log,
    locale,
    say,
    answer(change, conversation, cards, at) {
      for (const card of cards) post(change, tables, [conversation], card, "reply", at);
    },
    waiting: (conversation) => index.pending.get(conversation)?.reply.size ?? 0,
    async tell(conversation, card) {
      const signal = AbortSignal.timeout(AT_ONCE_MS);
      try {
        await findChannel(channels, conversation)?.post(conversation, card, {
          deliveryId: `at-once-${clock.now()}@${conversation}`,
          signal,
        });
      } catch (err) {
        log.warn({ err, conversation }, "what could not be stored could not be told either");
      }
    },
  });
  return {
    ...inbox,
    press: createPress({
      clock,
      say,
      settle: (conversation) => alerts.courier.settle(conversation),
      reply: (conversation, cards) =>
        store.commit((change) => {
          for (const card of cards) post(change, tables, [conversation], card, "reply", clock.now());
        }),
    }),
  };
}
