/** Puts another `gengfu.yml` in force while the house stands: all that can fail comes first, then one commit. */
import { isDeepStrictEqual } from "node:util";
import type { Audit } from "../commands/audit.ts";
import type { Commit, Reloaded } from "../commands/world.ts";
import type { Clock } from "../storage/clock.ts";
import { inLocale, type Locale } from "../storage/locale.ts";
import type { Log } from "../storage/log.ts";
import type { Change, Store } from "../storage/store.ts";
import { ConfigError, type Problem } from "./config/error.ts";
import type { FileConfig } from "./config.ts";

export interface ReloadOptions {
  /** Reads the file again; throws a ConfigError. Absent where there is no file to read. */
  readonly read: (() => FileConfig) | undefined;
  /** Makes ready what the file says, without changing anything. May throw; then nothing has happened. */
  prepare(config: FileConfig): Prepared;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
}

/** A file that is ready to be put in force. */
export interface Prepared {
  readonly notes: readonly Problem[];
  /** Writes what of it is stored. */
  store(change: Change): void;
  /** Swaps what is kept in memory, once that is on disk. Cannot fail. */
  swap(): void;
}

/** How the last attempt to reload went. */
export interface LastReload {
  readonly at: number;
  /** undefined: it is in force. */
  readonly error: ConfigError | undefined;
}

export interface Reload {
  /**
   * Reloads in the commit that `commit` makes. A file that cannot be used leaves the old one in force and is told in
   * the outcome; a disk that refuses rejects with NotSaved and leaves the old one in force too.
   */
  run(commit: Commit, by: string): Promise<Reloaded>;
  last(): LastReload | undefined;
}

/** Two reloads never overlap: the second one waits for the first. */
export function openReload({ read, prepare, clock, log, locale }: ReloadOptions): Reload {
  let last: LastReload | undefined;
  let before: Promise<unknown> = Promise.resolve();

  async function reload(commit: Commit, by: string): Promise<Reloaded> {
    let prepared: Prepared;
    try {
      if (read === undefined) throw NO_FILE;
      prepared = prepare(read());
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      last = { at: clock.now(), error };
      log.error(
        { by, problems: lines(error.problems, locale) },
        "reload refused; the old configuration stays in force",
      );
      return {
        ok: false,
        problems: error.problems,
        words: { zh: error.words("zh-CN"), en: error.words("en") },
      };
    }
    const { notes } = prepared;
    await commit((change) => prepared.store(change));
    prepared.swap();
    last = { at: clock.now(), error: undefined };
    log.info({ by, notes: lines(notes, locale) }, "reloaded");
    return { ok: true, problems: notes };
  }

  return {
    run(commit, by) {
      const turn = before.then(() => reload(commit, by));
      before = turn.catch(() => {});
      return turn;
    },
    last: () => last,
  };
}

/** A reload that nobody asked for in a chat, with its line in the audit trail: who asked, and how. */
export function reloadWithAudit(
  reloading: Pick<ReturnType<typeof openReload>, "run">,
  { store, audit, clock }: { readonly store: Store; readonly audit: Audit; readonly clock: Clock },
): (by: string, line: string) => Promise<Reloaded> {
  return (by, line) =>
    reloading.run(
      (edit) =>
        store.commit((change) => {
          audit.add(change, { at: clock.now(), person: by, conversation: "", line });
          return edit(change);
        }),
      by,
    );
}

const NO_FILE = new ConfigError("gengfu.yml", [
  {
    path: "",
    text: { zh: "启动时没有配置文件可读", en: "there is no file to read again" },
  },
]);

/** Problems as lines for the log. */
export function lines(problems: readonly Problem[], locale: Locale): readonly string[] {
  return problems.map(({ path, text }) => `${path === "" ? "" : `${path}: `}${inLocale(locale, text)}`);
}

/** What only the next start takes up. */
export function needsRestart(before: FileConfig, after: FileConfig): readonly Problem[] {
  const text = { zh: "下次启动时才生效", en: "takes effect with the next start" };
  const changed = [
    ...(before.retention === after.retention ? [] : ["retention"]),
    ...(isDeepStrictEqual(before.dingtalk.quota, after.dingtalk.quota) ? [] : ["dingtalk.quota"]),
  ];
  return changed.map((path) => ({ path, text }));
}
