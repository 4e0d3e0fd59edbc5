/** What monitors that are told instead of looking are opened with: a fake clock, and a store whose every commit is kept. */
import { monitorSchema } from "../../monitors/index.ts";
import { createMonitorBook, type MonitorRecord } from "../../monitors/monitor-book.ts";
import { silentLog } from "../../storage/log.ts";
import { type FakeClock, settle } from "./fake-clock.ts";
import type { Journal } from "./journaled-store.ts";

/** One life on what `journal` holds; `elapsed` is what the machine counts, whatever its clock shows. */
export function toldLife(journal: Journal, clock: FakeClock) {
  const store = journal.open(clock);
  const book = createMonitorBook(store);
  const news: string[] = [];
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
    news,
    record,
    deps: {
      store,
      book,
      clock,
      elapsed: () => clock.elapsed,
      zone: "Asia/Shanghai",
      log: silentLog,
      news: (monitor: string) => void news.push(monitor),
    },
    /** Adds a monitor, by keys as in `gengfu.yml`. */
    async add(name: string, options: object): Promise<MonitorRecord> {
      const spec = monitorSchema.parse({ name, ...options });
      const source = { kind: "chat", person: "console:boss", conversation: "console:ops", at: 0 } as const;
      await store.commit((change) => book.add(change, spec, source));
      await settle();
      return record(name);
    },
  };
}
