/** The rules of the book as the watch needs them: each made ready to be judged once, and again when it changes. */
import { nextRun, parseSchedule } from "../rules/cron.ts";
import { judge } from "../rules/judge.ts";
import type { CronRule, PromqlRule, Rule } from "../rules/rule.ts";
import type { RuleBook } from "../rules/rule-book.ts";
import { renderTemplate } from "../rules/template.ts";
import type { Labels } from "../storage/labels.ts";
import type { SeriesSource } from "../storage/series.ts";
import type { DueRule } from "./due-rule.ts";
import type { ReminderRule } from "./reminders.ts";
import type { RuleOrigin } from "./route.ts";
import { unitOf } from "./unit-of.ts";
import type { WatchedRules } from "./watched-rules.ts";

/** Two missed rounds and half of one more: then nobody can say what happened in between. */
const GAP_ROUNDS = 2.5;
/** Rules judged every second are not blind after two of them: a look may take that long. */
const SHORTEST_GAP_MS = 30_000;

/** Makes the rules of the book ready; what was made for a rule is kept until the rule changes. */
export function watchRules(book: RuleBook, series: SeriesSource): WatchedRules {
  const due = remembered((rule: PromqlRule) => makeDue(rule, book, series));
  const said = remembered(makeReminder);
  let rules: ReadonlyMap<number, readonly PromqlRule[]> | undefined;
  let byInterval: ReadonlyMap<number, readonly DueRule[]> = new Map();

  return {
    byInterval() {
      const now = book.byInterval();
      if (now !== rules) {
        rules = now;
        byInterval = new Map([...now].map(([intervalMs, list]) => [intervalMs, list.map(due)]));
      }
      return byInterval;
    },
    reminders: () => book.cronRules().map(said),
    standing(id) {
      const rule = book.find(id);
      return rule === undefined ? "gone" : rule.paused ? "paused" : "judged";
    },
    facts(id) {
      const rule = book.find(id);
      if (rule?.kind !== "promql") return undefined;
      return { name: rule.name, expression: rule.expr, forMs: rule.forMs, unit: unitOf(rule.expr) };
    },
    watch: (listener) => book.table.watch((id) => listener(Number(id))),
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

function originOf(rule: Rule): RuleOrigin {
  const { id, name, tells, source } = rule;
  return { id, name, tells, conversation: source.kind === "chat" ? source.conversation : undefined };
}

function makeDue(rule: PromqlRule, book: RuleBook, series: SeriesSource): DueRule {
  const { forMs, keepFiringForMs, labels, annotations, intervalMs } = rule;
  return {
    ...originOf(rule),
    forMs,
    keepFiringForMs,
    maxGapMs: Math.max(SHORTEST_GAP_MS, intervalMs * GAP_ROUNDS),
    // Compiled when it is first judged: a book of ten thousand rules must not delay the start.
    judge: (at) => judge(book.compiled(rule), series, at),
    labelsFor: filler(labels),
    annotationsFor: filler(annotations),
  };
}

/** Fills templates in; what has none in it is the same object every time. */
function filler(texts: Labels): (found: Labels, value: number) => Labels {
  const entries = Object.entries(texts);
  if (!entries.some(([, text]) => text.includes("{{"))) return () => texts;
  return (found, value) =>
    Object.fromEntries(entries.map(([name, text]) => [name, renderTemplate(text, found, value)]));
}

function makeReminder(rule: CronRule): ReminderRule {
  const schedule = parseSchedule(rule.cron);
  return {
    ...originOf(rule),
    schedule: `${rule.cron} ${rule.zone}`,
    remind: rule.text,
    firstAt: rule.nextAt,
    nextAfter: (at) => nextRun(schedule, rule.zone, at),
  };
}
