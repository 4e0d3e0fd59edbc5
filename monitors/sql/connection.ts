/** The contract of a driver: what the pool wants of PostgreSQL, MySQL and SQLite. */
import type { Answer } from "../monitor.ts";
import type { Database } from "./database.ts";

/** One that is open. What it throws is a LookFailed, or an error that its driver explains. */
export interface Connection {
  /** Runs one statement in a read-only transaction. At most `most` rows come back. */
  ask(statement: string, most: number): Promise<Answer>;
  /** Asks the server to end the statement that is under way. Never rejects; gives up by itself. */
  cancel(): Promise<void>;
  /** Ends it, whatever it is doing. */
  close(): void;
  /** Called once when the other side has ended it. */
  onEnd(listener: () => void): void;
}

/** Opens one; what is under way when `signal` aborts is ended. */
export type Connect = (database: Database, signal: AbortSignal) => Promise<Connection>;

/** More bytes than this in one answer are too many: the connection is cut. */
export const MOST_BYTES = 8 * 1_048_576;

/** What the server is told to end a statement with may take so long itself. */
export const CANCEL_MS = 3_000;
