/** Which targets of a `gengfu.yml` tell whoever is on call. */
import type { FileConfig } from "../config.ts";
import { addressed } from "../plan-of.ts";
import { type Asked, askedBy } from "../receivers/asked-by.ts";

/** What the targets of a file ask for, by their addresses. */
export function askedIn({ receivers }: Pick<FileConfig, "receivers">): ReadonlyMap<string, Asked> {
  const found = new Map<string, Asked>();
  for (const { address, together } of receivers.flatMap(addressed)) {
    const asked = together.flatMap(askedBy);
    const rotations = [...new Set(asked.flatMap((one) => one.rotations))];
    const on = asked.flatMap((one) => one.on ?? []);
    if (rotations.length > 0)
      found.set(address, {
        rotations,
        alone: together.every((target) => askedBy(target).some((one) => one.alone)),
        on: asked.some((one) => one.on !== undefined) ? on : undefined,
      });
  }
  return found;
}
