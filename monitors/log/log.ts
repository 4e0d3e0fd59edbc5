/** The `log` monitor: follows files or the journal, and counts what their lines say. */
import type { MonitorKind } from "../monitor.ts";
import { type JournalTool, systemJournal } from "./journal.ts";
import { type LogOptions, logOptions, pathsOf } from "./options.ts";
import { tryOut } from "./trial.ts";

/** The kind, over what a machine has to read its journal with. */
function createLogKind(tool: JournalTool): MonitorKind<LogOptions> {
  return {
    kind: "log",
    summary: {
      zh: "跟踪日志文件或 journald：按级别和模式计数、错误归类、从未见过的行",
      en: "follows log files or journald: counts by level and pattern, groups errors, finds lines never seen before",
    },
    example: {
      zh: '日志 /var/log/app.log patterns="OutOfMemory"',
      en: 'log /var/log/app.log patterns="OutOfMemory"',
    },
    options: logOptions,
    intervalMs: 5_000,
    timeoutMs: 5_000,
    target: "path",
    needs: "admin",
    instance: (options) =>
      (pathsOf(options).join(",") || `journal:${options.journal?.unit ?? ""}`).replace(/\s+/g, "_"),
    create: (options, { logs, elapsed, matches }, name) => ({
      async look(signal) {
        signal.throwIfAborted();
        if (name === undefined || logs === undefined) return tryOut(options, tool, signal);
        return logs.look(name, options, { signal, elapsed, ...(matches === undefined ? {} : { matches }) });
      },
    }),
  };
}

export const log = createLogKind(systemJournal);
