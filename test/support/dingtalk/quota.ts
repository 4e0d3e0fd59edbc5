/** What the platform counts: calls of the month, and calls of one second. */
import type { World } from "./world.ts";

export type Counter = "api" | "stream";

export interface Quota {
  /** Counts one; false when the month's are used up, and then it is not counted. */
  take(counter: Counter): boolean;
  /** Counts a call of an app to an API; false when it has had its calls of this second. */
  takeSecond(app: string, api: string): boolean;
  /** Used in this month: OpenAPI calls, and webhook calls with Stream pushes. */
  readonly used: Readonly<Record<Counter, number>>;
}

/** The organisation's month is China's. */
const CHINA_MS = 8 * 3_600_000;

export function openQuota(world: World): Quota {
  let month = monthOf(world.clock.now());
  let used = { api: 0, stream: 0 };
  const seconds = new Map<string, { readonly second: number; calls: number }>();

  function turn(): void {
    const now = monthOf(world.clock.now());
    if (now === month) return;
    month = now;
    used = { api: 0, stream: 0 };
  }

  return {
    take(counter) {
      turn();
      const { apiPerMonth, streamPerMonth } = world.settings;
      const most = counter === "api" ? apiPerMonth : streamPerMonth;
      if (most !== undefined && used[counter] >= most) return false;
      used[counter] += 1;
      return true;
    },
    takeSecond(app, api) {
      const { qps } = world.settings;
      const key = `${app} ${api}`;
      const second = Math.floor(world.clock.now() / 1000);
      const known = seconds.get(key);
      const current = known?.second === second ? known : { second, calls: 0 };
      seconds.set(key, current);
      if (qps !== undefined && current.calls >= qps) return false;
      current.calls += 1;
      return true;
    },
    get used() {
      turn();
      return { ...used };
    },
  };
}

function monthOf(at: number): string {
  return new Date(at + CHINA_MS).toISOString().slice(0, 7);
}
