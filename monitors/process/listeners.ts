/** Who listens on a TCP port: the socket's number from `/proc/net/tcp`, and whose files have it. */
import { readdirSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Text } from "../../storage/locale.ts";
import { breathe, listPids } from "../proc/processes.ts";
import { LookFailed } from "../reason.ts";

/** TCP_LISTEN, as `/proc/net/tcp` writes it (Linux, include/net/tcp_states.h). */
const LISTEN = "0A";
/** After so many open files the event loop gets its turn. */
const FILES_PER_TURN = 500;

/** The sockets that listen on a port, from `/proc/net/tcp` or `/proc/net/tcp6`. */
function parseListeners(text: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return text.split("\n").flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${hex}`) && inode !== undefined ? [inode] : [];
  });
}

/** The numbers of the processes that listen on a port. Throws `LookFailed` where nobody does, or where we may not know. */
export async function listenersOn(port: number, proc: string, signal: AbortSignal): Promise<Set<string>> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`${proc}/net/${name}`, "latin1").catch(() => "")),
  );
  const sockets = new Set(
    tables.flatMap((text) => parseListeners(text, port)).map((inode) => `socket:[${inode}]`),
  );
  if (sockets.size === 0)
    throw new LookFailed({ code: "not_running", detail: `nobody listens on port ${port}` });
  const { holders, hidden } = await holdersOf(sockets, proc, signal);
  if (holders.size === 0) throw hiddenListener(port, hidden);
  return holders;
}

async function holdersOf(
  sockets: ReadonlySet<string>,
  proc: string,
  signal: AbortSignal,
): Promise<{ holders: Set<string>; hidden: boolean }> {
  const holders = new Set<string>();
  let hidden = false;
  let read = 0;
  for (const pid of await listPids(proc)) {
    let files: string[] = [];
    try {
      files = readdirSync(`${proc}/${pid}/fd`);
    } catch (error) {
      // One that has ended meanwhile hides nothing.
      hidden ||= (error as NodeJS.ErrnoException).code !== "ENOENT";
    }
    for (const file of [...files, ""]) {
      read += 1;
      if (read % FILES_PER_TURN === 0) {
        await breathe();
        signal.throwIfAborted();
      }
      if (file === "" || holders.has(pid)) continue;
      if (sockets.has(linkOf(`${proc}/${pid}/fd/${file}`))) holders.add(pid);
    }
  }
  return { holders, hidden };
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** Somebody listens, and none of those whose files we may see. */
function hiddenListener(port: number, hidden: boolean): LookFailed {
  const detail = `who listens on port ${port} cannot be seen`;
  const text: Text = hidden
    ? {
        zh: `端口 ${port} 有进程在监听，但没有权限看是谁：请用同一用户或 root 运行，或给 Node 加 cap_sys_ptrace 和 cap_dac_read_search；只看端口通不通用 tcp 监控`,
        en: `somebody listens on port ${port}, but it is not permitted to see who: run as the same user or as root, or give Node cap_sys_ptrace and cap_dac_read_search; to see only whether the port answers, use a tcp monitor`,
      }
    : {
        zh: `端口 ${port} 在监听，但监听的进程不在本机可见的进程里（在另一个容器里？）`,
        en: `port ${port} is listened on, but by no process that is visible here (one of another container?)`,
      };
  return new LookFailed({ code: "no_permission", detail, text });
}
