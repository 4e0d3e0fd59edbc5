/** The rules there are: made in chat or read from the file, found by number or name, grouped by interval. */

import { nextRun } from "../storage/cron.ts";
import type { Change, Store, Table } from "../storage/store.ts";
import { syncFileRules } from "./file-rules.ts";
import { type CompiledExpr, compile, compileRule } from "./promql/compile.ts";
import {
  type CronRule,
  DEFAULT_INTERVAL_MS,
  decodeRule,
  type JudgedRule,
  type PromqlRule,
  type RecordingRule,
  type Rule,
  type RuleSource,
} from "./rule.ts";
import type { RuleGroup } from "./rule-groups.ts";

type Own<R> = Omit<R, "id" | "paused" | "source" | "tells" | "intervalMs"> & {
  readonly tells?: readonly string[];
};

/** A rule that is about to be made: without number and source; tells the usual conversations unless told. */
export type RuleDraft =
  | (Own<PromqlRule> & { readonly intervalMs?: number })
  | (Own<RecordingRule> & { readonly intervalMs?: number })
  | Own<CronRule>;

/** Another rule has this name. */
export class NameTaken extends Error {
  readonly rule: Rule;

  constructor(rule: Rule) {
    super(`rule ${rule.id} is called ${rule.name} already`);
    this.name = "NameTaken";
    this.rule = rule;
  }
}

export interface RuleBook {
  /** The rules on disk by number. */
  readonly table: Table<Rule>;
  all(): IterableIterator<Rule>;
  /** By number, by a text that is a number, or by name in any case; the oldest when rules of a file share a name. */
  find(idOrName: number | string): Rule | undefined;
  /**
   * Rules that are not paused, by the interval they are judged at, in milliseconds, in the order in which they are
   * judged: those of the file group by group, then what chat records, then what chat judges.
   */
  byInterval(): ReadonlyMap<number, readonly JudgedRule[]>;
  /** Cron rules that are not paused. */
  cronRules(): readonly CronRule[];
  /** The compiled expression of a rule; the same one for the same rule. Throws a PromqlError. */
  compiled(rule: JudgedRule): CompiledExpr;
  /**
   * Adds a rule under the next number. Throws NameTaken, a PromqlError for an expression that is none, and a
   * ScheduleError for a schedule or zone that is none; nothing has changed then.
   */
  add(change: Change, draft: RuleDraft, source: RuleSource): Rule;
  /** These three throw an Error for a number that is not there. */
  pause(change: Change, id: number): Rule;
  /** A cron rule starts again with its first run after `at`. */
  resume(change: Change, id: number, at: number): Rule;
  remove(change: Change, id: number): Rule;
  /** Makes the rules of the file what the groups say; returns the numbers of those that are gone. */
  syncFileRules(change: Change, groups: readonly RuleGroup[]): readonly number[];
}

