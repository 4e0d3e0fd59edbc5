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

export function createStopwatch<Phase extends string>(
  parts: Parts<Phase>,
  elapsed: () => number,
): Stopwatch<Phase | "resolve"> {
  const phases = Object.keys(parts) as (Phase | "resolve")[];
  const spent = new Map<string, number>();
  const startedAt = elapsed();
  let current: Phase | "resolve" = "resolve";
  let currentFrom = startedAt;

  function enter(phase: Phase | "resolve"): void {
    const now = elapsed();
    spent.set(current, (spent.get(current) ?? 0) + now - currentFrom);
    currentFrom = now;
    current = phase;
  }

  function seconds(phase: Phase | "resolve"): number {
    enter(current);
    return (spent.get(phase) ?? 0) / 1000;
  }

  return {
    get phase() {
      return current;
    },
    enter,
    seconds,
    timeUp() {
      const taken = (elapsed() - startedAt) / 1000;
      const detail = `no answer after ${taken.toFixed(1)}s, waiting for ${parts[current]}`;
      return new LookFailed({ code: "timeout", detail });
    },
    readings(metric, success) {
      enter(current);
      return [
        { name: "probe_success", value: success ? 1 : 0 },
        { name: "probe_duration_seconds", value: (currentFrom - startedAt) / 1000 },
        { name: "probe_dns_lookup_time_seconds", value: (spent.get("resolve") ?? 0) / 1000 },
        ...phases.map((phase) => ({
          name: metric,
          labels: { phase },
          value: (spent.get(phase) ?? 0) / 1000,
        })),
      ];
    },
  };
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
