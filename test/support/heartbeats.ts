/** Heartbeats on a fake clock, over a store whose every commit is kept, so that a test can end a life and begin another. */
import type { Ping } from "../../monitors/heartbeat/beat.ts";
import { openHeartbeats } from "../../monitors/heartbeat/heartbeats.ts";
import type { Look } from "../../monitors/monitor.ts";
import type { MonitorRecord } from "../../monitors/monitor-book.ts";
import { FakeClock } from "./fake-clock.ts";
import { Journal } from "./journaled-store.ts";
import { toldLife } from "./told.ts";

const success: Ping = { says: "success", rid: "", body: "" };

/** One life on what `journal` holds. */
export function heartbeatLife(journal = new Journal(), clock = new FakeClock()) {
  const life = toldLife(journal, clock);
  const { record } = life;
  const heartbeats = openHeartbeats(life.deps);
  return {
    ...life,
    heartbeats,
    /** Adds one, by keys as in `gengfu.yml`. */
    add: (name: string, options: object): Promise<MonitorRecord> =>
      life.add(name, { kind: "heartbeat", ...options }),
    ping: (name: string, ping: Partial<Ping> = {}) => heartbeats.take(record(name), { ...success, ...ping }),
    async look(name: string): Promise<Look> {
      return heartbeats.look(record(name).options, new AbortController().signal);
    },
    /** How it stands: the code of what a look says, or `up`. */
    async state(name: string): Promise<string> {
      const { failure, remark } = await this.look(name);
      return failure?.code ?? remark?.code ?? "up";
    },
  };
}
