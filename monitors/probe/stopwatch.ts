/** The parts of a probe and how long each took: filled in while it goes on, so that a probe cut short still tells. */
import type { Reading } from "../monitor.ts";
import { LookFailed } from "../reason.ts";

export interface Stopwatch<Phase extends string> {
  /** The part that goes on now. */
  readonly phase: Phase;
  /** Books the time since the last call to the part that ends, and begins `phase`. */
  enter(phase: Phase): void;
  /** What a probe fails with whose time is up: how long it has taken, and what it waits for. */
  timeUp(): LookFailed;
  /** Books the time since the last call, and gives the seconds of one part. */
  seconds(phase: Phase): number;
  /** `probe_success`, `probe_duration_seconds`, the time of the name lookup, and `metric` for each part. */
  readings(metric: string, success: boolean): Reading[];
}

/** What is waited for in each part, first to last; the first is the one that begins. */
type Parts<Phase extends string> = Readonly<Record<Phase | "resolve", string>>;

/** Starts a stopwatch; `elapsed` gives milliseconds that never turn back. */
export function createStopwatch<Phase extends string>(
  parts: Parts<Phase>,
  elapsed: () => number,
): Stopwatch<Phase | "resolve"> {
  return new PartsWatch(parts, elapsed);
}

/** A class, since an object with a getter of its own gets a hidden class of its own: every look would leave one behind. */
class PartsWatch<Phase extends string> implements Stopwatch<Phase | "resolve"> {
  readonly #parts: Parts<Phase>;
  readonly #elapsed: () => number;
  readonly #spent = new Map<string, number>();
  readonly #startedAt: number;
  #current: Phase | "resolve" = "resolve";
  #currentFrom: number;

  constructor(parts: Parts<Phase>, elapsed: () => number) {
    this.#parts = parts;
    this.#elapsed = elapsed;
    this.#startedAt = elapsed();
    this.#currentFrom = this.#startedAt;
  }

  get phase(): Phase | "resolve" {
    return this.#current;
  }

  enter(phase: Phase | "resolve"): void {
    const now = this.#elapsed();
    this.#spent.set(this.#current, this.#spentMs(this.#current) + now - this.#currentFrom);
    this.#currentFrom = now;
    this.#current = phase;
  }

  seconds(phase: Phase | "resolve"): number {
    this.enter(this.#current);
    return this.#spentMs(phase) / 1000;
  }

  timeUp(): LookFailed {
    const taken = (this.#elapsed() - this.#startedAt) / 1000;
    const detail = `no answer after ${taken.toFixed(1)}s, waiting for ${this.#parts[this.#current]}`;
    return new LookFailed({ code: "timeout", detail });
  }

  readings(metric: string, success: boolean): Reading[] {
    this.enter(this.#current);
    return [
      { name: "probe_success", value: success ? 1 : 0 },
      { name: "probe_duration_seconds", value: (this.#currentFrom - this.#startedAt) / 1000 },
      { name: "probe_dns_lookup_time_seconds", value: this.#spentMs("resolve") / 1000 },
      ...Object.keys(this.#parts).map((phase) => ({
        name: metric,
        labels: { phase },
        value: this.#spentMs(phase) / 1000,
      })),
    ];
  }

  #spentMs(phase: string): number {
    return this.#spent.get(phase) ?? 0;
  }
}

/** Waits for `asked`, but no longer than `signal` allows: a question to DNS cannot be cancelled. */
export function orTimeUp<T>(asked: Promise<T>, watch: Pick<Stopwatch<never>, "timeUp">, signal: AbortSignal) {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(watch.timeUp());
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
