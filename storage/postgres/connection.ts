/**
 * The one connection to PostgreSQL that commits go through. It takes no part in pooling: it holds the lock that keeps
 * every other Gengfu out for as long as it lasts.
 */
import { Socket } from "node:net";
import { hostname } from "node:os";
import { StoreError } from "../store-error.ts";
import { DatabaseDown } from "./words.ts";

/** How long things may take, in milliseconds. */
export interface Limits {
  readonly connectMs: number;
  /** One statement, until the server breaks it off; a little later we stop waiting for it. */
  readonly statementMs: number;
}

export interface Connection {
  /** `host:port/database`, without user and password: for people. */
  readonly place: string;
  /** The server's process. */
  readonly pid: number;
  readonly isOpen: boolean;
  /**
   * Runs one statement; every value of its rows is text or null. One with a name is parsed and planned once. Rejects
   * with what `pg` says.
   */
  ask(
    statement: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<readonly (readonly (string | null)[])[]>;
  /** Breaks it off, whatever is under way. */
  destroy(): void;
  /** Says goodbye first, so that the lock is free at once. */
  close(): Promise<void>;
}

/** A connection on which nothing is said for so long is asked whether it still stands. */
const KEEP_ALIVE_MS = 20_000;
/** The wait for an answer goes on for so long after the server should have broken a statement off. */
const GRACE_MS = 2_000;

/**
 * What holds in our session. A commit that is answered is on the server's disk, whatever its default is; and when this
 * machine dies, the server notices within a minute or so, and the lock is free.
 */
const SESSION = `set synchronous_commit = on; set client_encoding = 'UTF8'; set default_transaction_isolation = 'read committed';
set tcp_keepalives_idle = 20; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 6`;

/** Connects. Throws `DatabaseDown` with words for it, and a StoreError where `pg` is not installed. */
export async function connect(url: string, { connectMs, statementMs }: Limits): Promise<Connection> {
  const pg = await load();
  const socket = new Socket();
  let isOpen = false;
  const client = new pg.Client({
    connectionString: url,
    application_name: `gengfu@${hostname()}`.slice(0, 63),
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + GRACE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    stream: () => socket,
    // Text as the server sends it: numbers may be larger than ours.
    types: { getTypeParser: () => (text: string | Buffer) => text },
  });
  const { host, port, database = "" } = client;
  const place = `${host.startsWith("/") ? host : `${host}:${port}`}/${database}`;
  const destroy = (): void => {
    isOpen = false;
    socket.destroy();
  };
  // Without a listener it would end the process; whoever asks next hears of it.
  client.on("error", destroy);
  socket.on("close", destroy);
  try {
    await client.connect();
    isOpen = true;
    await client.query(SESSION);
  } catch (error) {
    destroy();
    throw new DatabaseDown(place, error);
  }
  const { processID: pid } = client as unknown as { readonly processID: number };
  return {
    place,
    pid,
    get isOpen() {
      return isOpen;
    },
    async ask(statement, values = [], name) {
      const { rows } = await client.query<(string | null)[]>({
        text: statement,
        ...(name === undefined ? {} : { name }),
        values: [...values],
        rowMode: "array",
      });
      return rows;
    },
    destroy,
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await client.end().catch(() => {});
      socket.destroy();
    },
  };
}

async function load(): Promise<typeof import("pg").default> {
  try {
    return (await import("pg")).default;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) throw error;
    throw new StoreError({
      zh: "DATABASE_URL 需要 npm 包 pg，但没有安装：npm install pg",
      en: "DATABASE_URL needs the package pg, which is not installed: npm install pg",
    });
  }
}
