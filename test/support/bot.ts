import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A message of the console as it is on the wire. */
export interface WireMessage {
  readonly id: string;
  readonly seq: number;
  readonly at: string;
  readonly from: string;
  readonly kind: string;
  readonly title?: string;
  readonly text?: string;
  readonly severity?: string;
  readonly status?: string;
  readonly incident?: number;
  readonly fields?: readonly { name: string; value: string }[];
  readonly actions?: readonly { id: string; label: string; command: string }[];
}

/** A real Gengfu process, talked to through its doors. */
export interface Bot {
  readonly url: string;
  readonly child: ChildProcess;
  readonly dir: string;
  /** Everything written to standard output so far, as parsed JSON lines. */
  readonly lines: readonly Record<string, unknown>[];
  /** Everything written to standard error so far. */
  errors(): string;
  say(text: string, user?: string): Promise<WireMessage[]>;
  click(card: string, action: string, user?: string): Promise<WireMessage[]>;
  messages(after?: number): Promise<WireMessage[]>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends the signal and waits for the end; gives the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

const main = fileURLToPath(new URL("../../dist/bot/main.js", import.meta.url));

/** A new empty folder, removed when `cleanUps` run. */
export function makeDir(cleanUps: (() => void | Promise<void>)[]): string {
  const dir = mkdtempSync(join(tmpdir(), "gengfu-test-"));
  cleanUps.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** What a start needs. */
export interface BotOptions {
  readonly dir: string;
  /** What is said after the name of the program. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How long to wait until it listens, in milliseconds. */
  readonly readyWithinMs?: number;
}

/** Starts the compiled process on a free port of loopback and waits until it is ready. */
export async function startBot(options: BotOptions): Promise<Bot> {
  const child = spawn(process.execPath, [main, ...(options.args ?? [])], {
    cwd: options.dir,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? options.dir,
      DATA_DIR: join(options.dir, "data"),
      PORT: "0",
      LOCALE: "zh-CN",
      TIMEZONE: "Asia/Shanghai",
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: Record<string, unknown>[] = [];
  let rest = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    rest += chunk;
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part !== "") lines.push(JSON.parse(part) as Record<string, unknown>);
    found();
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  // Not "exit", which may come before the last lines have.
  const exited = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? code ?? -1));
  });
  let found = (): void => {};
  const url = await new Promise<string>((resolve, reject) => {
    const limit = setTimeout(
      () => reject(new Error(`the bot did not listen in time\n${errors}`)),
      options.readyWithinMs ?? 15_000,
    );
    found = () => {
      const line = lines.find((one) => one["msg"] === "listening");
      if (line !== undefined) {
        clearTimeout(limit);
        resolve(String(line["url"]));
      }
    };
    void exited.then((code) => {
      clearTimeout(limit);
      reject(new Error(`the bot ended with ${code} before it listened\n${errors}`));
    });
  });

  const fetchFrom = (path: string, init?: RequestInit): Promise<Response> => fetch(new URL(path, url), init);
  const post = async (path: string, body: object): Promise<WireMessage[]> => {
    const response = await fetchFrom(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { replies: WireMessage[] }).replies;
  };
  return {
    url,
    child,
    dir: options.dir,
    lines,
    errors: () => errors,
    say: (text, user = "boss") => post("/api/console/messages", { conversation: "ops", user, text }),
    click: (card, action, user = "boss") =>
      post("/api/console/clicks", { conversation: "ops", user, card, action }),
    messages: async (after = 0) => {
      const response = await fetchFrom(`/api/console/messages?conversation=ops&after=${after}`);
      return ((await response.json()) as { messages: WireMessage[] }).messages;
    },
    fetch: fetchFrom,
    end: async (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Starts the compiled process where it must not come up; gives its exit code and what it wrote to standard error. */
export async function failToStart(options: BotOptions): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, [main, ...(options.args ?? [])], {
    cwd: options.dir,
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: join(options.dir, "data"), PORT: "0", ...options.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  const limit = setTimeout(() => child.kill("SIGKILL"), options.readyWithinMs ?? 15_000);
  const code = await new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? -1)));
  clearTimeout(limit);
  return { code, errors };
}

/** A port of loopback that nobody uses just now; for a process whose log cannot be read. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}

/** Asks again until `look` gives something; for what a real process does in its own time. */
export async function until<T>(look: () => Promise<T | undefined>, withinMs = 10_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error("it did not happen in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
