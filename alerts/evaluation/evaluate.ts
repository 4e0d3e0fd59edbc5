/**
 * One round of the watch: every rule that is due is judged, its alerts step, and what turned is committed. When much
 * turns at once it is several commits, each with all that its alerts bring about, so that nobody waits for a long one.
 */
import { fingerprint, type Labels } from "../../storage/labels.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store } from "../../storage/store.ts";
import { type Alert, type AlertIdentity, type FiredAlert, identityOf, type Standing } from "../alert.ts";
import type { AlertBook } from "../alert-book.ts";
import { type StepOptions, step, type Verdict } from "../step.ts";
import type { DueAlert, DueRule, Judgement } from "./due-rule.ts";
import { type HealthBook, keepHealth } from "./rule-health.ts";
import { sliceTurns } from "./slice-turns.ts";
import type { Turn } from "./turn.ts";

/** What one round did. */
export interface Round {
  readonly judged: number;
  readonly failed: number;
  readonly turned: number;
}

export interface Evaluator {
  /**
   * Judges `rules` at `at` and commits what turned. One round at a time: a rule's next round must see this one's
   * commits. Rejects with NotSaved when the disk refuses; what was not saved has not turned, and the next round
   * tries again.
   */
  evaluate(rules: readonly DueRule[], at: number): Promise<Round>;
  /** The value an alert had when it was last found; the stored one is that of its last turn. */
  currentValue(alert: string): number | undefined;
  /** Whether a round that began to be committed just now has more to commit. */
  moreIsComing(): boolean;
  readonly health: Pick<HealthBook, "of" | "counts" | "forget">;
}

export interface EvaluatorOptions {
  readonly store: Store;
  readonly book: AlertBook;
  readonly log: Log;
  /** When the watchman was last known to be awake, from before this start. */
  readonly lastAliveAt: number | undefined;
  /** How often that is stored while nothing else is, in milliseconds. */
  readonly aliveEveryMs: number;
  /** Whether a rule is still to be judged: it may be removed or paused while a long round lasts. */
  stands(rule: number): boolean;
  /** Lets other work run. */
  breathe(): Promise<void>;
}

/** So many alerts turn in one commit: some ten milliseconds of work. Of one incident it may be twice as many. */
const TURNS_PER_COMMIT = 100;
/** After so many rules, or so many findings of one, other work has its turn. */
const JUDGED_AT_ONCE = 200;
const FOUND_AT_ONCE = 1_000;
/** Nobody waits longer than this for the rest of a round. */
const COMING_FOR_MS = 1_000;

/** As far back as an expression looks for a present value; see PromQL's lookback. */
const LOOK_BACK_MS = 5 * 60_000;

/** A step that is to be committed, with all that is needed to take it again from a newer standing. */
interface Wanted extends Turn {
  readonly verdict: Verdict;
  readonly options: StepOptions;
}

