/** The rules of the book as the watch needs them: each made ready once, and again when it changes. */

import { judge } from "../../rules/judge.ts";
import type { CronRule, JudgedRule, PromqlRule, Rule } from "../../rules/rule.ts";
import type { RuleBook } from "../../rules/rule-book.ts";
import { renderTemplate } from "../../rules/template.ts";
import { nextRun, parseSchedule } from "../../storage/cron.ts";
import type { Labels } from "../../storage/labels.ts";
import type { SeriesRecorder, SeriesSource } from "../../storage/series.ts";
import type { RuleOrigin } from "../routing/route.ts";
import { dueRecord } from "./due-record.ts";
import type { DueAlert, DueRule } from "./due-rule.ts";
import type { ReminderRule } from "./reminders.ts";
import { unitOf } from "./unit-of.ts";
import type { WatchedRules } from "./watched-rules.ts";

/** Two missed rounds and half of one more: then nobody can say what happened in between. */
const GAP_ROUNDS = 2.5;
/** A quick restart, with the first round and its jitter, fits into this. */
const SHORTEST_GAP_MS = 60_000;

/** What those who watch know of a label set that a rule has found, in plain words; undefined where they know no more. */
export type Explain = (found: Labels) => string | undefined;

/**
 * The rules of the book, judged on `series`, into which recording rules write; what is made for a rule is kept until the
 * rule changes. A rule that has no description of its own gets the one that `explain` has at that moment.
 */
export function watchRules(
  book: RuleBook,
  series: SeriesSource & SeriesRecorder,
  explain?: Explain,
): WatchedRules {
  const due = remembered(
    (rule: JudgedRule): DueRule =>
      rule.kind === "record" ? dueRecord(rule, book, series) : dueAlert(rule, book, series, explain),
  );
  const reminders = remembered(reminderRule);
  const facts = remembered(({ name, expr, forMs }: PromqlRule) => ({
    name,
    expression: expr,
    forMs,
    unit: unitOf(expr),
  }));
  let from: ReturnType<RuleBook["byInterval"]> | undefined;
  let byInterval: ReadonlyMap<number, readonly DueRule[]> = new Map();

  return {
    byInterval() {
      const now = book.byInterval();
      if (now !== from)
        byInterval = new Map([...now].map(([intervalMs, rules]) => [intervalMs, rules.map(due)]));
      from = now;
      return byInterval;
    },
    reminders: () => book.cronRules().map(reminders),
    standing(id) {
      const rule = book.table.get(String(id));
      if (rule === undefined || rule.kind === "cron") return "gone";
      return rule.paused ? "paused" : "judged";
    },
    facts(id) {
      const rule = book.find(id);
      return rule?.kind === "promql" ? facts(rule) : undefined;
    },
    watch: (listener) => book.table.watch((id) => listener(Number(id))),
  };
}

function dueAlert(
  rule: PromqlRule,
  book: RuleBook,
  series: SeriesSource,
  explain: Explain | undefined,
): DueAlert {
  const { forMs, keepFiringForMs, intervalMs, labels, annotations } = rule;
  return {
    ...originOf(rule),
    forMs,
    keepFiringForMs,
    maxGapMs: Math.max(SHORTEST_GAP_MS, intervalMs * GAP_ROUNDS),
    // Compiled when it is first judged: a book of ten thousand rules must not delay the start.
    judge: (at) => judge(book.compiled(rule), series, at, rule.limit),
    labelsFor: filler(labels),
    annotationsFor: explained(filler(annotations), explain),
  };
}

function reminderRule(rule: CronRule): ReminderRule {
  const schedule = parseSchedule(rule.cron);
  return {
    ...originOf(rule),
    schedule: `${rule.cron} ${rule.zone}`,
    remind: rule.text,
    firstAt: rule.nextAt,
    nextAfter: (at) => nextRun(schedule, rule.zone, at),
  };
}

function originOf({ id, name, tells, source }: Rule): RuleOrigin {
  return { id, name, tells, conversation: source.kind === "chat" ? source.conversation : undefined };
}

/** Fills templates in; texts without any are the same object every time. */
function filler(texts: Labels): (found: Labels, value: number) => Labels {
  const entries = Object.entries(texts);
  if (!entries.some(([, text]) => text.includes("{{"))) return () => texts;
  return (found, value) => {
    const filled = entries.map(([name, text]) => [name, renderTemplate(text, found, value)] as const);
    // An empty label is no label, as Prometheus has it.
    return Object.fromEntries(filled.filter(([, text]) => text !== ""));
  };
}

function explained(
  fill: DueAlert["annotationsFor"],
  explain: Explain | undefined,
): DueAlert["annotationsFor"] {
  if (explain === undefined) return fill;
  return (found, value) => {
    const filled = fill(found, value);
    const description = filled["description"] === undefined ? explain(found) : undefined;
    return description === undefined ? filled : { ...filled, description };
  };
}

/** Makes something once per document; a changed rule is another document. */
function remembered<R extends object, T>(make: (rule: R) => T): (rule: R) => T {
  const made = new WeakMap<R, T>();
  return (rule) => {
    const known = made.get(rule);
    if (known !== undefined) return known;
    const fresh = make(rule);
    made.set(rule, fresh);
    return fresh;
  };
}
