/** A database of the test's own in the machine's PostgreSQL, and a cable to it that can be cut. */
import { randomBytes } from "node:crypto";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import pg from "pg";
import { onTestFinished } from "vitest";

/** Where the machine's own is; another address by the environment. */
export const POSTGRES = process.env["TEST_POSTGRES"] ?? "postgres://postgres@127.0.0.1:5432/test";

export interface FreshDatabase {
  readonly url: string;
  readonly name: string;
  /** Runs a statement there as somebody who may do everything. */
  run(statement: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

type CleanUp = (act: () => Promise<void>) => unknown;

/** Makes one, in UTF-8 unless told; it is gone after the test. */
export async function freshDatabase(
  encoding = "UTF8",
  cleanUp: CleanUp = onTestFinished,
): Promise<FreshDatabase> {
  const name = `gengfu_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: POSTGRES });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`,
  );
  const url = new URL(POSTGRES);
  url.pathname = `/${name}`;
  cleanUp(async () => {
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  return {
    url: url.href,
    name,
    async run(statement) {
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      try {
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    },
  };
}

export type Fault = "none" | "lose-question" | "lose-answer" | "lose-answer-and-die" | "hang" | "dead";

export interface Cable {
  /** The same database through the cable. */
  readonly url: string;
  /**
   * `lose-question`: the next thing that is asked never arrives, and the line is cut. `lose-answer`: the next thing that is asked arrives, and the line is cut before its answer does; with `-and-die`,
   * nobody listens after that. `hang`: nothing passes any more. `dead`: all is cut, and nobody listens.
   */
  set(fault: Fault): Promise<void>;
}

/** Lays a cable to a database. */
export async function layCable(to: string): Promise<Cable> {
  const { hostname, port } = new URL(to);
  let fault: Fault = "none";
  const pairs = new Set<readonly [Socket, Socket]>();
  const cut = (): void => {
    for (const pair of pairs) for (const end of pair) end.destroy();
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const end of pair) {
      end.on("error", () => {});
      end.on("close", () => {
        near.destroy();
        far.destroy();
        pairs.delete(pair);
      });
    }
    near.on("data", (data) => {
      if (fault === "lose-question") {
        fault = "none";
        near.destroy();
      } else if (fault !== "hang") far.write(data);
    });
    far.on("data", (data) => {
      if (fault === "none") near.write(data);
      if (fault === "lose-answer") {
        fault = "none";
        near.destroy();
      }
      if (fault === "lose-answer-and-die") void die();
    });
  });
  const listen = (at: number): Promise<void> =>
    new Promise((resolve) => void server.listen(at, "127.0.0.1", resolve));
  await listen(0);
  const near = (server.address() as AddressInfo).port;
  onTestFinished(() => {
    cut();
    server.close();
  });
  async function die(): Promise<void> {
    fault = "dead";
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  }
  const url = new URL(to);
  url.host = `127.0.0.1:${near}`;
  return {
    url: url.href,
    async set(next) {
      if (next === "dead") return die();
      if (fault === "dead") await listen(near);
      fault = next;
    },
  };
}
