/** Cuts a round in which much turns into commits: what is worst first, and what belongs to one incident together. */
import { labelValue } from "../../storage/labels.ts";
import { isActive } from "../alert.ts";
import { SEVERITIES, type Severity } from "../card.ts";
import { groupOf } from "../incidents/group-of.ts";
import type { Turn } from "./turn.ts";
import type { TurnContext } from "./turn-context.ts";

/** So many are looked at before other work has its turn. */
const AT_ONCE = 1_000;

/** Slices of `size` turns, or of up to twice as many for one incident. One with more is changed by several of them. */
export async function sliceTurns<T extends Turn>(
  turns: readonly T[],
  context: Pick<TurnContext, "plan">,
  size: number,
  breathe: () => Promise<void>,
): Promise<readonly (readonly T[])[]> {
  const groups = new Map<string, { readonly turns: T[]; rank: number }>();
  let looked = 0;
  for (const turn of turns) {
    if (++looked % AT_ONCE === 0) await breathe();
    const key = keyOf(turn, context);
    const rank =
      SEVERITIES.length - SEVERITIES.indexOf(labelValue(turn.identity.labels, "severity") as Severity);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { turns: [turn], rank });
    else {
      group.turns.push(turn);
      group.rank = Math.min(group.rank, rank);
    }
  }
  const slices: T[][] = [];
  let slice: T[] = [];
  for (const group of [...groups.values()].sort((a, b) => a.rank - b.rank))
    for (let from = 0; from < group.turns.length; from += 2 * size) {
      const piece = group.turns.slice(from, from + 2 * size);
      if (slice.length > 0 && slice.length + piece.length > size) {
        slices.push(slice);
        slice = [];
      }
      slice.push(...piece);
    }
  if (slice.length > 0) slices.push(slice);
  return slices;
}

/** The incident that the alert is in, or the group whose incident it will join. */
function keyOf({ identity, before, after, rule }: Turn, { plan }: Pick<TurnContext, "plan">): string {
  if (before !== undefined && isActive(before)) return `#${before.incident}`;
  if (after === undefined || after.state === "pending") return "";
  return groupOf(plan().router(identity.labels, rule), identity.labels, rule).key;
}