/** Opens the evaluator; what it keeps in memory can all be lost. */
export function openEvaluator(options: EvaluatorOptions): Evaluator {
  const { store, book, log, lastAliveAt, aliveEveryMs, stands, breathe } = options;
  const { alerts, watch } = book.tables;
  const values = new Map<string, number>();
  const judgedAt = new Map<number, number>();
  const health = keepHealth();
  const idOf = rememberIds();
  let aliveAt = lastAliveAt;
  let lastAt = lastAliveAt ?? Number.NEGATIVE_INFINITY;
  let trustedFrom = Number.NEGATIVE_INFINITY;

  let comingSince: number | undefined;

  return {
    health,
    moreIsComing: () => comingSince !== undefined && performance.now() - comingSince < COMING_FOR_MS,
    currentValue: (alert) => values.get(alert),

    async evaluate(rules, at) {
      if (!trusted(at)) return { judged: 0, failed: 0, turned: 0 };
      const wanted: Wanted[] = [];
      let failed = 0;
      let looked = 0;
      for (const rule of rules) {
        const judgement = health.measure(rule, at, log);
        if (judgement === undefined) failed++;
        else if (!("records" in rule)) await collect(rule, judgement, at, wanted);
        if (++looked % JUDGED_AT_ONCE === 0) await breathe();
      }
      const turned = wanted.length;
      if (turned > 0) await saveAll(wanted, at);
      if (aliveAt === undefined || Math.abs(at - aliveAt) >= aliveEveryMs) await save([], at);
      return { judged: rules.length - failed, failed, turned };
    },
  };

  /**
   * Whether what is recorded around `at` is about now. After the clock was put back it is not: the samples of the
   * time that comes a second time are the old ones. Until new ones stand in their place nothing is judged, and
   * every alert stays where it is.
   */
  function trusted(at: number): boolean {
    if (at < lastAt) {
      trustedFrom = at + Math.min(lastAt - at, LOOK_BACK_MS);
      log.warn(
        { byMs: lastAt - at, judgingFrom: trustedFrom },
        "the clock was put back: nothing is judged for a while",
      );
    }
    lastAt = at;
    return at >= trustedFrom;
  }

  /** Steps every label set that the rule found, and every one that it found before and not now. */
  async function collect(rule: DueAlert, judgement: Judgement, at: number, wanted: Wanted[]): Promise<void> {
    const { findings } = judgement;
    const known = book.index.waiting.get(rule.id);
    const lastJudgedAt = judgedAt.get(rule.id) ?? lastAliveAt;
    judgedAt.set(rule.id, at);
    if (findings.length === 0 && known === undefined) return;
    const { forMs, keepFiringForMs, maxGapMs } = rule;
    const options: StepOptions = { forMs, keepFiringForMs, maxGapMs, lastJudgedAt };
    const take = (before: Alert | undefined, verdict: Verdict, identity: () => AlertIdentity): void => {
      const after = step(before, verdict, options, at);
      if (after !== before) wanted.push({ identity: identity(), before, after, verdict, options, rule });
    };

    const found = new Set<string>();
    for (const { labels, value } of findings) {
      const id = idOf(rule.id, labels);
      if (found.has(id)) continue;
      found.add(id);
      if (found.size % FOUND_AT_ONCE === 0) await breathe();
      values.set(id, value);
      const before = known?.get(id) ?? alerts.get(id);
      take(before, { is: "bad", value }, () => identify(rule, id, labels, value, before));
    }
    let missed = 0;
    for (const [id, before] of known ?? []) {
      if (found.has(id)) continue;
      if (++missed % FOUND_AT_ONCE === 0) await breathe();
      const verdict: Verdict = judgement.hasData(before.found)
        ? { is: "ok" }
        : { is: "unknown", reason: judgement.blindReason(before.found) };
      take(before, verdict, () => identityOf(before));
    }
  }

  /** In commits of bounded size, the worst first; an incident is changed by as few of them as can be. */
  async function saveAll(wanted: readonly Wanted[], at: number): Promise<void> {
    const many = wanted.length > TURNS_PER_COMMIT;
    const slices = many ? await sliceTurns(wanted, book.context, TURNS_PER_COMMIT, breathe) : [wanted];
    const forgetting: (() => void)[] = [];
    let saved = 0;
    try {
      // What fires in this round may inhibit what fires with it, in whichever commit.
      for (const slice of many ? slices : []) {
        forgetting.push(book.context.inhibition.foresee(slice.flatMap(comingOf)));
        await breathe();
      }
      if (many) comingSince = performance.now();
      for (const slice of slices) {
        if (saved + 1 === slices.length) comingSince = undefined;
        await save(slice, at);
        saved++;
        // From here on they are what they were foreseen to be.
        forgetting.shift()?.();
      }
    } catch (error) {
      // The break in a pending alert was seen but not kept; without this its `for` would run on across it.
      for (const { before, after, identity } of slices.slice(saved).flat())
        if (before !== undefined && after === undefined)
          judgedAt.set(identity.rule, Number.NEGATIVE_INFINITY);
      throw error;
    } finally {
      comingSince = undefined;
      for (const forget of forgetting) forget();
    }
  }

  async function save(wanted: readonly Wanted[], at: number): Promise<void> {
    await store.commit((change) => {
      const turns = wanted
        .filter(({ rule }) => stands(rule.id))
        .map((turn) => renewed(change, turn, at))
        .filter((turn) => turn !== undefined);
      book.turn(change, turns, at);
      change.put(watch, "watchman", { aliveAt: at });
    });
    aliveAt = at;
    for (const { identity, after } of wanted)
      if (after === undefined || after.state === "resolved") values.delete(identity.id);
  }

  /** The same turn from what commits on their way to disk will have made of the alert. */
  function renewed(change: Change, turn: Wanted, at: number): Turn | undefined {
    const before = change.get(alerts, turn.identity.id);
    if (before === turn.before) return turn;
    const after: Standing | undefined = step(before, turn.verdict, turn.options, at);
    return after === before ? undefined : { ...turn, before, after };
  }
}

/** The alert that a turn makes active; the number of its incident is not known yet. */
function comingOf({ identity, after }: Turn): readonly FiredAlert[] {
  return after === undefined || after.state === "pending" ? [] : [{ ...identity, ...after, incident: 0 }];
}

/** What a newly found label set is called and carries; an episode keeps what it began with. */
function identify(
  rule: DueAlert,
  id: string,
  found: Labels,
  value: number,
  before: Alert | undefined,
): AlertIdentity {
  if (before !== undefined && before.state !== "resolved") return identityOf(before);
  const labels = { severity: "warning", ...found, ...rule.labelsFor(found, value), alertname: rule.name };
  return { id, rule: rule.id, labels, found, annotations: rule.annotationsFor(found, value) };
}

/** Ids of alerts. Expressions mostly give out a series' own label set, the same object at every look. */
function rememberIds(): (rule: number, labels: Labels) => string {
  const prints = new WeakMap<Labels, string>();
  return (rule, labels) => {
    let print = prints.get(labels);
    if (print === undefined) {
      print = fingerprint(labels);
      prints.set(labels, print);
    }
    return `${rule}/${print}`;
  };
}
