/** What time alone brings about: an acknowledgement that ends, a silence that begins or is over, a reminder due. */
import { inLocale, type Locale } from "../storage/locale.ts";
import type { Change, Store } from "../storage/store.ts";
import type { AlertBook } from "./alert-book.ts";
import type { Incident } from "./incident.ts";
import { prune } from "./prune.ts";
import type { Reminders } from "./reminders.ts";
import { nameOf, plain } from "./words.ts";

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
  readonly locale: Locale;
}

const PRUNE_EVERY_MS = 60 * 60_000;

export function openDeadlines({ store, book, reminders, locale }: DeadlineOptions): Deadlines {
  let prunedAt: number | undefined;

  /** Each unit does one commit's worth and says whether it did anything; then it is asked again. */
  const units: readonly ((at: number) => Promise<boolean>)[] = [
    endAcknowledgements,
    drawSilences,
    (at) => reminders.due(at),
    forget,
  ];

  async function endAcknowledgements(at: number): Promise<boolean> {
    const ended = [...book.index.owned.values()].filter(({ acknowledgement }) =>
      isPast(acknowledgement?.until, at),
    );
    if (ended.length === 0) return false;
    return store.commit((change) => ended.map(({ id }) => endAcknowledgement(change, id, at)).includes(true));
  }

  function endAcknowledgement(change: Change, id: number, at: number): boolean {
    // Somebody may just have extended it, given it back, or the incident may be over.
    const now = change.get(book.tables.incidents, String(id));
    const owner = now?.acknowledgement;
    if (now === undefined || now.resolvedAt !== undefined || owner === undefined || owner.until > at)
      return false;
    const { acknowledgement: _, ...rest } = now;
    const version = now.version + 1;
    const incident: Incident = { ...rest, version, news: version };
    change.put(book.tables.incidents, String(id), incident);
    book.note(change, { incident: id, at, what: "acknowledge-ended", person: owner.person });
    if (incident.untold !== undefined) return true;
    book.tell(change, incident, at);
    if (book.silenceOf(incident, at) !== undefined) return true;
    const lane = incident.severity === "critical" ? "urgent" : "normal";
    const text = inLocale(locale, {
      zh: `#${id} ${plain(incident.title, 80)}：${nameOf(owner.person)} 的认领到期了，告警还没有恢复。`,
      en: `#${id} ${plain(incident.title, 80)}: the acknowledgement by ${nameOf(owner.person)} has ended, and it still fires.`,
    });
    const { severity } = incident;
    for (const conversation of incident.tells)
      book.post(change, conversation, { kind: "text", title: text, severity, incident: id }, lane, at);
    return true;
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
          change.put(book.tables.silences, String(id), { ...now, drawn: "over" });
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
      for (const { acknowledgement } of book.index.owned.values())
        if (acknowledgement !== undefined && acknowledgement.until < next) next = acknowledgement.until;
      for (const silence of book.index.silences.values()) next = Math.min(next, turnsAt(silence));
      return next;
    },
  };
}

/** When a silence next begins or ends; a hidden card that says so is due then. */
function turnsAt(silence: { drawn: string; startsAt: number; endsAt: number }): number {
  return silence.drawn === "waiting" ? silence.startsAt : silence.endsAt;
}

function isPast(moment: number | undefined, at: number): boolean {
  return moment !== undefined && moment <= at;
}
