/** Cron rules: said at their time, once, also when that time passed while nobody was awake. */
import * as z from "zod";
import { inLocale, type Locale } from "../../storage/locale.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import type { Card } from "../card.ts";
import { type RuleOrigin, tellAsTheRuleSays } from "../routing/route.ts";
import { escapeMarkdown, formatTime } from "../words.ts";

/** A cron rule as the watch sees it. */
export interface ReminderRule extends RuleOrigin {
  /** Changes when the times do: expression and zone. */
  readonly schedule: string;
  readonly remind: string;
  /** The first time after the rule was made or resumed, when that was stored with it. */
  readonly firstAt?: number | undefined;
  /** The first time after `at`; undefined when there is none. */
  nextAfter(at: number): number | undefined;
}

/** When a reminder is due next; stored in the commit that says the one before. */
interface Reminder {
  readonly rule: number;
  readonly schedule: string;
  /** Absent when the schedule has no more times. */
  readonly nextAt?: number;
}

const reminder = z.object({ rule: z.number(), schedule: z.string(), nextAt: z.number().exactOptional() });

export interface Reminders {
  /** Says one reminder that is due, or begins or ends one with its rule; true when it did, and there may be more. */
  due(at: number): Promise<boolean>;
  nextAt(): number;
  /** The stored next time of a rule. */
  nextOf(rule: number): number | undefined;
}

export interface ReminderOptions {
  readonly store: Store;
  readonly book: Pick<AlertBook, "post">;
  /** The cron rules that are not paused. */
  rules(): Iterable<ReminderRule>;
  readonly locale: Locale;
  readonly zone: string;
}

/** A minute late is on time: evaluation and delivery take theirs too. */
const LATE_MS = 60_000;
/** More missed times than this are not counted one by one. */
const MOST_COUNTED = 1_000;

export function openReminders({ store, book, rules, locale, zone }: ReminderOptions): Reminders {
  const table: Table<Reminder> = store.table("reminders", (raw) => reminder.parse(raw));

  /** What has to be done for a rule at `at`, if anything. */
  function work(rule: ReminderRule, at: number): ((change: Change) => void) | undefined {
    const known = table.get(String(rule.id));
    if (known === undefined || known.schedule !== rule.schedule)
      return (change) => change.put(table, String(rule.id), firstFor(rule, at));
    const { nextAt } = known;
    if (nextAt === undefined || nextAt > at) return undefined;
    return (change) => {
      // A commit on its way to disk may have said it already.
      if (change.get(table, String(rule.id))?.nextAt !== nextAt) return;
      book.post(change, tellAsTheRuleSays(rule), card(rule, nextAt, at), "normal", at);
      change.put(table, String(rule.id), nextFor(rule, at));
    };
  }

  function card(rule: ReminderRule, dueFor: number, at: number): Card {
    const text = escapeMarkdown(rule.remind);
    if (at - dueFor < LATE_MS) return { kind: "text", title: rule.name, text };
    let times = 1;
    for (let t = rule.nextAfter(dueFor); t !== undefined && t <= at && times < MOST_COUNTED; times++)
      t = rule.nextAfter(t);
    const time = formatTime(dueFor, zone, locale);
    const late = inLocale(locale, {
      zh:
        times === 1
          ? `（本应在 ${time}，当时更夫没在岗）`
          : `（从 ${time} 起错过了 ${times} 次，当时更夫没在岗）`,
      en:
        times === 1
          ? `(was due ${time}, while nobody was on watch)`
          : `(missed ${times} times since ${time}, while nobody was on watch)`,
    });
    return { kind: "text", title: rule.name, text: `${text}\n\n${late}` };
  }

  return {
    async due(at) {
      const acts: ((change: Change) => void)[] = [];
      const living = new Set<number>();
      for (const rule of rules()) {
        living.add(rule.id);
        const act = work(rule, at);
        if (act !== undefined) acts.push(act);
      }
      // A rule that is gone or paused forgets its time: what it misses meanwhile is not missed.
      for (const { rule } of table.values())
        if (!living.has(rule)) acts.push((change) => change.remove(table, String(rule)));
      if (acts.length === 0) return false;
      await store.commit((change) => {
        for (const act of acts) act(change);
      });
      return true;
    },
    nextAt() {
      let next = Number.POSITIVE_INFINITY;
      for (const { nextAt } of table.values()) if (nextAt !== undefined && nextAt < next) next = nextAt;
      return next;
    },
    nextOf: (rule) => table.get(String(rule))?.nextAt,
  };
}

/** A time that was stored with the rule and has passed since is still to be said: the crash came in between. */
function firstFor(rule: ReminderRule, at: number): Reminder {
  const { firstAt, id, schedule } = rule;
  return firstAt === undefined ? nextFor(rule, at) : { rule: id, schedule, nextAt: firstAt };
}

function nextFor(rule: ReminderRule, at: number): Reminder {
  const nextAt = rule.nextAfter(at);
  return { rule: rule.id, schedule: rule.schedule, ...(nextAt === undefined ? {} : { nextAt }) };
}
