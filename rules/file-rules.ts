/** Brings the rules that come from the file in line with what the file says now. */
import { labelsKey } from "../storage/labels.ts";
import type { Change, Table } from "../storage/store.ts";
import type { PromqlRule, Rule } from "./rule.ts";
import type { FileRule, RuleGroup } from "./rule-groups.ts";

/**
 * Each rule of the file keeps its number for as long as its group has a rule of its name; where several share a
 * name, those with the same labels find each other first. Returns the numbers of the rules that are gone. A rule
 * that has not changed is not written.
 */
export function syncFileRules(
  change: Change,
  table: Table<Rule>,
  groups: readonly RuleGroup[],
): readonly number[] {
  const known = new Map<string, PromqlRule[]>();
  for (const { id } of table.values()) {
    const rule = change.get(table, String(id));
    if (rule?.kind !== "promql" || rule.source.kind !== "file") continue;
    const key = keyOf(rule.source.group, rule.name);
    known.set(key, [...(known.get(key) ?? []), rule]);
  }
  for (const group of groups)
    for (const { wanted, before } of paired(group, known)) {
      const rule = ruleOf(wanted, group, before, before?.id ?? change.next("rule"));
      if (before === undefined || !isSame(before, rule)) change.put(table, String(rule.id), rule);
    }
  const gone = [...known.values()].flat().map(({ id }) => id);
  for (const id of gone) change.remove(table, String(id));
  return gone;
}

/** Takes the rules that persist out of `known`. */
function paired(
  group: RuleGroup,
  known: Map<string, PromqlRule[]>,
): { wanted: FileRule; before: PromqlRule | undefined }[] {
  const take = (wanted: FileRule, fits: (rule: PromqlRule) => boolean): PromqlRule | undefined => {
    const rules = known.get(keyOf(group.name, wanted.name)) ?? [];
    const at = rules.findIndex(fits);
    return at < 0 ? undefined : rules.splice(at, 1)[0];
  };
  const exact = group.rules.map((wanted) =>
    take(wanted, ({ labels }) => labelsKey(labels) === labelsKey(wanted.labels)),
  );
  return group.rules.map((wanted, i) => ({ wanted, before: exact[i] ?? take(wanted, () => true) }));
}

function ruleOf(wanted: FileRule, group: RuleGroup, before: PromqlRule | undefined, id: number): PromqlRule {
  const { name, expr, forMs, keepFiringForMs, labels, annotations } = wanted;
  return {
    id,
    kind: "promql",
    name,
    labels,
    annotations,
    paused: before?.paused ?? false,
    source: { kind: "file", group: group.name },
    tells: before?.tells ?? [],
    expr,
    intervalMs: group.intervalMs,
    forMs,
    keepFiringForMs,
  };
}

function isSame(a: PromqlRule, b: PromqlRule): boolean {
  return (
    a.expr === b.expr &&
    a.intervalMs === b.intervalMs &&
    a.forMs === b.forMs &&
    a.keepFiringForMs === b.keepFiringForMs &&
    labelsKey(a.labels) === labelsKey(b.labels) &&
    labelsKey(a.annotations) === labelsKey(b.annotations)
  );
}

function keyOf(group: string, name: string): string {
  return `${group.length}:${group}${name}`;
}
