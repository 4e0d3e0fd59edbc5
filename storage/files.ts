/** The little that the store needs of a file system, as an argument, so that tests can make it fail at any step. */
import { constants, write as writeTo } from "node:fs";
import { mkdir, open, readdir, rename, unlink } from "node:fs/promises";

/** An open file. Every call rejects with the system's error, which carries its `code`. */
export interface OpenFile {
  /** Writes all of `data` at `position`. */
  write(data: Uint8Array, position: number): Promise<void>;
  /** The same, and forces it to the disk as `datasync` does: in one step where the file was opened `forced`. */
  writeThrough(data: Uint8Array, position: number): Promise<void>;
  /** Fills `into` from `position`; resolves with the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  size(): Promise<number>;
  truncate(length: number): Promise<void>;
  /** Forces data, and the metadata needed to read it back, to the disk (fdatasync). */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system. Paths are absolute or relative to the process. */
export interface Files {
  /**
   * `read`: must exist; `edit`: must exist, for reading and writing; `create`: made, or emptied. `forced`: mostly
   * written through.
   */
  open(path: string, how: "read" | "edit" | "create", forced?: "forced"): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; it is fine when there is none. */
  remove(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  /** Makes a folder and those above it, for the owner alone; it is fine when it exists. */
  makeFolder(path: string): Promise<void>;
  /** Forces the names in a folder to the disk, so that a new or renamed file survives a power cut. */
  syncFolder(path: string): Promise<void>;
}

const FLAGS = {
  read: constants.O_RDONLY,
  edit: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
} as const;

/**
 * Each write waits for the disk as fdatasync would: one call of the system instead of two. Only Linux promises that it
 * reaches the medium; elsewhere it is written and then forced.
 */
const FORCED = process.platform === "linux" ? constants.O_DSYNC : 0;

/** The machine's own file system. */
export const systemFiles: Files = {
  open: async (path, how, forced) => {
    const isForced = forced !== undefined && FORCED !== 0;
    const handle = await open(path, FLAGS[how] | (isForced ? FORCED : 0), 0o600);
    const write: OpenFile["write"] = async (data, position) => {
      for (let done = 0; done < data.length; )
        done += await writeSome(handle.fd, data.subarray(done), position + done);
    };
    return {
      write,
      async writeThrough(data, position) {
        await write(data, position);
        if (!isForced) await handle.datasync();
      },
      async read(into, position) {
        let done = 0;
        while (done < into.length) {
          const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return done;
      },
      size: async () => (await handle.stat()).size,
      truncate: (length) => handle.truncate(length),
      datasync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
  rename,
  list: readdir,
  async remove(path) {
    try {
      await unlink(path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  },
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  async syncFolder(path) {
    // Windows cannot open a folder, and its file system orders renames by itself.
    if (process.platform === "win32") return;
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

/** By callback, since every commit waits for it and the handle's own `write` costs twice as much of the one thread. */
function writeSome(fd: number, data: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writeTo(fd, data, 0, data.length, position, (error, written) =>
      error === null ? resolve(written) : reject(error),
    );
  });
}

/** Reads a whole file. */
export async function readWhole(files: Files, path: string): Promise<Buffer> {
  const file = await files.open(path, "read");
  try {
    const data = Buffer.allocUnsafe(await file.size());
    return data.subarray(0, await file.read(data, 0));
  } finally {
    await file.close();
  }
}
