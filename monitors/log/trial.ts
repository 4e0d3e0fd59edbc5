/** What a `log` monitor would have found in the last lines that there are: for whoever tries it out. Leaves no trace. */
import { open } from "node:fs/promises";
import { masked } from "../../storage/mask.ts";
import type { Look } from "../monitor.ts";
import { reasonOf } from "../reason.ts";
import { decodeLines } from "./decode.ts";
import { createJoiner } from "./entries.ts";
import { codeOf, expand, type Unseen } from "./files.ts";
import { type JournalTool, readJournal } from "./journal.ts";
import { newMemory } from "./memory.ts";
import { type LogOptions, pathsOf } from "./options.ts";
import { compilePatterns } from "./patterns.ts";
import { readingsOf } from "./report.ts";
import { createTally } from "./tally.ts";
import { openTemplates } from "./templates.ts";
import { outcomeOf } from "./trouble.ts";

/** Of each file so many bytes are looked at, and of so many files. */
const LOOKED_AT = 262_144;
const MOST_FILES = 10;
const MOST_ENTRIES = 1_000;
/** Lines shown of each pattern. */
const SHOWN = 3;
const LONGEST_SHOWN = 300;

export async function tryOut(options: LogOptions, tool: JournalTool, signal: AbortSignal): Promise<Look> {
  signal.throwIfAborted();
  const patterns = compilePatterns(options.patterns);
  const memory = newMemory("", 0);
  const learning = { templates: openTemplates([]), shapes: new Map() };
  const tally = createTally(memory, { patterns, learning, isLearnt: false });
  const shown = new Map<string, string[]>();
  const take = (entry: string, level?: Parameters<typeof tally.count>[2]): void => {
    tally.count(entry, 0, level);
    for (const { pattern } of patterns.match(entry)) {
      const lines = shown.get(pattern) ?? [];
      shown.set(pattern, [...lines, entry].slice(-SHOWN));
    }
  };
  const { files, ...outcome } = await (options.journal === undefined
    ? readFiles(options, take, signal)
    : readEntries(options.journal, tool, take, signal));
  signal.throwIfAborted();
  const after = { ...memory, ...tally.counters() };
  const standing = { files, lag: 0, changedAt: undefined, templates: learning.templates.size };
  // As if both looks had been, so that every counter says its number; of the rest only what was found.
  const readings = readingsOf(after, after, patterns, standing).filter(
    ({ name, value }) => value > 0 || name === "log_matches_total",
  );
  const excerpt = patterns.names.flatMap((name) =>
    (shown.get(name) ?? []).map((line) => `${name}: ${masked(line, LONGEST_SHOWN)}`),
  );
  return { ...outcome, readings, excerpt };
}

type Read = Pick<Look, "failure" | "remark" | "unknown"> & { readonly files: number };

async function readFiles(
  options: LogOptions,
  take: (entry: string) => void,
  signal: AbortSignal,
): Promise<Read> {
  const paths = pathsOf(options);
  const found = await expand(paths, signal);
  const unseen: Unseen[] = [...found.unseen];
  for (const { path, size } of found.files.slice(-MOST_FILES)) {
    signal.throwIfAborted();
    try {
      const handle = await open(path, "r");
      try {
        const from = Math.max(0, size - LOOKED_AT);
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
        const lines = decodeLines(buffer.subarray(0, bytesRead), options.encoding);
        const joiner = createJoiner(options.multiline, take);
        // The first is a part of a line, unless it is the first of the file.
        for (const line of lines.slice(from === 0 ? 0 : 1).slice(-MOST_ENTRIES)) joiner.line(line);
        joiner.flush();
      } finally {
        await handle.close();
      }
    } catch (error) {
      unseen.push({ path, code: codeOf(error) });
    }
  }
  return { files: found.files.length, ...outcomeOf(paths, found, unseen, 0) };
}

async function readEntries(
  options: NonNullable<LogOptions["journal"]>,
  tool: JournalTool,
  take: (entry: string, level: Parameters<ReturnType<typeof createTally>["count"]>[2]) => void,
  signal: AbortSignal,
): Promise<Read> {
  try {
    await readJournal(
      tool,
      options,
      { last: MOST_ENTRIES },
      ({ text, level }) => {
        take(text, level);
        return true;
      },
      signal,
    );
    return { files: 0 };
  } catch (error) {
    return { files: 0, failure: reasonOf(error) };
  }
}
