/**
 * SQLite by a process of its own for each statement: Node's own SQLite where this Node has one, else the `sqlite3` of
 * the system. Both lock the file and read its write-ahead log as whoever writes it does, and a process can be ended in
 * the middle of a statement, which a thread cannot.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { isBuiltin } from "node:module";
import { devNull } from "node:os";
import { execPath } from "node:process";
import type { Answer, Column } from "../monitor.ts";
import { LookFailed, type ReasonCode } from "../reason.ts";
import { type Connect, MOST_BYTES } from "./connection.ts";
import type { DatabaseFile } from "./database.ts";
import { noDriver, tooLarge } from "./failure.ts";
import { asSubquery } from "./statement.ts";

/** How long it waits for whoever writes. */
const BUSY_MS = 2_000;

/** What is started, with the file and the statement as its last arguments. */
interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

const tool: Program = {
  command: "sqlite3",
  args: ["-init", devNull, "-batch", "-bail", "-readonly", "-safe", "-json", "-cmd", `.timeout ${BUSY_MS}`],
};

const nodes: Program = { command: execPath, args: ["--no-warnings", "-e", `(${answer})(${BUSY_MS})`] };

/** Runs in the process that is started, so that it can use nothing of this file. */
function answer(busyMs: number): void {
  const inside = globalThis.process;
  const [file, statement] = inside.argv.slice(1);
  const { DatabaseSync } = inside.getBuiltinModule("node:sqlite" as never) as unknown as {
    DatabaseSync: new (
      file: string | undefined,
      options: object,
    ) => { prepare(text: string | undefined): { setReadBigInts(on: boolean): void; all(): unknown[] } };
  };
  let doing = "in prepare";
  try {
    const prepared = new DatabaseSync(file, { readOnly: true, timeout: busyMs }).prepare(statement);
    doing = "stepping";
    prepared.setReadBigInts(true);
    const plain = (_key: string, value: unknown): unknown =>
      typeof value === "bigint" ? Number(value) : value;
    inside.stdout.write(JSON.stringify(prepared.all(), plain));
  } catch (error) {
    // In the words of `sqlite3`.
    inside.stderr.write(`Error: ${doing}, ${(error as Error).message}`);
    inside.exitCode = 1;
  }
}

export const connectSqlite: Connect = async (database) => {
  const { path } = database.place as DatabaseFile;
  const running = new Set<ChildProcess>();
  const stop = (): void => {
    for (const child of running) child.kill("SIGKILL");
  };
  return {
    async ask(statement, most) {
      const program = isBuiltin("node:sqlite") ? nodes : tool;
      const limit = AbortSignal.timeout(database.statementTimeoutMs);
      limit.addEventListener("abort", stop, { once: true });
      const { code, out, err } = await run(program, [path, asSubquery(statement, most)], running);
      limit.removeEventListener("abort", stop);
      if (limit.aborted)
        throw new LookFailed({
          code: "timeout",
          detail: `no end after ${database.statementTimeoutMs / 1_000} s`,
        });
      if (code !== 0 || err !== "") throw explained(err, code);
      return answerOf(out);
    },
    cancel: async () => stop(),
    close: stop,
    onEnd: () => {},
  };
};

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(program: Program, args: readonly string[], running: Set<ChildProcess>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.command, [...program.args, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    running.add(child);
    const said: Record<"out" | "err", Buffer[]> = { out: [], err: [] };
    let bytes = 0;
    const hear = (which: "out" | "err") => (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) said[which].push(chunk);
      else child.kill("SIGKILL");
    };
    child.stdout.on("data", hear("out"));
    child.stderr.on("data", hear("err"));
    child.on("error", (error: NodeJS.ErrnoException) => {
      running.delete(child);
      reject(error.code === "ENOENT" ? noTool() : error);
    });
    child.on("close", (code) => {
      running.delete(child);
      if (bytes > MOST_BYTES) reject(tooLarge(MOST_BYTES));
      else
        resolve({
          code,
          out: Buffer.concat(said.out).toString(),
          err: Buffer.concat(said.err).toString().trim(),
        });
    });
  });
}

/** What is printed is a list of rows as objects; nothing at all where there are none. */
function answerOf(out: string): Answer {
  const rows = out.trim() === "" ? [] : (JSON.parse(out) as Readonly<Record<string, unknown>>[]);
  const names = Object.keys(rows[0] ?? {});
  const columns = names.map((name): Column => {
    const cells = rows.map((row) => row[name] ?? null).filter((cell) => cell !== null);
    const holds =
      cells.length === 0 ? "nothing" : cells.every((cell) => typeof cell === "number") ? "numbers" : "texts";
    return { name, holds };
  });
  const cell = (value: unknown): number | string | null =>
    value === null || value === undefined ? null : typeof value === "number" ? value : String(value);
  return { columns, rows: rows.map((row) => names.map((name) => cell(row[name]))) };
}

function noTool(): LookFailed {
  return noDriver("sqlite3", {
    zh: "这台机器读不了 SQLite：请安装 sqlite3 3.37 以上版本（apt install sqlite3），或使用 Node.js 22.13 以上版本",
    en: "this machine cannot read SQLite: install sqlite3 3.37 or newer (apt install sqlite3), or use Node.js 22.13 or newer",
  });
}

const COMPLAINTS: readonly (readonly [RegExp, ReasonCode])[] = [
  [/unable to open database/i, "unreachable"],
  [/database is locked|database table is locked/i, "busy"],
  [/readonly database|not authorized|prohibited|cannot run|safe mode/i, "not_permitted"],
  [/not a database|disk image is malformed/i, "bad_answer"],
  [/^Error: stepping|^Runtime error/i, "query_failed"],
];

function explained(complaint: string, code: number | null): LookFailed {
  if (/unknown option/i.test(complaint)) return noTool();
  // Below the first line the statement is repeated, with an arrow.
  const [line = ""] = complaint.split("\n");
  const detail = line.replace(/^Error: (?:in prepare, |stepping, )?/, "").slice(0, 300);
  const found = COMPLAINTS.find(([pattern]) => pattern.test(complaint))?.[1];
  return new LookFailed({ code: found ?? "bad_query", detail: detail || `it ended with ${code}` });
}
