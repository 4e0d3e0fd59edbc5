/** Puts the room together and keeps it running: the rounds of evaluation, the deadlines, the courier. */
import type { MetricUnit } from "../rules/metric-words.ts";
import type { Clock } from "../storage/clock.ts";
import type { Labels } from "../storage/labels.ts";
import type { Locale } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import type { Store } from "../storage/store.ts";
import { type FiredAlert, isActive } from "./alert.ts";
import { type AlertBook, openAlertBook } from "./alert-book.ts";
import type { Card } from "./card.ts";
import type { Channel } from "./channel.ts";
import { type Courier, createCourier } from "./delivery/deliver.ts";
import type { DeliveryStats } from "./delivery/delivery-tally.ts";
import { foldedInto } from "./delivery/digest.ts";
import { digestCard } from "./delivery/digest-card.ts";
import type { DueRule } from "./evaluation/due-rule.ts";
import { openEvaluator } from "./evaluation/evaluate.ts";
import { type Interruption, lastAliveAt, noteInterruption } from "./evaluation/interruption.ts";
import { openReminders, type Reminders } from "./evaluation/reminders.ts";
import { openRounds } from "./evaluation/rounds.ts";
import type { RuleHealth } from "./evaluation/rule-health.ts";
import type { WatchedRules } from "./evaluation/watched-rules.ts";
import { openDeadlines } from "./incidents/deadlines.ts";
import type { Incident } from "./incidents/incident.ts";
import { incidentCard, type Listed, shownOf } from "./incidents/incident-card.ts";
import { isHeld, nextDeadline } from "./incidents/incident-deadlines.ts";
import { viewOf } from "./incidents/incident-view.ts";
import { type Explanation, explain } from "./incidents/why.ts";
import { type Intake, openIntake } from "./intake/intake.ts";
import { keepLoop } from "./loop.ts";
import { PLAIN_PLAN } from "./plain-plan.ts";
import type { CurrentPlan } from "./plan.ts";
import { type NameOf, nameOf as plainName } from "./words.ts";

export interface AlertsOptions {
  readonly store: Store;
  readonly rules: WatchedRules;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  /** IANA name of the time zone. */
  readonly zone: string;
  /** How people are called; by their ids unless told. */
  readonly nameOf?: NameOf;
  /** Where the chart of an incident can be seen; cards have none unless told. */
  pictureOf?(incident: number): string;
  /** The last lines of the log that a series with these labels was counted from; cards have none unless told. */
  linesOf?(labels: Labels): readonly string[];
  /** 0 ≤ x < 1, for every jitter. */
  random(): number;
  /** Routes, receivers and what goes with them, asked each time; everything to the console unless told. */
  readonly plan?: CurrentPlan;
  /** How often the time is stored while nothing else is, in milliseconds; 10 s unless told. */
  readonly aliveEveryMs?: number;
  /** Lets other work run during a long round; it does not unless told. */
  breathe?(): Promise<void>;
  /** The same for a millisecond or two; it does not unless told. */
  rest?(): Promise<void>;
}

/** How the watch goes. */
export interface AlertStats {
  /** Rounds since this start. */
  readonly evaluations: number;
  readonly lastAt: number | undefined;
  /** How late the last round began, and how long it took with its commit, in milliseconds. */
  readonly lastLagMs: number;
  readonly lastDurationMs: number;
  readonly rules: Readonly<Record<RuleHealth["state"], number>>;
  readonly alerts: Readonly<Record<"pending" | "firing" | "nodata", number>>;
  readonly incidents: number;
  readonly silences: number;
  readonly deliveries: DeliveryStats;
}

