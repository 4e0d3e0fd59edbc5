import type { Clock } from "../../storage/clock.ts";

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** A clock that moves only when a test says so. Sleepers wake in the order of their deadlines. */
export class FakeClock implements Clock {
  #elapsed = 0;
  #wall: number;
  #sleepers: Sleeper[] = [];

  constructor(at: number = Date.UTC(2026, 10, 25, 2, 0, 0)) {
    this.#wall = at;
  }

  now(): number {
    return this.#wall;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper: Sleeper = { dueAt: this.#elapsed + Math.max(ms, 0), wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  /** Milliseconds that have passed since the clock was made; `set` does not move it. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** How many sleeps are waiting. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** How long until the next sleeper wakes; infinite while nobody sleeps. */
  get nextMs(): number {
    return Math.min(...this.#sleepers.map(({ dueAt }) => dueAt)) - this.#elapsed;
  }

  /** Lets `ms` of time pass, waking every sleeper on the way and letting what it wakes run. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (;;) {
      const next = this.#sleepers
        .filter((sleeper) => sleeper.dueAt <= end)
        .sort((a, b) => a.dueAt - b.dueAt)[0];
      if (next === undefined) break;
      this.#move(Math.max(next.dueAt, this.#elapsed));
      next.wake();
      await settle();
    }
    this.#move(end);
    await settle();
  }

  /** Sets the wall clock without letting time pass: the jump that an administrator or NTP makes. */
  set(at: number): void {
    this.#wall = at;
  }

  #move(to: number): void {
    this.#wall += to - this.#elapsed;
    this.#elapsed = to;
  }
}

/** Lets everything that is ready run, including a few rounds of settled promises and I/O callbacks. */
export async function settle(rounds = 3): Promise<void> {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => setImmediate(resolve));
}
