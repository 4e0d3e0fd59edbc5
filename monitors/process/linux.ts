/** Finds processes in `/proc` (proc(5)). Of a command line nothing is kept: it may hold secrets. */
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { compileSearch } from "../../storage/regex.ts";
import { breathe, eachProcess, MS_PER_TICK, type ProcessStat, readProcessStat } from "../proc/processes.ts";
import { LookFailed } from "../reason.ts";
import { listenersOn } from "./listeners.ts";
import { readPidFile, staleBecause } from "./pid-file.ts";
import type { FoundProcess, Search, Wanted } from "./search.ts";

/** Of a command line so much is searched, as `ps` shows it at most; a class path may have megabytes. */
const LONGEST_COMMAND = 4096;
/** More processes than this are counted, but their open files are told of none. */
const MOST_MEASURED = 1_000;
const MEASURED_PER_TURN = 50;

/** A search of `/proc`, or of a folder that looks like it. */
export function searchProc(proc = "/proc", passwd = "/etc/passwd"): Search {
  return async (wanted, signal) => {
    const { pid_file, port, user } = wanted;
    const fits = fitsIn(proc, wanted, user === undefined ? undefined : await userId(user, passwd));
    const boot = await bootOf(proc);
    const fitting =
      pid_file === undefined
        ? await eachProcess(fits, { signal, proc })
        : [await ofPidFile(pid_file, fits, proc)];
    const listening = port === undefined ? undefined : await listenersOn(port, proc, signal);
    const found = fitting.filter(({ pid }) => listening?.has(String(pid)) ?? true);
    if (found.length === 0) refuseIfHidden(proc);
    const measured: FoundProcess[] = [];
    for (const [i, stat] of found.entries()) {
      if (i % MEASURED_PER_TURN === MEASURED_PER_TURN - 1) await breathe();
      measured.push({ ...measure(stat, boot), ...(i < MOST_MEASURED ? filesOf(stat.pid, proc) : {}) });
    }
    return measured;
  };
}

async function ofPidFile(path: string, fits: Fits, proc: string): Promise<ProcessStat> {
  const pid = await readPidFile(path);
  const stat = unlessGone(() => fits(pid));
  if (stat !== undefined) return stat;
  const other = unlessGone(() => readProcessStat(pid, proc)?.name);
  if (other === undefined) refuseIfHidden(proc);
  throw staleBecause(pid, path, other);
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Where `/proc` shows everybody only their own processes, nobody found is not the same as nobody there. */
function refuseIfHidden(proc: string): void {
  if (unlessGone(() => readProcessStat("1", proc)) !== undefined) return;
  throw new LookFailed({
    code: "no_permission",
    detail: "/proc hides the processes of others (hidepid)",
    text: {
      zh: "/proc 用 hidepid 挂载，看不到别的用户的进程：请用 root 运行，或把运行用户加入 gid= 指定的组",
      en: "/proc is mounted with hidepid, so the processes of others cannot be seen: run as root, or join the group of its gid= option",
    },
  });
}

type Fits = (pid: string) => ProcessStat | undefined;

/** Whether a process fits name, user and command line; the dearest question comes last. */
function fitsIn(proc: string, { process, match }: Wanted, uid: number | undefined): Fits {
  const matches = match === undefined ? undefined : compileSearch(match);
  return (pid) => {
    const stat = readProcessStat(pid, proc);
    // One that has ended and waits for its parent runs no more.
    if (stat === undefined || stat.zombie) return undefined;
    if (process !== undefined && !isCalled(process, stat, () => commandOf(pid, proc))) return undefined;
    if (uid !== undefined && effectiveUid(pid, proc) !== uid) return undefined;
    if (matches !== undefined && !matches(commandOf(pid, proc).join(" "))) return undefined;
    return stat;
  };
}

/** Linux keeps 15 bytes of a name, and a program may change it (Node's is `MainThread`): what it was called counts too. */
function isCalled(name: string, stat: ProcessStat, command: () => readonly string[]): boolean {
  return stat.name === name || (!stat.kernel && basename(command()[0] ?? "") === name);
}

function commandOf(pid: string, proc: string): string[] {
  const text = readFileSync(`${proc}/${pid}/cmdline`, "utf8");
  return text.slice(0, LONGEST_COMMAND).replace(/\0$/, "").split("\0");
}

/** The second number is the one that permissions go by. */
function effectiveUid(pid: string, proc: string): number {
  const status = readFileSync(`${proc}/${pid}/status`, "latin1");
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
}

async function userId(user: string, passwd: string): Promise<number> {
  if (/^\d+$/.test(user)) return Number(user);
  const lines = (await readFile(passwd, "utf8").catch(() => "")).split("\n");
  const uid = lines.map((line) => line.split(":")).find(([name]) => name === user)?.[2];
  if (uid !== undefined && /^\d+$/.test(uid)) return Number(uid);
  throw new LookFailed({
    code: "no_such_user",
    detail: `${user}: not in ${passwd}; accounts of a directory are given as a number`,
  });
}

/** When the machine began, in Unix seconds, and for how long it has run. */
interface Boot {
  readonly at: number;
  readonly upSeconds: number;
}

async function bootOf(proc: string): Promise<Boot> {
  const read = (name: string): Promise<string> => readFile(`${proc}/${name}`, "latin1").catch(() => "");
  return {
    at: Number(/^btime (\d+)/m.exec(await read("stat"))?.[1] ?? Number.NaN),
    upSeconds: Number.parseFloat(await read("uptime")),
  };
}

function measure(stat: ProcessStat, boot: Boot): FoundProcess {
  const startSeconds = (stat.startTicks * MS_PER_TICK) / 1000;
  return {
    id: `${stat.pid}@${stat.startTicks}`,
    startedAt: stat.startTicks,
    ageSeconds: Math.max(boot.upSeconds - startSeconds, 0),
    startTimeSeconds: boot.at + startSeconds,
    cpuMs: stat.cpuMs,
    memoryBytes: stat.residentBytes,
    threads: stat.threads,
  };
}

/** Open files of a process and the most it may have; nothing where we may not see them. */
function filesOf(pid: number, proc: string): Pick<FoundProcess, "openFiles" | "mostOpenFiles"> {
  try {
    const openFiles = readdirSync(`${proc}/${pid}/fd`).length;
    const limits = readFileSync(`${proc}/${pid}/limits`, "latin1");
    const most = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return { openFiles, ...(most === undefined ? {} : { mostOpenFiles: Number(most) }) };
  } catch {
    return {};
  }
}
