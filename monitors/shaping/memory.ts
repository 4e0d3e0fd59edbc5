/** What a step remembers of each series from look to look, bounded: whoever was longest unseen is forgotten first. */

const MOST_SERIES = 10_000;

export class SeriesMemory<T> {
  readonly #most: number;
  readonly #entries = new Map<string, T>();

  constructor(most: number = MOST_SERIES) {
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What is remembered; asking counts as seeing. */
  see(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  set(key: string, entry: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done === false) this.#entries.delete(oldest.value);
  }
}
