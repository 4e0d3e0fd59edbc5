/** journald, through the system's own `journalctl`: started directly, never by a shell, with fixed arguments. */
import { spawn } from "node:child_process";
import { LookFailed } from "../reason.ts";
import { levelOfPriority } from "./level.ts";
import type { JournalOptions, Level } from "./options.ts";

/** Where `journalctl` may be; the first that is there is used. */
export interface JournalTool {
  readonly paths: readonly string[];
}

export const systemJournal: JournalTool = { paths: ["/usr/bin/journalctl", "/bin/journalctl"] };

/** Where reading stands: the cursor of the last entry, and its time in milliseconds since the Unix epoch. */
export interface JournalPlace {
  readonly cursor: string;
  readonly at: number;
}

export interface JournalEntry extends JournalPlace {
  readonly text: string;
  readonly level: Level;
}

/** More in one line is no entry. */
const LONGEST_LINE = 4 * 1024 * 1024;
const LONGEST_COMPLAINT = 2_000;
const LONGEST_TEXT = 32_768;

/**
 * Gives the entries after `place`, the oldest first, until `take` says that it is enough. Without a place: the newest
 * `last` of them. Throws `LookFailed`.
 */
export async function readJournal(
  tool: JournalTool,
  options: JournalOptions,
  from: { readonly after: JournalPlace } | { readonly last: number } | { readonly since: number },
  take: (entry: JournalEntry) => boolean,
  signal: AbortSignal,
): Promise<void> {
  if ("after" in from) {
    const complaint = await run(
      tool,
      [...argumentsOf(options), `--after-cursor=${from.after.cursor}`],
      take,
      signal,
    );
    if (complaint === undefined) return;
    if (!/cursor/i.test(complaint)) throw failed(complaint);
    // What the cursor stood for has been thrown away since: by its time then.
    return readJournal(tool, options, { since: from.after.at + 1 }, take, signal);
  }
  const where =
    "last" in from ? [`--lines=${from.last}`] : [`--since=@${Math.floor(from.since / 1000)}`, "--no-tail"];
  const wanted = "last" in from ? take : (entry: JournalEntry) => entry.at < from.since || take(entry);
  const complaint = await run(tool, [...argumentsOf(options), ...where], wanted, signal);
  if (complaint !== undefined) throw failed(complaint);
}

function argumentsOf({ unit, identifier, priority }: JournalOptions): string[] {
  return [
    "--output=json",
    "--all",
    "--quiet",
    "--no-pager",
    ...(unit === undefined ? [] : [`--unit=${unit}`]),
    ...(identifier === undefined ? [] : [`--identifier=${identifier}`]),
    ...(priority === undefined ? [] : [`--priority=${priority}`]),
  ];
}

/** What it complained of, where it failed. */
async function run(
  tool: JournalTool,
  args: readonly string[],
  take: (entry: JournalEntry) => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const path of tool.paths) {
    const ended = await runAt(path, args, take, signal);
    if (ended !== "absent") return ended.complaint;
  }
  const text = {
    zh: "本机没有 journalctl（不是 systemd 系统，或在容器里）。请改用 path 跟踪文件",
    en: "this machine has no journalctl: it has no systemd, or this is a container. Follow files by path instead",
  };
  throw new LookFailed({ code: "unsupported", detail: "there is no journalctl on this machine", text });
}

function runAt(
  path: string,
  args: readonly string[],
  take: (entry: JournalEntry) => boolean,
  signal: AbortSignal,
): Promise<"absent" | { readonly complaint: string | undefined }> {
  return new Promise((resolve, reject) => {
    // Without its variables neither a language nor a pager can change what is said.
    const child = spawn(path, args, { env: { LC_ALL: "C" }, stdio: ["ignore", "pipe", "pipe"] });
    let rest = "";
    let complaint = "";
    let isEnough = false;
    const stop = (): void => {
      isEnough = true;
      child.kill("SIGKILL");
    };
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LONGEST_LINE) stop();
      for (const line of lines) {
        if (isEnough) return;
        const entry = entryOf(line);
        if (entry !== undefined && !take(entry)) stop();
      }
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (complaint.length < LONGEST_COMPLAINT) complaint += chunk.toString("utf8");
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      signal.removeEventListener("abort", stop);
      if (error.code === "ENOENT") resolve("absent");
      else reject(error);
    });
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      // Without an entry it says so by its code, and complains of nothing.
      const isFailure = !isEnough && code !== 0 && complaint.trim() !== "";
      resolve({ complaint: isFailure || isDenied(complaint) ? complaint : undefined });
    });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

function isDenied(complaint: string): boolean {
  return /insufficient permissions|permission denied/i.test(complaint);
}

function failed(complaint: string): LookFailed {
  const detail = complaint
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 200);
  if (!isDenied(complaint)) return new LookFailed({ code: "error", detail });
  const text = {
    zh: `不允许读 journal（${detail}）。请管理员把运行更夫的用户加入 systemd-journal 组`,
    en: `not permitted to read the journal (${detail}). An administrator adds the user that runs Gengfu to the group systemd-journal`,
  };
  return new LookFailed({ code: "no_permission", detail, text });
}

/** One line of `--output=json`; a message that is not UTF-8 is a list of bytes. */
function entryOf(line: string): JournalEntry | undefined {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { __CURSOR: cursor, __REALTIME_TIMESTAMP: at, MESSAGE: message, PRIORITY: priority } = fields;
  if (typeof cursor !== "string") return undefined;
  const text = Array.isArray(message)
    ? Buffer.from(message as number[]).toString("utf8")
    : String(message ?? "");
  return {
    cursor,
    at: Math.floor(Number(at) / 1000) || 0,
    text: text.slice(0, LONGEST_TEXT),
    level: priority === undefined ? "unknown" : levelOfPriority(Number(priority)),
  };
}
