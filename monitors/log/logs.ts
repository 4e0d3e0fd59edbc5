/** All followed logs: how far each has been read and what was counted stand in one commit, whatever happens to us. */

import type { Clock } from "../../storage/clock.ts";
import { parseDuration } from "../../storage/duration.ts";
import type { Labels } from "../../storage/labels.ts";
import type { Log } from "../../storage/log.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { LogAbout, LogSight, Look, MatchedLine } from "../monitor.ts";
import type { MonitorBook, MonitorRecord } from "../monitor-book.ts";
import { type Handles, openHandles } from "./handles.ts";
import { type JournalTool, systemJournal } from "./journal.ts";
import { lookAtFiles } from "./look-at-files.ts";
import { lookAtJournal } from "./look-at-journal.ts";
import {
  decodeMemory,
  decodeTemplate,
  type Kept,
  type Memory,
  newMemory,
  type StoredTemplate,
} from "./memory.ts";
import type { LogOptions } from "./options.ts";
import { compilePatterns, type Patterns } from "./patterns.ts";
import { readingsOf, type Standing } from "./report.ts";
import type { Session } from "./session.ts";
import { type Counted, createTally, type Learning, type Tally } from "./tally.ts";
import { openTemplates } from "./templates.ts";

/** So much is read in one look at most, in bytes and in milliseconds: the rest waits for the next one. */
const MOST_BYTES = 256 * 1024 * 1024;
const LONGEST_MS = 2_000;
/** After so many bytes what has been counted is put on disk. */
const COMMIT_BYTES = 8 * 1024 * 1024;

export interface LogsDeps {
  readonly store: Store;
  readonly book: MonitorBook;
  readonly clock: Clock;
  readonly log: Log;
  /** This machine's `journalctl` unless given. */
  readonly journal?: JournalTool;
}

export interface Logs extends LogSight {
  /** The last lines that matched, of a monitor; masked plain text of whoever wrote the log. */
  lastLines(monitor: string): readonly Kept[];
  /** Those behind an alert with these labels, for its card: none where the monitor does not want them shown. */
  linesBehind(labels: Labels): readonly string[];
  /** Closes every file. */
  stop(): Promise<void>;
}

/** The monitor was removed, or made anew, while it looked. */
class Superseded extends Error {}

/** What is kept of a monitor from look to look; all of it can be made again from what is stored. */
interface Life {
  readonly options: LogOptions;
  readonly patterns: Patterns;
  readonly handles: Handles;
  learning: Learning;
  /** What the last look of this life that came to its end told as samples. */
  told: Memory | undefined;
}

