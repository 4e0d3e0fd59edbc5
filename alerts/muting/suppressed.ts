/** How many alerts that are trouble tell nobody just now: silenced, inhibited, or the like. */
import { isActive } from "../alert.ts";
import type { AlertBook } from "../alert-book.ts";
import { muteOf } from "./hold.ts";

export function countSuppressed(
  { index, context }: Pick<AlertBook, "index" | "context">,
  at: number,
): number {
  let count = 0;
  for (const incident of index.open.values())
    for (const alert of index.members.get(incident.id)?.values() ?? [])
      if (isActive(alert) && muteOf(context.muters, alert.labels, incident, at) !== undefined) count++;
  return count;
}
