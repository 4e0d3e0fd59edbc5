/** Incidents as rows: at a time something happens, and exactly these cards appear before the next row. */
import { expect } from "vitest";
import type { Channel } from "../../alerts/channel.ts";
import type { DueRule } from "../../alerts/evaluation/due-rule.ts";
import type { ReminderRule } from "../../alerts/evaluation/reminders.ts";
import type { WatchedRules } from "../../alerts/evaluation/watched-rules.ts";
import { type MadePlan, makePlan, type PlanParts } from "../../alerts/make-plan.ts";
import { type Alerts, openAlerts } from "../../alerts/open-alerts.ts";
import { parseDuration } from "../../storage/duration.ts";
import type { Labels } from "../../storage/labels.ts";
import { labelsKey } from "../../storage/labels.ts";
import type { Locale } from "../../storage/locale.ts";
import { silentLog } from "../../storage/log.ts";
import type { Change, Store } from "../../storage/store.ts";
import { FakeClock, settle } from "./fake-clock.ts";
import { Journal } from "./journaled-store.ts";
import { RecordingChannel, type Shown } from "./recording-channel.ts";

/** A rule whose findings the test sets. */
export interface RuleSpec {
  readonly id: number;
  readonly name: string;
  readonly forMs?: number;
  readonly keepFiringForMs?: number;
  readonly intervalMs?: number;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly tells?: readonly string[];
  readonly expression?: string;
  paused?: boolean;
}

interface Sight {
  readonly labels: Labels;
  /** undefined: data, and all is well. */
  readonly value: number | undefined;
}

/** What the test says the world is like; outlives a restart. */
export class Sights {
  readonly #byRule = new Map<number, Map<string, Sight>>();
  /** The rules that fail to be judged, and how. */
  readonly failing = new Map<number, string>();

  bad(rule: number, labels: Labels, value: number): void {
    this.#of(rule).set(labelsKey(labels), { labels, value });
  }
  ok(rule: number, labels: Labels): void {
    this.#of(rule).set(labelsKey(labels), { labels, value: undefined });
  }
  /** Nothing is known of it any more. */
  blind(rule: number, labels: Labels): void {
    this.#of(rule).delete(labelsKey(labels));
  }
  judge(rule: number): ReturnType<DueRule["judge"]> {
    const error = this.failing.get(rule);
    if (error !== undefined) throw new Error(error);
    const sights = this.#of(rule);
    return {
      findings: [...sights.values()].flatMap(({ labels, value }) =>
        value === undefined ? [] : [{ labels, value }],
      ),
      hasData: (labels) =>
        Object.keys(labels).length === 0 ? sights.size > 0 : sights.has(labelsKey(labels)),
      blindReason: () => ({ zh: "没有数据", en: "no sample for 5m" }),
    };
  }
  #of(rule: number): Map<string, Sight> {
    const known = this.#byRule.get(rule) ?? new Map<string, Sight>();
    this.#byRule.set(rule, known);
    return known;
  }
}

export interface ScenarioOptions {
  readonly rules: readonly RuleSpec[];
  readonly reminders?: readonly ReminderRule[];
  readonly channels?: Readonly<Record<string, Channel>>;
  readonly locale?: Locale;
  readonly random?: () => number;
  /** What the clock shows at first. */
  readonly at?: number;
  /** What the world is like at first. */
  readonly sights?: Sights;
  /** Routes, receivers and what goes with them; as without a file when absent. */
  readonly plan?: PlanParts;
  /** Called where other work may run. */
  readonly breathe?: () => Promise<void>;
}

/** A bot's room of alerts on the fake clock, with a console that records. */
export class Scenario {
  readonly clock: FakeClock;
  readonly startedAt: number;
  readonly journal: Journal;
  readonly sights: Sights;
  readonly console = new RecordingChannel();
  readonly rules: RuleSpec[];
  reminders: ReminderRule[];
  alerts!: Alerts;
  store!: Store;
  /** In force now; a test puts another in its place as a reload does. */
  plan: MadePlan;
  readonly #options: ScenarioOptions;
  readonly #listeners = new Set<(rule: number) => void>();
  #seen = 0;

  private constructor(options: ScenarioOptions, commits: readonly string[]) {
    this.clock = new FakeClock(options.at);
    this.startedAt = this.clock.now();
    this.journal = new Journal(commits);
    this.#options = options;
    this.sights = options.sights ?? new Sights();
    this.rules = [...options.rules];
    this.reminders = [...(options.reminders ?? [])];
    this.plan = makePlan(options.plan ?? {});
  }

  /** With `commits` it starts on what another life has left. */
  static async open(options: ScenarioOptions, commits: readonly string[] = []): Promise<Scenario> {
    const scenario = new Scenario(options, commits);
    await scenario.start();
    return scenario;
  }