/** Opens the tables of logs. The book must be of the same store. */
export function openLogs({ store, book, clock, log, journal = systemJournal }: LogsDeps): Logs {
  const memories: Table<Memory> = store.table("logs", decodeMemory);
  const templates: Table<StoredTemplate> = store.table("log_templates", decodeTemplate);
  const lives = new Map<string, Life>();

  function lifeOf(monitor: string, options: LogOptions): Life {
    const known = lives.get(monitor);
    if (known?.options === options) return known;
    void known?.handles.end();
    const life: Life = {
      options,
      patterns: compilePatterns(options.patterns),
      handles: openHandles(),
      learning: learningOf(monitor),
      told: undefined,
    };
    lives.set(monitor, life);
    return life;
  }

  function learningOf(monitor: string): Learning {
    const mine = [...templates.values()].filter((one) => one.monitor === monitor);
    return { templates: openTemplates(mine), shapes: new Map() };
  }

  function forget(change: Change, monitor: string): void {
    change.remove(memories, monitor);
    for (const [id, one] of templates.entries()) if (one.monitor === monitor) change.remove(templates, id);
  }

  const isKnown = (record: MonitorRecord | undefined): boolean => record?.kind === "log";

  const unwatch = book.table.watch((name, after) => {
    const life = lives.get(name);
    if (life !== undefined && (after === undefined || after.paused || !isKnown(after))) {
      lives.delete(name);
      void life.handles.end();
    }
    if (isKnown(after) || memories.get(name) === undefined) return;
    store
      .commit((change) => {
        if (!isKnown(change.get(book.table, name))) forget(change, name);
      })
      .catch((err) => log.warn({ err, monitor: name }, "what was read of a removed log is still stored"));
  });

  async function look(monitor: string, given: object, { signal, elapsed, matches }: LogAbout): Promise<Look> {
    // Read by the schema of the kind, whoever made the record.
    const options = given as LogOptions;
    const life = lifeOf(monitor, options);
    /** When reading began: finding the files may take its time, and yet something must be read in every look. */
    let begunAt: number | undefined;
    const of = JSON.stringify(options.path ?? options.journal);
    const stored = memories.get(monitor);
    const isFirst = stored?.of !== of;
    const { journal: _, ...rest } = stored ?? newMemory(of, clock.now());
    const before: Memory = isFirst ? { ...rest, of, files: [] } : stored;
    let current = before;
    let heard: MatchedLine[] = [];
    let bytes = 0;
    let unsaved = 0;
    let tally = begin();

    function begin(): Tally {
      const since = Math.min(current.since, clock.now());
      return createTally(current, {
        patterns: life.patterns,
        learning: life.learning,
        isLearnt: clock.now() - since >= (parseDuration(options.learn) ?? 0),
        ...(matches === undefined
          ? {}
          : { matched: (counted: Counted) => heard.push(...linesOf(monitor, counted)) }),
      });
    }

    async function save(edit: Partial<Memory>): Promise<void> {
      const next: Memory = {
        ...current,
        ...(tally.hasCounted ? tally.counters() : {}),
        since: Math.min(current.since, clock.now()),
        ...edit,
      };
      if (stored !== undefined && JSON.stringify(next) === JSON.stringify(current)) return;
      const memory = { ...next, seq: current.seq + 1 };
      const lines = heard;
      const learnt = life.learning.templates.changed();
      try {
        await store.commit((change) => {
          if (!isKnown(change.get(book.table, monitor))) throw new Superseded("the monitor has been removed");
          if ((change.get(memories, monitor)?.seq ?? 0) !== current.seq)
            throw new Superseded("another look has read on");
          change.put(memories, monitor, memory);
          for (const one of learnt) change.put(templates, `${monitor}\n${one.id}`, { ...one, monitor });
          if (lines.length > 0) matches?.heard(change, lines);
        });
      } catch (error) {
        // What was learnt of lines that will be read again is not known yet.
        life.learning = learningOf(monitor);
        throw error;
      }
      current = memory;
      heard = [];
      unsaved = 0;
      tally = begin();
    }

    const session: Session = {
      options,
      handles: life.handles,
      isFirst,
      signal,
      journal,
      now: () => clock.now(),
      memory: () => current,
      take: (entry, level) => tally.count(entry, clock.now(), level),
      learn: (line) => void life.learning.templates.learn(line),
      addBytes(count) {
        tally.addBytes(count);
        bytes += count;
        unsaved += count;
      },
      isFull: () => unsaved >= COMMIT_BYTES,
      isSpent() {
        begunAt ??= elapsed();
        return signal.aborted || bytes >= MOST_BYTES || elapsed() - begunAt >= LONGEST_MS;
      },
      save,
    };
    signal.throwIfAborted();
    const looked = await (options.journal === undefined ? lookAtFiles(session) : lookAtJournal(session));
    const standing: Standing = { ...looked.standing, templates: life.learning.templates.size };
    // A look that was cut off has counted, and told nobody: what it counted is as new as what this one did.
    const known = life.told ?? before;
    life.told = current;
    return { ...looked.outcome, readings: readingsOf(known, current, life.patterns, standing) };
  }

  return {
    look,
    lastLines: (monitor) => memories.get(monitor)?.kept ?? [],
    linesBehind(labels) {
      const monitor = labels["monitor"] ?? "";
      const record = book.table.get(monitor);
      if (record?.kind !== "log" || record.options["show_lines"] !== true) return [];
      return behind(memories.get(monitor)?.kept ?? [], labels);
    },
    async stop() {
      unwatch();
      await Promise.all([...lives.values()].map(({ handles }) => handles.end()));
      lives.clear();
    },
  };
}

function linesOf(monitor: string, { at, matches, entry }: Counted): MatchedLine[] {
  return matches.map(({ pattern, groups }) => ({ monitor, pattern, at, groups, line: entry }));
}

/** So many lines stand on a card. */
const SHOWN = 3;

/** The lines that what is labelled like this was counted from. */
function behind(kept: readonly Kept[], { pattern, level, signature }: Labels): readonly string[] {
  return kept
    .filter(
      (line) =>
        (pattern === undefined || line.patterns.includes(pattern)) &&
        (level === undefined || line.level === level) &&
        (signature === undefined || line.signature === signature),
    )
    .slice(-SHOWN)
    .map(({ line }) => line);
}
