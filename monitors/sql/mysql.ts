/** MySQL and MariaDB by `mysql2`, which is loaded with the first statement. */
import { connect as connectSocket, type Socket } from "node:net";
import { tlsConnection } from "../probe/tls-options.ts";
import type { LookFailed, ReasonCode } from "../reason.ts";
import { CANCEL_MS, type Connect, type Connection, MOST_BYTES } from "./connection.ts";
import type { Server } from "./database.ts";
import { codeOf, databaseFailed, type Moment, noPackage, queryReason, tooLarge } from "./failure.ts";
import { type ByteLimit, limitBytes } from "./limit-bytes.ts";
import { momentOf } from "./moment.ts";
import { asSubquery } from "./statement.ts";

type MySql = typeof import("mysql2");
type Client = ReturnType<MySql["createConnection"]>;
type Cell = string | null;

/** Types of columns by the numbers of the protocol. */
const NUMBERS = new Set([0, 1, 2, 3, 4, 5, 8, 9, 13, 16, 246]);
const MOMENTS = new Set([7, 10, 12, 14, 17, 18]);

async function load(): Promise<MySql> {
  try {
    return (await import("mysql2")).default as unknown as MySql;
  } catch (error) {
    if (codeOf(error) === "ERR_MODULE_NOT_FOUND") throw noPackage("mysql2");
    throw error;
  }
}

export const connectMySql: Connect = async (database, signal) => {
  const mysql = await load();
  const place = database.place as Server;
  const { client, socket } = clientOf(mysql, place);
  const limit = limitBytes(socket, place.tls !== undefined);
  const stop = (): void => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await connected(client);
    const isMariaDb = /mariadb/i.test((await ask(client, "select version()")).rows[0]?.[0] ?? "");
    const seconds = database.statementTimeoutMs / 1_000;
    await ask(
      client,
      isMariaDb
        ? `set session max_statement_time = ${seconds}, lock_wait_timeout = ${Math.ceil(seconds)}`
        : `set session max_execution_time = ${database.statementTimeoutMs}, lock_wait_timeout = ${Math.ceil(seconds)}`,
    );
  } catch (error) {
    socket.destroy();
    throw limit.exceeded
      ? tooLarge(MOST_BYTES)
      : explained(error, { phase: "connect", isTls: place.tls !== undefined });
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return connection(mysql, { client, socket, limit }, place);
};

function clientOf(mysql: MySql, place: Server): { client: Client; socket: Socket } {
  const socket = connectSocket({ host: place.host, port: place.port, noDelay: true, keepAlive: true });
  const { user, password, database, tls } = place;
  const { servername, rejectUnauthorized, ca, cert, key, minVersion, maxVersion, ciphers } =
    tls === undefined ? {} : tlsConnection(tls, undefined);
  const secure = { rejectUnauthorized, ca, cert, key, minVersion, maxVersion, ciphers };
  const client = mysql.createConnection({
    // With a stream of our own this is only the name that the certificate must be for.
    host: servername ?? place.host,
    port: place.port,
    stream: () => socket,
    user,
    ...(password === undefined ? {} : { password }),
    database,
    ...(tls === undefined
      ? {}
      : { ssl: { ...(defined(secure) as object), verifyIdentity: rejectUnauthorized !== false } }),
    charset: "utf8mb4",
    multipleStatements: false,
    rowsAsArray: true,
    disableEval: true,
    // The pool has a limit of its own.
    connectTimeout: 0,
    typeCast: (field) => (field.type === "BIT" ? bits(field.buffer()) : field.string()),
  });
  // Whoever waits for an answer hears of it, too; without a listener it would end the process.
  client.on("error", () => {});
  return { client, socket };
}

