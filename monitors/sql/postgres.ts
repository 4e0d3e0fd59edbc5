/** PostgreSQL by `pg`, which is loaded with the first statement. */
import { Socket } from "node:net";
import { tlsConnection } from "../probe/tls-options.ts";
import { LookFailed, type ReasonCode } from "../reason.ts";
import { CANCEL_MS, type Connect, type Connection, MOST_BYTES } from "./connection.ts";
import type { Database, Server } from "./database.ts";
import { codeOf, databaseFailed, type Moment, noPackage, queryReason, tooLarge } from "./failure.ts";
import { type ByteLimit, limitBytes } from "./limit-bytes.ts";
import { momentOf } from "./moment.ts";
import { asSubquery } from "./statement.ts";

type Pg = typeof import("pg").default;
type Client = InstanceType<Pg["Client"]>;

/** Types by their number: `select oid, typname from pg_type`. */
const NUMBERS = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOLEAN = 16;
const MOMENTS = new Set([1082, 1114, 1184]);

/** What the server lists our connections as. */
const NAME = "gengfu";
/** Behind a pooler the number is nobody's, or somebody else's. */
const CANCEL = "select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and application_name = $2";

async function load(): Promise<Pg> {
  try {
    return (await import("pg")).default;
  } catch (error) {
    if (codeOf(error) === "ERR_MODULE_NOT_FOUND") throw noPackage("pg");
    throw error;
  }
}

export const connectPostgres: Connect = async (database, signal) => {
  const pg = await load();
  const place = database.place as Server;
  const { client, socket } = clientOf(pg, place);
  const limit = limitBytes(socket, place.tls !== undefined);
  const stop = (): void => void socket.destroy();
  // Whoever waits for an answer hears of it, too; without a listener it would end the process.
  client.on("error", () => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw limit.exceeded
      ? tooLarge(MOST_BYTES)
      : explained(error, { phase: "connect", isTls: place.tls !== undefined });
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return connection(pg, { client, socket, limit }, database, place);
};

function clientOf(pg: Pg, place: Server) {
  const socket = new Socket();
  const { host, port, user, password, database, tls } = place;
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ssl: tls === undefined ? false : tlsConnection(tls, undefined),
    application_name: NAME,
    keepAlive: true,
    stream: () => socket,
  });
  return { client, socket };
}

function connection(
  pg: Pg,
  { client, socket, limit }: { client: Client; socket: Socket; limit: ByteLimit },
  database: Database,
  place: Server,
): Connection {
  const isTls = place.tls !== undefined;
  limit.watch(streamOf(client, socket));
  return {
    async ask(statement, most) {
      limit.reset();
      try {
        // One message of the simple protocol; none of it comes from whoever wrote the statement.
        await client.query(
          `begin read only; set local statement_timeout = ${database.statementTimeoutMs}; set local lock_timeout = ${database.statementTimeoutMs}; set local datestyle = 'ISO'; set local intervalstyle = 'postgres'`,
        );
        const { rows, fields } = await client.query<(string | null)[], []>({
          text: asSubquery(statement, most),
          rowMode: "array",
          // The extended protocol takes one statement, never two.
          ...{ queryMode: "extended" },
          types: { getTypeParser: () => (text: string) => text },
        });
        const { rows: now } = await client.query<{ seconds: string }>(
          "select extract(timezone from now()) as seconds",
        );
        const offsetS = Number(now[0]?.seconds ?? 0);
        await client.query("rollback");
        return {
          columns: fields.map(({ name, dataTypeID: type }) => ({
            name,
            holds: NUMBERS.has(type) || type === BOOLEAN || MOMENTS.has(type) ? "numbers" : "texts",
          })),
          rows: rows.map((row) => row.map((cell, i) => read(cell, fields[i]?.dataTypeID ?? 0, offsetS))),
        };
      } catch (error) {
        throw limit.exceeded ? tooLarge(MOST_BYTES) : explained(error, { phase: "query", isTls });
      }
    },
    async cancel() {
      const pid = (client as unknown as { readonly processID: number | null }).processID;
      if (pid === null) return;
      const helper = clientOf(pg, place);
      const tooLong = AbortSignal.timeout(CANCEL_MS);
      tooLong.addEventListener("abort", () => helper.socket.destroy(), { once: true });
      helper.client.on("error", () => {});
      try {
        await helper.client.connect();
        await helper.client.query(CANCEL, [pid, NAME]);
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

/** The stream that `pg` reads from: the socket, or TLS around it. */
function streamOf(client: Client, socket: Socket): NodeJS.ReadableStream {
  const { connection } = client as unknown as { readonly connection?: { readonly stream?: Socket } };
  return connection?.stream ?? socket;
}

function read(cell: string | null, type: number, offsetS: number): number | string | null {
  if (cell === null) return null;
  if (type === BOOLEAN) return cell === "t" ? 1 : 0;
  if (NUMBERS.has(type)) return Number(cell);
  if (MOMENTS.has(type)) return momentOf(cell, offsetS);
  return cell;
}

/** Classes and codes of PostgreSQL's appendix A. */
function reasonOfState(code: string, phase: Moment["phase"]): ReasonCode | undefined {
  // EPIPE and its like have five letters, too.
  if (!/^(?:\d.|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code)) return undefined;
  if (code === "57014") return "timeout";
  if (code === "53300") return "too_many_connections";
  if (code === "55P03") return "timeout";
  if (code === "3D000") return "login_refused";
  if (code.startsWith("28")) return "login_refused";
  if (code === "42501" || code === "0A000" || code.startsWith("25")) return "not_permitted";
  if (code === "57P01" || code === "57P02") return "reset";
  if (code === "57P03") return "unreachable";
  return phase === "query" ? queryReason(code) : undefined;
}

function explained(error: unknown, moment: Moment): LookFailed {
  const message = error instanceof Error ? error.message : "";
  if (/^Connection terminated|^Client (?:has encountered|was closed)/i.test(message))
    return new LookFailed({
      code: "reset",
      detail: `cut ${moment.phase === "connect" ? "while connecting" : "before the answer"}`,
    });
  if (/does not support SSL|establishing an SSL/.test(message))
    return new LookFailed({ code: "tls", detail: message });
  if (/SASL|password must be a string|client password/i.test(message) && codeOf(error) === "")
    return new LookFailed({ code: "login_refused", detail: message.slice(0, 200) });
  return databaseFailed(error, moment, (code) => reasonOfState(code, moment.phase));
}