export interface Alerts {
  readonly book: AlertBook;
  readonly courier: Courier;
  readonly reminders: Reminders;
  readonly intake: Intake;
  /** How long an acknowledgement of an incident lasts where nobody says, in milliseconds. */
  acknowledgeMs(incident: Incident): number;
  /** Judges what is due at `at`; true when anything was. Rejects with NotSaved when the disk refuses. */
  evaluateDue(at: number): Promise<boolean>;
  /** Does what time alone brings about; true when anything was due. */
  deadlinesDue(at: number): Promise<boolean>;
  /** The card of an incident, as it is at `at`, in a language. */
  card(incident: Incident, at: number, locale?: Locale, shown?: Shown): Card;
  explain(incident: Incident, at: number): Explanation;
  currentValue(alert: string): number | undefined;
  /** In what the values of a rule count; undefined where nobody can say, or the rule is gone. */
  unitOf(rule: number): MetricUnit | undefined;
  ruleHealth(rule: number): RuleHealth | undefined;
  stats(): AlertStats;
  /** How long a round of evaluation has been due and has not begun, in milliseconds; 0 when none is. */
  overdueMs(at: number): number;
  /** Starts the loops. Gives back the time in which nobody watched before, if it was long; people are told of it. */
  start(): Promise<Interruption | undefined>;
  /** Stops judging, then gives the courier up to `drainMs`. */
  stop(drainMs: number): Promise<void>;
}

/** What of an incident is shown. */
export interface Shown {
  /** Which of its alerts; the first five unless told. */
  readonly listed?: Listed;
  /** Without the lines of logs: whoever asks may not be one of those who are told. */
  readonly withoutLines?: boolean;
}

/** Lines of logs on one card. */
const MOST_LINES = 3;

/** Four hours: until somebody of the next shift must say that they have it. */
const ACKNOWLEDGE_MS = 4 * 3_600_000;