function defined(options: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function bits(bytes: Buffer | null): Cell {
  return bytes === null ? null : BigInt(`0x${bytes.toString("hex") || "0"}`).toString();
}

function connected(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.connect((error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

interface Rows {
  readonly rows: readonly (readonly Cell[])[];
  readonly fields: readonly { readonly name: string; readonly type: number }[];
}

function ask(client: Client, statement: string): Promise<Rows> {
  return new Promise((resolve, reject) => {
    client.query(statement, (error, rows, fields) => {
      if (error !== null) reject(error);
      else
        resolve({
          rows: Array.isArray(rows) ? (rows as unknown as Cell[][]) : [],
          fields: (fields ?? []).map(({ name, columnType, type }) => ({
            name,
            type: columnType ?? type ?? -1,
          })),
        });
    });
  });
}

function connection(
  mysql: MySql,
  { client, socket, limit }: { client: Client; socket: Socket; limit: ByteLimit },
  place: Server,
): Connection {
  const isTls = place.tls !== undefined;
  limit.watch((client as unknown as { readonly stream?: Socket }).stream ?? socket);
  return {
    async ask(statement, most) {
      limit.reset();
      try {
        await ask(client, "start transaction read only");
        const { rows, fields } = await ask(client, asSubquery(statement, most));
        const zone = await ask(client, "select timestampdiff(second, utc_timestamp(), now())");
        await ask(client, "rollback");
        const offsetS = Number(zone.rows[0]?.[0] ?? 0);
        return {
          columns: fields.map(({ name, type }) => ({
            name,
            holds: NUMBERS.has(type) || MOMENTS.has(type) ? "numbers" : "texts",
          })),
          rows: rows.map((row) => row.map((cell, i) => read(cell, fields[i]?.type ?? -1, offsetS))),
        };
      } catch (error) {
        throw limit.exceeded ? tooLarge(MOST_BYTES) : explained(error, { phase: "query", isTls });
      }
    },
    async cancel() {
      const helper = clientOf(mysql, place);
      const tooLong = AbortSignal.timeout(CANCEL_MS);
      tooLong.addEventListener("abort", () => helper.socket.destroy(), { once: true });
      try {
        await connected(helper.client);
        await ask(helper.client, `kill query ${Number(client.threadId)}`);
      } catch {
        // The server ends the statement by its own limit.
      } finally {
        helper.socket.destroy();
      }
    },
    close: () => void socket.destroy(),
    onEnd: (listener) => void socket.once("close", listener),
  };
}

function read(cell: Cell, type: number, offsetS: number): number | string | null {
  if (cell === null) return null;
  if (NUMBERS.has(type)) return Number(cell);
  return MOMENTS.has(type) ? momentOf(cell, offsetS) : cell;
}

/** By the names of the errors of MySQL and MariaDB; what a server complains of and is not here is the statement's fault. */
const REASONS: Readonly<Record<string, ReasonCode>> = {
  ER_ACCESS_DENIED_ERROR: "login_refused",
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: "login_refused",
  ER_DBACCESS_DENIED_ERROR: "login_refused",
  ER_BAD_DB_ERROR: "login_refused",
  ER_HOST_NOT_PRIVILEGED: "login_refused",
  ER_HOST_IS_BLOCKED: "login_refused",
  ER_NOT_SUPPORTED_AUTH_MODE: "login_refused",
  AUTH_SWITCH_PLUGIN_ERROR: "login_refused",
  ER_CON_COUNT_ERROR: "too_many_connections",
  ER_TOO_MANY_USER_CONNECTIONS: "too_many_connections",
  ER_USER_LIMIT_REACHED: "too_many_connections",
  ER_QUERY_TIMEOUT: "timeout",
  ER_QUERY_INTERRUPTED: "timeout",
  ER_LOCK_WAIT_TIMEOUT: "timeout",
  ER_TABLEACCESS_DENIED_ERROR: "not_permitted",
  ER_COLUMNACCESS_DENIED_ERROR: "not_permitted",
  ER_SPECIFIC_ACCESS_DENIED_ERROR: "not_permitted",
  ER_PROCACCESS_DENIED_ERROR: "not_permitted",
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: "not_permitted",
  // Its states are those of what runs, and these are seen before.
  ER_INVALID_GROUP_FUNC_USE: "bad_query",
  ER_OPERAND_COLUMNS: "bad_query",
  ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT: "bad_query",
  ER_SERVER_SHUTDOWN: "reset",
  PROTOCOL_CONNECTION_LOST: "reset",
  HANDSHAKE_NO_SSL_SUPPORT: "tls",
  HANDSHAKE_SSL_ERROR: "tls",
};

/** MariaDB's `ER_STATEMENT_TIMEOUT`, for which MySQL has no name. */
const STATEMENT_TIMEOUT = 1969;

function explained(error: unknown, moment: Moment): LookFailed {
  const { errno, sqlState } = (typeof error === "object" && error !== null ? error : {}) as {
    errno?: unknown;
    sqlState?: unknown;
  };
  return databaseFailed(error, moment, (code) => {
    if (errno === STATEMENT_TIMEOUT) return "timeout";
    const known = REASONS[code];
    if (known !== undefined || moment.phase !== "query" || typeof sqlState !== "string") return known;
    return queryReason(sqlState);
  });
}
