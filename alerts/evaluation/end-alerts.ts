/**
 * When a rule is paused or goes away, nobody judges its alerts any more: they end with it, and say so. When they are
 * many it takes several commits, so that nobody waits for a long one.
 */
import type { Change } from "../../storage/store.ts";
import { type Alert, type FiredAlert, identityOf, isActive, type ResolveReason } from "../alert.ts";
import type { RuleOrigin } from "../routing/route.ts";
import type { Turn } from "./turn.ts";
import type { TurnContext } from "./turn-context.ts";
import { applyTurns } from "./turns.ts";

/** So many end in one commit: some ten milliseconds of work. */
const ENDED_AT_ONCE = 200;

/**
 * Ends what rules have: firing and blind alerts resolve with `reason`, pending ones vanish, held ones are let go. At
 * most two hundred of them, those of one incident together; what is left is ended by commits of the watch, which looks
 * after every rule that changes and, at a start, after every rule that has alerts.
 */
export function endAlertsOf(
  context: TurnContext,
  change: Change,
  rules: readonly number[],
  reason: Extract<ResolveReason, "rule-removed" | "rule-paused">,
  at: number,
): void {
  const { alerts } = context.tables;
  const turns: Turn[] = [];
  for (const id of nextToEnd(context, rules)) {
    const before = change.get(alerts, id);
    if (before === undefined) continue;
    if (before.state === "pending")
      turns.push({ identity: identityOf(before), before, after: undefined, rule: NO_ROUTE });
    else if (isActive(before)) turns.push(resolving(before, reason, at));
    else if (before.held === true) {
      const { held: _, ...letGo } = before;
      change.put(alerts, id, letGo);
    }
  }
  applyTurns(context, change, turns, at);
}

/** By incident, so that each is changed by as few commits as can be. */
function nextToEnd({ index }: TurnContext, rules: readonly number[]): readonly string[] {
  const waiting = rules.flatMap((rule) => [...(index.waiting.get(rule)?.values() ?? [])]);
  if (waiting.length > ENDED_AT_ONCE) waiting.sort((a, b) => incidentOf(a) - incidentOf(b));
  return waiting.slice(0, ENDED_AT_ONCE).map(({ id }) => id);
}

function incidentOf(alert: Alert): number {
  return alert.state === "pending" ? 0 : alert.incident;
}

/** The turn that ends an active alert for a reason other than that it recovered. */
export function resolving(before: FiredAlert, reason: ResolveReason, at: number): Turn {
  const { since, value, firedAt } = before;
  const held = reason === "closed" ? { held: true as const } : {};
  return {
    identity: identityOf(before),
    before,
    after: { state: "resolved", since, value, firedAt, resolvedAt: at, reason, ...held },
    rule: NO_ROUTE,
  };
}

/** A turn that ends an alert needs no group and no route, and the rule itself may be gone. */
const NO_ROUTE: RuleOrigin = { id: 0, name: "", tells: [], conversation: undefined };
