/** Brings the rules that come from the file in line with what the file says now. */
import { labelsKey } from "../storage/labels.ts";
import type { Change, Table } from "../storage/store.ts";
import type { JudgedRule, Rule } from "./rule.ts";
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
  const known = new Map<string, JudgedRule[]>();
  for (const { id } of table.values()) {
    const rule = change.get(table, String(id));
    if (rule === undefined || rule.kind === "cron" || rule.source.kind !== "file") continue;
    const key = keyOf(rule.source.group, rule);
    known.set(key, [...(known.get(key) ?? []), rule]);
  }
  for (const group of groups)
    paired(group, known).forEach(({ wanted, before }, place) => {
      const rule = ruleOf(wanted, { group, place }, before, before?.id ?? change.next("rule"));
      if (before === undefined || !isSame(before, rule)) change.put(table, String(rule.id), rule);
    });
  const gone = [...known.values()].flat().map(({ id }) => id);
  for (const id of gone) change.remove(table, String(id));
  return gone;
}

/** Takes the rules that persist out of `known`. */
function paired(
  group: RuleGroup,
  known: Map<string, JudgedRule[]>,
): { wanted: FileRule; before: JudgedRule | undefined }[] {
  const take = (wanted: FileRule, fits: (rule: JudgedRule) => boolean): JudgedRule | undefined => {
    const rules = known.get(keyOf(group.name, wanted)) ?? [];
    const at = rules.findIndex(fits);
    return at < 0 ? undefined : rules.splice(at, 1)[0];
  };
  const exact = group.rules.map((wanted) =>
    take(wanted, ({ labels }) => labelsKey(labels) === labelsKey(wanted.labels)),
  );
  return group.rules.map((wanted, i) => ({ wanted, before: exact[i] ?? take(wanted, () => true) }));
}

function ruleOf(
  wanted: FileRule,
  { group, place }: { group: RuleGroup; place: number },
  before: JudgedRule | undefined,
  id: number,
): JudgedRule {
  const { name, expr, labels, annotations } = wanted;
  const common = {
    id,
    name,
    labels,
    annotations,
    paused: before?.paused ?? false,
    source: { kind: "file", group: group.name, place },
    tells: before?.tells ?? [],
    expr,
    intervalMs: group.intervalMs,
    ...(group.limit === 0 ? {} : { limit: group.limit }),
  } as const;
  if (wanted.kind === "record") return { ...common, kind: "record" };
  return { ...common, kind: "promql", forMs: wanted.forMs, keepFiringForMs: wanted.keepFiringForMs };
}

function isSame(a: JudgedRule, b: JudgedRule): boolean {
  const patience = (rule: JudgedRule): string =>
    rule.kind === "promql" ? `${rule.forMs} ${rule.keepFiringForMs}` : "";
  return (
    a.kind === b.kind &&
    a.expr === b.expr &&
    a.intervalMs === b.intervalMs &&
    a.limit === b.limit &&
    placeOf(a) === placeOf(b) &&
    patience(a) === patience(b) &&
    labelsKey(a.labels) === labelsKey(b.labels) &&
    labelsKey(a.annotations) === labelsKey(b.annotations)
  );
}

function placeOf({ source }: JudgedRule): number | undefined {
  return source.kind === "file" ? source.place : undefined;
}

function keyOf(group: string, { kind, name }: Pick<JudgedRule, "kind" | "name">): string {
  return `${kind} ${group.length}:${group}${name}`;
}
