/** Heartbeats on a fake clock, over a store whose every commit is kept, so that a test can end a life and begin another. */
import type { Ping } from "../../monitors/heartbeat/beat.ts";
import { openHeartbeats } from "../../monitors/heartbeat/heartbeats.ts";
import { monitorSchema } from "../../monitors/index.ts";
import type { Look } from "../../monitors/monitor.ts";
import { createMonitorBook, type MonitorRecord } from "../../monitors/monitor-book.ts";
import { silentLog } from "../../storage/log.ts";
import { FakeClock, settle } from "./fake-clock.ts";
import { Journal } from "./journaled-store.ts";

const success: Ping = { says: "success", rid: "", body: "" };

/** One life on what `journal` holds; `elapsed` is what the machine counts, whatever its clock shows. */
export function heartbeatLife(journal = new Journal(), clock = new FakeClock()) {
  const store = journal.open(clock);
  const book = createMonitorBook(store);
  const news: string[] = [];
  const heartbeats = openHeartbeats({
    store,
    book,
    clock,
    elapsed: () => clock.elapsed,
    zone: "Asia/Shanghai",
    log: silentLog,
    news: (monitor) => news.push(monitor),
  });
  const record = (name: string): MonitorRecord => {
    const found = book.table.get(name);
    if (found === undefined) throw new Error(`no monitor ${name}`);
    return found;
  };
  return {
    clock,
    journal,
    store,
    book,
    heartbeats,
    news,
    record,
    /** Adds one, by keys as in `gengfu.yml`. */
    async add(name: string, options: object): Promise<MonitorRecord> {
      const spec = monitorSchema.parse({ name, kind: "heartbeat", ...options });
      const source = { kind: "chat", person: "console:boss", conversation: "console:ops", at: 0 } as const;
      await store.commit((change) => book.add(change, spec, source));
      await settle();
      return record(name);
    },
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
