/** Logs followed in a folder of their own, over a store whose every commit is kept: a test can end a life and begin another. */
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { monitorSchema } from "../../monitors/index.ts";
import type { JournalTool } from "../../monitors/log/journal.ts";
import { type Logs, openLogs } from "../../monitors/log/logs.ts";
import type { Look, MatchListener } from "../../monitors/monitor.ts";
import { createMonitorBook, type MonitorBook } from "../../monitors/monitor-book.ts";
import { silentLog } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import { FakeClock, settle } from "./fake-clock.ts";
import { Journal } from "./journaled-store.ts";

/** One monitor, `app`, on a machine that can be killed at any moment. */
export class FollowedLog {
  readonly clock = new FakeClock();
  readonly journal = new Journal();
  readonly folder = mkdtempSync(join(tmpdir(), "gengfu-logs-"));
  matches: MatchListener | undefined;
  logs!: Logs;
  store!: Store;
  book!: MonitorBook;
  readonly #tool: JournalTool | undefined;

  constructor(tool?: JournalTool) {
    this.#tool = tool;
    this.live();
    onTestFinished(async () => {
      await this.logs.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Begins a life on what is stored; the one before is cut off where it stands. */
  live(): void {
    void this.logs?.stop();
    this.store = this.journal.open(this.clock);
    this.book = createMonitorBook(this.store);
    this.logs = openLogs({
      store: this.store,
      book: this.book,
      clock: this.clock,
      log: silentLog,
      ...(this.#tool === undefined ? {} : { journal: this.#tool }),
    });
  }

  path(name = "app.log"): string {
    return join(this.folder, name);
  }

  write(text: string | Buffer, name?: string): void {
    appendFileSync(this.path(name), text);
  }

  /** Adds the monitor, by keys as in `gengfu.yml`; its path is in the folder. */
  async follow(options: object = {}, path: string | readonly string[] | null = "app.log"): Promise<void> {
    const paths =
      path === null
        ? undefined
        : typeof path === "string"
          ? this.path(path)
          : path.map((one) => this.path(one));
    const spec = monitorSchema.parse({
      name: "app",
      kind: "log",
      ...(paths === undefined ? {} : { path: paths }),
      ...options,
    });
    const source = { kind: "chat", person: "console:boss", conversation: "console:ops", at: 0 } as const;
    await this.store.commit((change) => this.book.add(change, spec, source));
    await settle();
  }

  async look(signal: AbortSignal = new AbortController().signal): Promise<Look> {
    const options = this.book.table.get("app")?.options ?? {};
    const { matches } = this;
    return this.logs.look("app", options, {
      signal,
      elapsed: () => 0,
      ...(matches === undefined ? {} : { matches }),
    });
  }

  /** Looks, and says what a counter has come to: all its series that have these labels together. */
  async count(name = "log_lines_total", labels: Readonly<Record<string, string>> = {}): Promise<number> {
    return counted(await this.look(), name, labels);
  }
}

/** The series of a metric that have these labels, together. */
export function counted(
  { readings }: Look,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return readings
    .filter(
      (one) =>
        one.name === name && Object.entries(labels).every(([key, value]) => one.labels?.[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}
