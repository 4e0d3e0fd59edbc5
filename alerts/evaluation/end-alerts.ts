/** When a rule is paused or goes away, nobody judges its alerts any more: they end with it, and say so. */
import type { Change } from "../../storage/store.ts";
import { type FiredAlert, identityOf, isActive, type ResolveReason } from "../alert.ts";
import type { RuleOrigin } from "../routing/route.ts";
import type { Turn } from "./turn.ts";
import type { TurnContext } from "./turn-context.ts";
import { applyTurns } from "./turns.ts";

/** Ends what a rule has: firing and blind alerts resolve with `reason`, pending ones vanish, held ones are let go. */
export function endAlertsOf(
  context: TurnContext,
  change: Change,
  rule: number,
  reason: Extract<ResolveReason, "rule-removed" | "rule-paused">,
  at: number,
): void {
  const turns: Turn[] = [];
  for (const id of context.index.waiting.get(rule)?.keys() ?? []) {
    const before = change.get(context.tables.alerts, id);
    if (before === undefined || before.rule !== rule) continue;
    const identity = identityOf(before);
    if (before.state === "pending") turns.push({ identity, before, after: undefined, rule: NO_ROUTE });
    else if (isActive(before)) turns.push(resolving(before, reason, at));
    else if (before.state === "resolved") {
      const { held: _, ...letGo } = before;
      change.put(context.tables.alerts, id, letGo);
    }
  }
  applyTurns(context, change, turns, at);
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
