/** Files that are kept open from look to look: one that is renamed or removed can then still be read to its end. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const MOST_OPEN = 200;

export interface Handles {
  /** The open file of this id. */
  get(id: string): FileHandle | undefined;
  /** Opens a path that has the file `id`; rejects as `open` does. */
  open(path: string, id: string): Promise<FileHandle>;
  close(id: string): Promise<void>;
  /** Closes all; what a look under way still opens is closed at once. */
  end(): Promise<void>;
  /** Closes those whose ids are not among these, and the oldest where there are too many. */
  keep(ids: ReadonlySet<string>): Promise<void>;
}

export function openHandles(): Handles {
  const handles = new Map<string, FileHandle>();
  let ended = false;
  const close = async (id: string): Promise<void> => {
    const handle = handles.get(id);
    handles.delete(id);
    await handle?.close().catch(() => {});
  };
  return {
    get: (id) => handles.get(id),
    close,
    async open(path, id) {
      const known = handles.get(id);
      if (known !== undefined) return known;
      // Without waiting for somebody to write, should it have become a pipe meanwhile.
      const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      const stats = await handle.stat({ bigint: true });
      const found = `${stats.dev}:${stats.ino}`;
      if (ended || found !== id || !stats.isFile()) {
        await handle.close();
        throw Object.assign(new Error(`${path} is another file by now`), { code: "ESTALE" });
      }
      const other = handles.get(id);
      if (other !== undefined) {
        await handle.close();
        return other;
      }
      handles.set(id, handle);
      return handle;
    },
    async end() {
      ended = true;
      await Promise.all([...handles.keys()].map(close));
    },
    async keep(ids) {
      for (const id of [...handles.keys()]) if (!ids.has(id)) await close(id);
      for (const id of [...handles.keys()].slice(0, Math.max(0, handles.size - MOST_OPEN))) await close(id);
    },
  };
}
