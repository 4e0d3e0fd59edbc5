/** One look under way, as what reads files and what reads the journal see it. */
import type { Handles } from "./handles.ts";
import type { JournalTool } from "./journal.ts";
import type { Memory } from "./memory.ts";
import type { LogOptions } from "./options.ts";
import type { Tally } from "./tally.ts";

/** Counts, and puts what was counted on disk together with how far it has come. */
export interface Session {
  readonly options: LogOptions;
  readonly handles: Handles;
  /** Nothing has been read of this file or journal yet. */
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
  readonly journal: JournalTool;
  now(): number;
  /** As it is on disk. */
  memory(): Memory;
  take(entry: string, level?: Parameters<Tally["count"]>[2]): void;
  /** Makes a kind of line known without counting it. */
  learn(line: string): void;
  addBytes(count: number): void;
  /** Enough has been counted to be put on disk. */
  isFull(): boolean;
  /** The look has taken its time. */
  isSpent(): boolean;
  /** Puts on disk what was counted, with these changes; nothing where there is nothing new. */
  save(edit: Partial<Memory>): Promise<void>;
}