/** Opens the tables of rules. */
export function openRuleBook(store: Store): RuleBook {
  const table = store.table("rules", decodeRule);
  // Names of rules made in chat. A table, so that two commits on their way to disk cannot take the same name.
  const names = store.table("rule_names", decodeHolder);
  const compiled = new WeakMap<JudgedRule, CompiledExpr>();
  const index = indexOf(table);

  function must(change: Change, id: number): Rule {
    const rule = change.get(table, String(id));
    if (rule === undefined) throw new Error(`there is no rule ${id}`);
    return rule;
  }

  function put<R extends Rule>(change: Change, rule: R): R {
    change.put(table, String(rule.id), rule);
    return rule;
  }

  return {
    table,
    all: () => table.values(),
    find(idOrName) {
      const byId = table.get(String(idOrName).replace(/^#/, ""));
      return byId ?? (typeof idOrName === "number" ? undefined : index.named(idOrName));
    },
    byInterval: () => index.current().byInterval,
    cronRules: () => index.current().cron,
    compiled(rule) {
      let expression = compiled.get(rule);
      if (expression === undefined) {
        expression = compilerOf(rule)(rule.expr);
        compiled.set(rule, expression);
      }
      return expression;
    },
    add(change, draft, source) {
      check(draft);
      const holder = change.get(names, folded(draft.name));
      const held = holder === undefined ? undefined : change.get(table, String(holder.id));
      const taken = held ?? (holder === undefined ? fileRuleNamed(draft.name) : undefined);
      if (taken !== undefined) throw new NameTaken(taken);
      const id = change.next("rule");
      change.put(names, folded(draft.name), { id });
      return put(change, ruleOf(draft, id, source));
    },
    pause: (change, id) => put(change, { ...must(change, id), paused: true }),
    resume(change, id, at) {
      const rule = must(change, id);
      if (rule.kind !== "cron") return put(change, { ...rule, paused: false });
      const { nextAt: _, ...rest } = rule;
      return put(change, { ...rest, paused: false, ...next(rule.cron, rule.zone, at) });
    },
    remove(change, id) {
      const rule = must(change, id);
      change.remove(table, String(id));
      if (change.get(names, folded(rule.name))?.id === id) change.remove(names, folded(rule.name));
      return rule;
    },
    syncFileRules: (change, groups) => syncFileRules(change, table, groups),
  };

  function fileRuleNamed(name: string): Rule | undefined {
    const rule = index.named(name);
    return rule?.source.kind === "file" ? rule : undefined;
  }
}

function ruleOf(draft: RuleDraft, id: number, source: RuleSource): Rule {
  const common = { id, paused: false, source, tells: draft.tells ?? [] };
  return draft.kind === "cron"
    ? { ...draft, ...common }
    : { ...draft, ...common, intervalMs: draft.intervalMs ?? DEFAULT_INTERVAL_MS };
}

function check(draft: RuleDraft): void {
  if (draft.kind === "cron") nextRun(draft.cron, draft.zone, 0);
  else compilerOf(draft)(draft.expr);
}

/** A number can be recorded; judged it can not be. */
function compilerOf({ kind }: Pick<JudgedRule, "kind">): (text: string) => CompiledExpr {
  return kind === "record" ? compile : compileRule;
}

function next(cron: string, zone: string, at: number): { nextAt?: number } {
  const nextAt = nextRun(cron, zone, at);
  return nextAt === undefined ? {} : { nextAt };
}

function decodeHolder(raw: unknown): { readonly id: number } {
  const id = typeof raw === "object" && raw !== null && "id" in raw ? raw.id : undefined;
  if (typeof id !== "number") throw new Error("a name of a rule must have the rule's number");
  return { id };
}

/** Names that people would take for the same. */
function folded(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}

interface Current {
  readonly byInterval: ReadonlyMap<number, readonly JudgedRule[]>;
  readonly cron: readonly CronRule[];
}

/** What is looked up at every evaluation and every line of chat, kept beside the table. */
function indexOf(table: Table<Rule>): { current(): Current; named(name: string): Rule | undefined } {
  const byName = new Map<string, Set<number>>();
  let current: Current | undefined;
  const move = (after: Rule | undefined, before: Rule | undefined): void => {
    current = undefined;
    if (before !== undefined) {
      const ids = byName.get(folded(before.name));
      ids?.delete(before.id);
      if (ids?.size === 0) byName.delete(folded(before.name));
    }
    if (after === undefined) return;
    const ids = byName.get(folded(after.name)) ?? new Set<number>();
    byName.set(folded(after.name), ids.add(after.id));
  };
  for (const rule of table.values()) move(rule, undefined);
  table.watch((_id, after, before) => move(after, before));
  return {
    current() {
      current ??= sorted(table);
      return current;
    },
    named(name) {
      const ids = byName.get(folded(name));
      return ids === undefined ? undefined : table.get(String(Math.min(...ids)));
    },
  };
}

function sorted(table: Table<Rule>): Current {
  const byInterval = new Map<number, JudgedRule[]>();
  const cron: CronRule[] = [];
  /** The group that came first stays first, whatever is put in later. */
  const groups = new Map<string, number>();
  for (const rule of table.values()) {
    if (rule.paused) continue;
    if (rule.kind === "cron") {
      cron.push(rule);
      continue;
    }
    if (rule.source.kind === "file")
      groups.set(rule.source.group, Math.min(rule.id, groups.get(rule.source.group) ?? rule.id));
    const rules = byInterval.get(rule.intervalMs);
    if (rules === undefined) byInterval.set(rule.intervalMs, [rule]);
    else rules.push(rule);
  }
  const turn = ({ kind, source }: JudgedRule): number =>
    source.kind === "file" ? 0 : kind === "record" ? 1 : 2;
  const group = ({ source }: JudgedRule): number =>
    source.kind === "file" ? (groups.get(source.group) ?? 0) : 0;
  const place = ({ source, id }: JudgedRule): number => (source.kind === "file" ? (source.place ?? id) : id);
  for (const rules of byInterval.values())
    rules.sort((a, b) => turn(a) - turn(b) || group(a) - group(b) || place(a) - place(b) || a.id - b.id);
  return { byInterval, cron };
}
