/** From counters that only grow to rates: two readings and the time between. */

/** Remembers counters by key and the elapsed time at which each was read. */
export class Rates {
  #before = new Map<string, { readonly value: number; readonly elapsedMs: number }>();
  #now = new Map<string, { readonly value: number; readonly elapsedMs: number }>();

  /**
   * Growth per millisecond since the round before; `undefined` without one, or when the counter went back
   * (a device was replaced, the machine's counter started anew).
   */
  of(key: string, value: number, elapsedMs: number): number | undefined {
    if (!Number.isFinite(value)) return undefined;
    this.#now.set(key, { value, elapsedMs });
    const before = this.#before.get(key);
    if (before === undefined || value < before.value || elapsedMs <= before.elapsedMs) return undefined;
    return (value - before.value) / (elapsedMs - before.elapsedMs);
  }

  /** Ends a round; a counter not seen in it is forgotten. */
  turn(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }
}
