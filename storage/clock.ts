/** Time as an argument: the one door through which the house learns what time it is. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. It may jump when the machine's clock is set. */
  now(): number;
  /** Resolves after `ms` milliseconds of elapsed time, or as soon as `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        // A listener left behind on a long-lived signal would leak one closure per sleep.
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      // setTimeout treats anything above 2^31-1 ms as 1 ms; a longer sleep is simply woken early.
      const timer = setTimeout(wake, Math.min(Math.max(ms, 0), 0x7fffffff));
      signal?.addEventListener("abort", wake, { once: true });
    });
  },
};
