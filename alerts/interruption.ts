/** The time in which nobody watched, said where it matters. */
import { inLocale, type Locale } from "../storage/locale.ts";
import type { Store } from "../storage/store.ts";
import type { AlertBook } from "./alert-book.ts";
import type { Card } from "./card.ts";
import { formatSpan, formatTime } from "./words.ts";

/** From when until when nobody watched. */
export interface Interruption {
  readonly from: number;
  readonly until: number;
  /** How many incidents were open at the time. */
  readonly open: number;
}

/** Shorter than this is a restart, and no news. */
const WORTH_SAYING_MS = 60_000;

/** When the watchman was last known to be awake; undefined on the very first start. */
export function lastAliveAt(book: AlertBook): number | undefined {
  return book.tables.watch.get("watchman")?.aliveAt;
}

/** At a start: notes a long absence in the story of every open incident. Undefined when there was none. */
export async function noteInterruption(
  store: Store,
  book: AlertBook,
  at: number,
): Promise<Interruption | undefined> {
  const from = lastAliveAt(book);
  if (from === undefined || at - from <= WORTH_SAYING_MS) return undefined;
  const open = book.activeIncidents();
  await store.commit((change) => {
    for (const { id } of open)
      book.note(change, { incident: id, at: from, what: "watch-interrupted", until: at });
    // In the same commit, so that a crash right after does not note it twice.
    change.put(book.tables.watch, "watchman", { aliveAt: at });
  });
  return { from, until: at, open: open.length };
}

/** The card that tells people of it. */
export function interruptionCard({ from, until, open }: Interruption, locale: Locale, zone: string): Card {
  const span = formatSpan(until - from, locale);
  const [began, ended] = [formatTime(from, zone, locale), formatTime(until, zone, locale)];
  return {
    kind: "text",
    title: inLocale(locale, { zh: `更夫离岗了 ${span}`, en: `Nobody watched for ${span}` }),
    text: inLocale(locale, {
      zh: `从 ${began} 到 ${ended} 没有巡查，这段时间里发生了什么无从得知。未恢复的告警：${open} 条。`,
      en: `Nothing was judged from ${began} to ${ended}; what happened then is unknown. Open incidents: ${open}.`,
    }),
    severity: "info",
  };
}
