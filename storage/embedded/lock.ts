/**
 * One process per folder. The lock is a listening socket in the folder: the kernel takes it away at any death,
 * `kill -9` included, and no process number can be mistaken for another. A second process connects, is told the
 * holder's process number, and gives up; when nobody answers, what is left of the dead one is replaced.
 * On Windows it is a named pipe, which is exclusive by itself.
 */
import { createHash, randomUUID } from "node:crypto";
import { link, open, rename, stat, unlink } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "../store-error.ts";

/** A folder that is ours. */
export interface Lock {
  /** Throws a StoreError when another process has taken the lock away in the instant of our starting. */
  verify(): Promise<void>;
  release(): Promise<void>;
}

const NAME = "lock.sock";
/** A socket's path has room for 103 bytes on macOS and 107 on Linux; our names take 27 of them. */
const LONGEST_FOLDER = 75;
/** The longest wait for a holder that accepts but does not say who it is. */
const ANSWER_MS = 1_000;

/** Takes the lock of a folder that exists; throws a StoreError that names the holder's process when it is taken. */
export async function lockFolder(folder: string): Promise<Lock> {
  if (process.platform === "win32") return lockPipe(folder);
  const shortcut = await openShortcut(folder);
  try {
    const { path, close } = shortcut;
    for (let attempt = 0; attempt < 5; attempt++) {
      const claimed = await claim(path);
      if (claimed !== undefined) return socketLock(folder, path, claimed, close);
      const holder = await askHolder(path);
      if (holder !== undefined) throw taken(folder, holder);
      await clearAway(folder, path);
    }
    throw taken(folder, "");
  } catch (error) {
    await shortcut.close();
    throw error;
  }
}

/** A listening socket, and the number by which its file is known. */
interface Claimed {
  readonly server: Server;
  readonly inode: number;
}

/** Listens under a name of its own and then takes the lock's name in one step; undefined when that is in use. */
async function claim(path: string): Promise<Claimed | undefined> {
  const own = beside(path);
  const server = await listen(own);
  try {
    const { ino } = await stat(own);
    await link(own, path);
    return { server, inode: ino };
  } catch (error) {
    await stop(server);
    if (codeOf(error) === "EEXIST") return undefined;
    throw error;
  } finally {
    await unlink(own).catch(() => {});
  }
}

/** A name for one use in the same folder. */
function beside(path: string): string {
  return `${path.slice(0, -NAME.length)}${randomUUID().slice(0, 8)}.sock`;
}

/** Moves a dead holder's socket away; if it proves to be alive, another starter was quicker than we. */
async function clearAway(folder: string, path: string): Promise<void> {
  const aside = beside(path);
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const holder = await askHolder(aside);
  if (holder !== undefined) await link(aside, path).catch(() => {});
  await unlink(aside).catch(() => {});
  if (holder !== undefined) throw taken(folder, holder);
}

function socketLock(folder: string, path: string, claimed: Claimed, close: () => Promise<void>): Lock {
  const isMine = async (): Promise<boolean> => {
    const now = await stat(path).catch(() => undefined);
    return now?.ino === claimed.inode;
  };
  return {
    async verify() {
      if (!(await isMine())) throw taken(folder, (await askHolder(path)) ?? "");
    },
    async release() {
      if (await isMine()) await unlink(path).catch(() => {});
      await stop(claimed.server);
      await close();
    },
  };
}

/** The path of the lock, by a way that is short enough for a socket, and how to end the use of it. */
async function openShortcut(folder: string): Promise<{ path: string; close: () => Promise<void> }> {
  const plain = join(folder, NAME);
  const none = async (): Promise<void> => {};
  if (Buffer.byteLength(folder) <= LONGEST_FOLDER && (await canListen(folder)))
    return { path: plain, close: none };
  const handle = await open(folder, "r");
  const short = `/proc/self/fd/${handle.fd}`;
  if (process.platform === "linux" && (await canListen(short)))
    return { path: join(short, NAME), close: () => handle.close() };
  await handle.close();
  // Some shared folders cannot hold sockets: then the lock lies with the temporary files, under the folder's identity.
  const { dev, ino } = await stat(folder);
  return { path: join(tmpdir(), `gengfu-${hash(`${dev}:${ino}`)}-${NAME}`), close: none };
}

/** Whether a folder can hold sockets and second names for them. */
async function canListen(folder: string): Promise<boolean> {
  const probe = join(folder, `${randomUUID().slice(0, 8)}-${NAME}`);
  try {
    const claimed = await claim(probe);
    if (claimed !== undefined) await stop(claimed.server);
    return claimed !== undefined;
  } catch {
    return false;
  } finally {
    await unlink(probe).catch(() => {});
  }
}

async function lockPipe(folder: string): Promise<Lock> {
  const path = `\\\\.\\pipe\\gengfu-${hash((await stat(folder)).ino.toString() + folder.toLowerCase())}`;
  try {
    const server = await listen(path);
    return { verify: async () => {}, release: () => stop(server) };
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw error;
    throw taken(folder, (await askHolder(path)) ?? "");
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end(`${process.pid}\n`);
    });
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      server.on("error", () => {});
      server.unref();
      resolve(server);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** The process number of whoever listens, "" when it does not say, undefined when nobody does. */
function askHolder(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    let connected = false;
    const socket = createConnection(path, () => {
      connected = true;
    });
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(connected ? answer.trim() : undefined));
  });
}

function taken(folder: string, pid: string): StoreError {
  return new StoreError({
    zh: `${folder} 正被另一个 Gengfu 进程使用${pid === "" ? "" : `（进程号 ${pid}）`}。请先停止它，或换一个 DATA_DIR。`,
    en: `${folder} is in use by another Gengfu process${pid === "" ? "" : ` (pid ${pid})`}. Stop that one first, or choose another DATA_DIR.`,
  });
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
