/** When what was received ends by itself. An end moves with every word of a sender, so it is only looked at when due. */

export interface Ends {
  /** `id` ends at `at` or later. Cheap to say again and again. */
  expect(id: string, at: number): void;
  /** Takes out all whose time may have come; who ends later must be expected again. */
  due(at: number): readonly string[];
  /** When to ask next; Infinity when nothing is expected. */
  nextAt(): number;
}

/** Ends are kept by the second; a finer grain would only make more rounds. */
const GRAIN_MS = 1_000;

export function openEnds(): Ends {
  const bySecond = new Map<number, Set<string>>();
  const secondOf = new Map<string, number>();

  function put(id: string, second: number): void {
    const ids = bySecond.get(second);
    if (ids === undefined) bySecond.set(second, new Set([id]));
    else ids.add(id);
    secondOf.set(id, second);
  }

  return {
    expect(id, at) {
      const second = Math.ceil(at / GRAIN_MS);
      const known = secondOf.get(id);
      // A later end is found when the earlier one is due: one step per second at most, instead of one per word.
      if (known !== undefined && known <= second) return;
      if (known !== undefined) {
        const ids = bySecond.get(known);
        ids?.delete(id);
        if (ids?.size === 0) bySecond.delete(known);
      }
      put(id, second);
    },
    due(at) {
      const found: string[] = [];
      for (const [second, ids] of bySecond) {
        if (second * GRAIN_MS > at) continue;
        bySecond.delete(second);
        for (const id of ids) {
          secondOf.delete(id);
          found.push(id);
        }
      }
      return found;
    },
    nextAt() {
      let first = Number.POSITIVE_INFINITY;
      for (const second of bySecond.keys()) first = Math.min(first, second);
      return first * GRAIN_MS;
    },
  };
}