/** Opens the room; a store may be asked once. Nothing runs until `start`. */
export function openAlerts(options: AlertsOptions): Alerts {
  const { store, rules, channels, clock, log, locale, zone, random } = options;
  const nameOf = options.nameOf ?? plainName;
  const plan = options.plan ?? (() => PLAIN_PLAN);
  const breathe = options.breathe ?? (async () => {});
  const book = openAlertBook({
    store,
    zone,
    nameOf,
    locale,
    plan,
  });
  const evaluator = openEvaluator({
    store,
    book,
    log,
    lastAliveAt: lastAliveAt(book),
    aliveEveryMs: options.aliveEveryMs ?? 10_000,
    stands: (rule) => rules.standing(rule) === "judged",
    breathe,
  });
  const intake = openIntake({
    store,
    book,
    clock,
    log,
    maxPerSender: () => plan().intake.alertsPerSender,
    breathe,
    rest: options.rest ?? (async () => {}),
  });
  const reminders = openReminders({ store, book, rules: () => rules.reminders(), locale, zone });
  const deadlines = openDeadlines({ store, book, reminders });
  const courier = createCourier({
    store,
    book,
    channels,
    plan,
    clock,
    log,
    random,
    moreIsComing: () => evaluator.moreIsComing() || intake.moreIsComing(),
    breathe,
    draw: (incident, at) => card(incident, at),
    drawDigest: ({ id }, facts, at) =>
      digestCard(facts, foldedInto(book, id), {
        locale,
        zone,
        statusOf: (incident) => book.statusOf(incident, at),
      }),
    view: (incident, at) => viewOf(book, incident, at),
  });
  const rounds = openRounds<DueRule>(clock.now(), random);
  /** Rules that may have left alerts behind: all that have some at a start, then those that are no longer judged. */
  const left = new Set<number>(book.index.waiting.keys());
  let evaluations = 0;
  let lastAt: number | undefined;
  let lastLagMs = 0;
  let lastDurationMs = 0;

  function card(incident: Incident, at: number, language: Locale = locale, shown: Shown = {}): Card {
    const members = book.members(incident.id);
    const expression = members[0] === undefined ? undefined : rules.facts(members[0].rule)?.expression;
    const image = expression === undefined ? undefined : options.pictureOf?.(incident.id);
    return incidentCard(incident, members, {
      locale: language,
      zone,
      nameOf,
      status: book.statusOf(incident, at),
      silence: incident.resolvedAt === undefined ? book.silenceOf(incident, at) : undefined,
      expression,
      unitOf,
      ...(image === undefined ? {} : { image }),
      ...(shown.listed === undefined ? {} : { listed: shown.listed }),
      lines: shown.withoutLines === true ? [] : linesBehind(members),
      links: plan().links,
      currentValue: evaluator.currentValue,
    });
  }

  /** Of the alerts that the card is about; one line may be behind several. */
  function linesBehind(members: readonly FiredAlert[]): readonly string[] {
    if (options.linesOf === undefined) return [];
    const lines = new Set<string>();
    for (const { found } of shownOf(members).slice(0, MOST_LINES))
      for (const line of options.linesOf(found)) lines.add(line);
    return [...lines].slice(-MOST_LINES);
  }

  function unitOf(rule: number): MetricUnit | undefined {
    return rules.facts(rule)?.unit;
  }

  async function evaluateDue(at: number): Promise<boolean> {
    await endOrphans(at);
    const due = rounds.due(at, rules.byInterval());
    for (const round of due) {
      const startedAt = performance.now();
      await evaluator.evaluate(round.rules, round.at);
      evaluations++;
      lastAt = round.at;
      lastLagMs = round.lagMs;
      lastDurationMs = performance.now() - startedAt;
    }
    return due.length > 0;
  }

  /**
   * Whoever pauses or removes a rule ends its alerts in the same commit; this ends what were too many for one, and what
   * another life did not get to.
   */
  async function endOrphans(at: number): Promise<void> {
    const orphansOf = (standing: "paused" | "gone"): number[] =>
      [...left].filter((rule) => book.index.waiting.has(rule) && rules.standing(rule) === standing);
    for (;;) {
      const paused = orphansOf("paused");
      const gone = orphansOf("gone");
      if (paused.length + gone.length === 0) break;
      await store.commit((change) => {
        book.endAlertsOf(change, paused, "rule-paused", at);
        book.endAlertsOf(change, gone, "rule-removed", at);
      });
      await breathe();
    }
    left.clear();
  }

  const judging = keepLoop({
    clock,
    log,
    name: "evaluation",
    run: evaluateDue,
    nextAt: () => rounds.nextAt(),
  });
  const minding = keepLoop({ clock, log, name: "deadlines", run: deadlines.due, nextAt: deadlines.nextAt });
  const unwatch = [
    rules.watch((rule) => {
      if (rules.standing(rule) !== "judged") {
        evaluator.health.forget(rule);
        left.add(rule);
      }
      // A rule joins the next round of its interval; only where none is planned would it wait for nothing.
      if (left.size > 0 || rounds.nextAt() === Number.POSITIVE_INFINITY) judging.wake();
      minding.wake();
    }),
    book.tables.incidents.watch((_id, after) => {
      // Mostly nothing comes of it: what changes has no deadline, or one as before.
      if (after !== undefined && (nextDeadline(after) < Number.POSITIVE_INFINITY || isHeld(after)))
        minding.wake();
    }),
    book.tables.silences.watch(() => minding.wake()),
    book.tables.alerts.watch((_id, after, before) => {
      // It may have been what inhibits others.
      const ended = before !== undefined && isActive(before) && (after === undefined || !isActive(after));
      if (ended && book.index.held.size > 0) minding.wake();
    }),
  ];

  return {
    book,
    courier,
    reminders,
    intake,
    acknowledgeMs: ({ severity }) => plan().acknowledge[severity] ?? ACKNOWLEDGE_MS,
    evaluateDue,
    deadlinesDue: deadlines.due,
    card,
    explain: (incident, at) =>
      explain(
        { book, currentValue: evaluator.currentValue, healthOf: evaluator.health.of, ruleFacts: rules.facts },
        incident,
        at,
      ),
    currentValue: evaluator.currentValue,
    unitOf,
    ruleHealth: evaluator.health.of,
    stats() {
      const { pending, firing, nodata } = book.index.counts;
      return {
        evaluations,
        lastAt,
        lastLagMs,
        lastDurationMs,
        rules: evaluator.health.counts(),
        alerts: { pending, firing, nodata },
        incidents: book.index.open.size,
        silences: book.activeSilences(clock.now()).length,
        deliveries: courier.stats(),
      };
    },
    overdueMs: (at) => Math.max(0, at - rounds.nextAt()),
    async start() {
      const interruption = await noteInterruption(store, book, {
        at: clock.now(),
        judges: rules.byInterval().size > 0,
        locale,
        zone,
      });
      judging.start();
      intake.start();
      minding.start();
      courier.start();
      return interruption;
    },
    async stop(drainMs) {
      for (const end of unwatch) end();
      await Promise.all([judging.stop(), intake.stop(), minding.stop()]);
      await courier.stop(drainMs);
    },
  };
}
