/** The time in which nobody watched, said where it matters. */
import { inLocale, type Locale } from "../../storage/locale.ts";
import type { Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import type { Card } from "../card.ts";
import { DEFAULT_CONVERSATION } from "../routing/route.ts";
import { formatSpan, formatTime } from "../words.ts";

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

/**
 * At a start: says a long absence in the story of every open incident, and to the people who would have been told.
 * Undefined when there was none, or when nobody could have been missed because there was nothing to judge.
 */
export async function noteInterruption(
  store: Store,
  book: AlertBook,
  about: { at: number; judges: boolean; locale: Locale; zone: string },
): Promise<Interruption | undefined> {
  const { at, judges, locale, zone } = about;
  const from = lastAliveAt(book);
  const open = book.activeIncidents();
  if (from === undefined || at - from <= WORTH_SAYING_MS || !(judges || open.length > 0)) return undefined;
  const interruption = { from, until: at, open: open.length };
  const told = new Set([DEFAULT_CONVERSATION, ...open.flatMap(({ tells, untold }) => (untold ? [] : tells))]);
  await store.commit((change) => {
    for (const { id } of open)
      book.note(change, { incident: id, at: from, what: "watch-interrupted", until: at });
    book.post(change, [...told], interruptionCard(interruption, locale, zone), "normal", at);
    // In the same commit, so that a crash right after does not say it twice.
    change.put(book.tables.watch, "watchman", { aliveAt: at });
  });
  return interruption;
}

/** The card that tells people of it. */
function interruptionCard({ from, until, open }: Interruption, locale: Locale, zone: string): Card {
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