  /** Opens the room on what is stored, and starts its loops. */
  async start(): Promise<void> {
    this.store = this.journal.open(this.clock);
    this.alerts = openAlerts({
      store: this.store,
      rules: this.#watched(),
      channels: { console: this.console, ...this.#options.channels },
      clock: this.clock,
      log: silentLog,
      locale: this.#options.locale ?? "en",
      zone: "Asia/Shanghai",
      random: this.#options.random ?? (() => 0),
      plan: () => this.plan,
      ...(this.#options.breathe === undefined ? {} : { breathe: this.#options.breathe }),
    });
    await this.alerts.start();
    await settle();
  }

  /** `kill -9`: nothing more is said or saved by the old one. */
  async kill(): Promise<void> {
    const old = this.alerts;
    this.journal.open(this.clock);
    await Promise.all([old.stop(0), this.clock.advance(0)]);
  }

  /** `kill -9`, then a start on what was saved. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.alerts.stop(0);
  }

  commit<R>(edit: (change: Change) => R): Promise<R> {
    return this.store.commit(edit);
  }

  changeRules(edit: () => void): void {
    edit();
    for (const listener of this.#listeners) listener(1);
  }

  /** What appeared in any recording channel since the last time this was asked, one line per card. */
  news(): string[] {
    const lines = this.console.shown.slice(this.#seen).map(lineOf);
    this.#seen = this.console.shown.length;
    return lines;
  }

  /** Plays rows. Each row's cards are those between its own moment and the next row's; any other fails. */
  async play(rows: readonly Row[]): Promise<void> {
    let row: Row | undefined;
    for (const next of rows) {
      await this.until(next.at);
      if (row !== undefined) expect(this.news(), `after ${row.at}`).toEqual(row.expect ?? []);
      else expect(this.news(), "before the first row").toEqual([]);
      row = next;
      await next.do?.(this);
      await settle();
    }
    await this.clock.advance(1_000);
    if (row !== undefined) expect(this.news(), `after ${row.at}`).toEqual(row.expect ?? []);
  }

  /** Lets time pass until so long after the start, by elapsed time. */
  async until(at: string): Promise<void> {
    const wanted = parseDuration(at) ?? Number.NaN;
    await this.clock.advance(Math.max(0, wanted - this.#elapsed));
    this.#elapsed = Math.max(this.#elapsed, wanted);
  }
  #elapsed = 0;

  #watched(): WatchedRules {
    const due = new Map<RuleSpec, DueRule>();
    const dueRule = (spec: RuleSpec): DueRule => {
      const known = due.get(spec);
      if (known !== undefined) return known;
      const rule: DueRule = {
        id: spec.id,
        name: spec.name,
        tells: spec.tells ?? [],
        conversation: undefined,
        forMs: spec.forMs ?? 0,
        keepFiringForMs: spec.keepFiringForMs ?? 0,
        maxGapMs: (spec.intervalMs ?? 15_000) * 2.5,
        judge: () => this.sights.judge(spec.id),
        labelsFor: () => spec.labels ?? {},
        annotationsFor: () => spec.annotations ?? {},
      };
      due.set(spec, rule);
      return rule;
    };
    return {
      byInterval: () => groupByInterval(this.rules, dueRule),
      reminders: () => this.reminders,
      standing: (id) => {
        const spec = this.rules.find((rule) => rule.id === id);
        if (spec === undefined) return "gone";
        return spec.paused === true ? "paused" : "judged";
      },
      facts: (id) => {
        const spec = this.rules.find((rule) => rule.id === id);
        if (spec === undefined) return undefined;
        return {
          name: spec.name,
          expression: spec.expression ?? "x > 1",
          forMs: spec.forMs ?? 0,
          unit: "percent",
        };
      },
      watch: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }
}

export interface Row {
  /** Since the start: `1m30s`. */
  readonly at: string;
  readonly do?: (scenario: Scenario) => unknown;
  /** `post console:ops firing "#1 hot"`. */
  readonly expect?: readonly string[];
}

function groupByInterval(
  rules: readonly RuleSpec[],
  due: (spec: RuleSpec) => DueRule,
): ReadonlyMap<number, readonly DueRule[]> {
  const groups = new Map<number, DueRule[]>();
  for (const spec of rules) {
    if (spec.paused === true) continue;
    const intervalMs = spec.intervalMs ?? 15_000;
    groups.set(intervalMs, [...(groups.get(intervalMs) ?? []), due(spec)]);
  }
  return groups;
}

/** One line that says what appeared where. */
export function lineOf({ how, conversation, card }: Shown): string {
  return `${how} ${conversation} ${card.status ?? card.kind} ${card.title ?? card.text ?? ""}`;
}
