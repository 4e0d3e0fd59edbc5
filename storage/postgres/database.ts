/**
 * The sink of a store in PostgreSQL: what is committed together is one statement. When the connection breaks, the next
 * commit makes a new one; when it breaks while a commit is on its way, what became of it is found out before anybody is
 * answered, or, where that cannot be, set right as soon as it can.
 */
import type { Clock } from "../clock.ts";
import type { JsonPieces } from "../json-pieces.ts";
import type { Sink } from "../live-store.ts";
import type { Log } from "../log.ts";
import type { Operation, State } from "../state.ts";
import { NotSaved } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { fold, operationsOf } from "./batch.ts";
import { type Connection, connect, type Limits } from "./connection.ts";
import { takeLock } from "./lock.ts";
import { inTransaction, readHead, type Step, write } from "./schema.ts";
import { isRefusal, notSaved } from "./words.ts";

export interface DatabaseParts {
  readonly url: string;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  /** What is known to be there. */
  readonly state: State;
  /** Called when it is closed. */
  closed(): Promise<void>;
}

/** A write that was refused, although it may have been done. */
interface Doubt {
  readonly to: number;
  readonly tables: ReadonlySet<string>;
}

export class Database implements Sink {
  readonly #parts: DatabaseParts;
  #connection: Connection;
  /** Commits that are known to be there. */
  #last: number;
  #place: number;
  #doubt: Doubt | undefined;
  /** Set for good: what is there now is not known here. */
  #overtaken = false;

  constructor(parts: DatabaseParts, connection: Connection, last: number, place: number) {
    this.#parts = parts;
    this.#connection = connection;
    this.#last = last;
    this.#place = place;
  }

  async write(commits: readonly JsonPieces[]): Promise<void> {
    const operations = operationsOf(commits);
    // Once more where it was not done: a connection that nobody used for long may be gone without a word.
    if ((await this.#attempt(operations, commits.length)) === undefined) return;
    const cut = await this.#attempt(operations, commits.length);
    if (cut !== undefined) throw notSaved(this.#connection.place, cut);
  }

  /** Gives back what cut the connection when it was not done for that. Rejects with NotSaved for everything else. */
  async #attempt(operations: readonly Operation[], count: number): Promise<unknown> {
    const step = { from: await this.#ready(), to: this.#last + count };
    try {
      await this.#step(step, operations);
    } catch (error) {
      if (error instanceof NotSaved) throw error;
      if (isRefusal(error)) throw notSaved(this.#connection.place, error);
      // Nobody knows whether it was done: the answer may have been lost, or the question.
      this.#connection.destroy();
      this.#doubt = { to: step.to, tables: tablesOf(operations) };
      // Whatever keeps us from asking says more than the cut itself, and is a NotSaved already.
      if (!(await this.#wasDone(step))) return error;
    }
    this.#last = step.to;
    return undefined;
  }

  /** What came in together goes together: a statement takes as long as hundreds of small requests. */
  gather(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  close(): Promise<void> {
    return this.#connection.close().finally(() => this.#parts.closed());
  }

  async #step(step: Step, operations: readonly Operation[]): Promise<void> {
    const batch = fold(operations, () => ++this.#place);
    if (!(await write(this.#connection, step, batch))) throw this.#overtakenBy();
  }

  /** Sees to it that there is a connection and no doubt; how many commits there are. */
  async #ready(): Promise<number> {
    if (this.#overtaken) throw this.#overtakenBy();
    if (!this.#connection.isOpen) await this.#reconnect();
    await this.#mend();
    return this.#last;
  }

  /** Asks over a new connection whether a write whose answer was lost was done; rejects with NotSaved where it cannot. */
  async #wasDone({ to }: Step): Promise<boolean> {
    await this.#reconnect();
    const { place } = this.#connection;
    const head = await readHead(this.#connection).catch((error: unknown) => {
      throw notSaved(place, error);
    });
    this.#doubt = undefined;
    return head?.last === to;
  }

  async #reconnect(): Promise<void> {
    const { url, limits, clock, log } = this.#parts;
    const { place, pid } = this.#connection;
    try {
      const connection = await connect(url, limits);
      try {
        await takeLock(connection, clock, pid);
      } catch (error) {
        await connection.close();
        throw error;
      }
      this.#connection = connection;
    } catch (error) {
      if (error instanceof StoreError) throw new NotSaved(error.text, { cause: error });
      throw notSaved(place, error);
    }
    log.info({ place }, "connected to PostgreSQL again");
  }

  /**
   * Nobody was told that the doubtful write was done, and what is here does not have it: if it was, the tables that it
   * touched are written anew as they are here.
   */
  async #mend(): Promise<void> {
    const doubt = this.#doubt;
    if (doubt === undefined) return;
    const connection = this.#connection;
    try {
      const head = await readHead(connection);
      const mended = doubt.to + 1;
      if (head?.last === doubt.to) {
        const step = { from: doubt.to, to: mended };
        await inTransaction(connection, async () => {
          await connection.ask(`delete from gengfu.documents where "table" = any($1::text[])`, [
            [...doubt.tables],
          ]);
          await this.#step(step, contentsOf(this.#parts.state, doubt.tables));
        });
        this.#last = mended;
      } else if (head?.last === mended) this.#last = mended;
      else if (head?.last !== this.#last) throw this.#overtakenBy();
      this.#doubt = undefined;
    } catch (error) {
      if (error instanceof NotSaved) throw error;
      if (!isRefusal(error)) connection.destroy();
      throw notSaved(connection.place, error);
    }
  }

  #overtakenBy(): NotSaved {
    this.#overtaken = true;
    const { place } = this.#connection;
    return new NotSaved({
      zh: `数据库 ${place} 里已不是本进程写下的数据：被其他程序改写，或换成了旧副本。请重启 Gengfu`,
      en: `the database ${place} no longer holds what this process wrote: something else has written there, or an older copy stands in its place; restart Gengfu`,
    });
  }
}

function tablesOf(operations: readonly Operation[]): ReadonlySet<string> {
  return new Set(operations.filter(([kind]) => kind !== "c").map(([, table]) => table));
}

/** All documents of these tables, in their order, as if they were put now. Numbers that were drawn may stay drawn. */
export function contentsOf(state: State, tables: Iterable<string>): Operation[] {
  return [...tables].flatMap((table) =>
    [...(state.tables.get(table) ?? [])].map(([id, document]): Operation => ["i", table, id, document]),
  );
}
