/** Which flow is meant, found without looking through all monitors. */
import type { MonitorBook, MonitorRecord } from "../monitor-book.ts";
import type { FlowOptions, State } from "./options.ts";

/** A step that is told of by lines of a log. */
export interface StepOfLog {
  readonly record: MonitorRecord;
  readonly step: string;
  readonly state: State;
}

/** The flows of a book, as they are at every moment. */
export function flowIndex({ table }: MonitorBook) {
  let byToken = new Map<string, MonitorRecord>();
  let byLog = new Map<string, StepOfLog[]>();
  let isOld = true;
  table.watch((_, after, before) => {
    if (after?.kind === "flow" || before?.kind === "flow") isOld = true;
  });

  function fresh(): void {
    if (!isOld) return;
    isOld = false;
    byToken = new Map();
    byLog = new Map();
    for (const record of table.values()) {
      if (record.kind !== "flow") continue;
      const { token = "", steps } = record.options as FlowOptions;
      // One that the file took over from the chat with its token is the file's.
      if (byToken.has(token) && record.source.kind !== "file") continue;
      byToken.set(token, record);
      for (const { name: step, log = [] } of steps)
        for (const { monitor, pattern, state } of log) {
          const key = `${monitor}\n${pattern}`;
          byLog.set(key, [...(byLog.get(key) ?? []), { record, step, state }]);
        }
    }
  }

  return {
    get size() {
      fresh();
      return byToken.size;
    },
    byToken(): ReadonlyMap<string, MonitorRecord> {
      fresh();
      return byToken;
    },
    find(name: string): MonitorRecord | undefined {
      const found = table.get(name);
      return found?.kind === "flow" ? found : undefined;
    },
    /** Whom lines tell of that a pattern of a `log` monitor matches. */
    matching(monitor: string, pattern: string): readonly StepOfLog[] {
      fresh();
      return byLog.get(`${monitor}\n${pattern}`) ?? [];
    },
  };
}
