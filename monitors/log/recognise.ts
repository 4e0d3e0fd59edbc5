/**
 * Which of the files that are there are those that were read before, whatever has happened to their names: a rotation by
 * renaming or by copying and truncating, an inode that is used again, a file that was replaced while nobody watched.
 */
import type { FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import {
  codeOf,
  type Found,
  isRotated,
  isSameRow,
  rotatedBeside,
  type Seen,
  seenOf,
  type Unseen,
} from "./files.ts";
import type { Handles } from "./handles.ts";
import { continues, printAt } from "./identity.ts";
import type { Followed, Memory } from "./memory.ts";

/** One that is not found any more is remembered for so long, should its folder come back. */
const FORGOTTEN_AFTER_MS = 86_400_000;
/** Whoever writes into a file that has been renamed has opened the new one by then. */
const LEFT_AFTER_MS = 600_000;
/** Of one that was emptied, the copy is looked for so long: files may be being renamed just now. */
const COPIED_WITHIN_MS = 60_000;
const MOST_GONE = 200;

/** A file to read on in. */
export interface Place {
  /** Where reading stands; goes on as it is read. */
  state: Followed;
  readonly handle: FileHandle;
  readonly seen: Seen;
  /** It has not grown since the last look: what is held back of it will not be continued. */
  readonly isQuiet: boolean;
}

export interface Recognised {
  /** In the order in which they were written to last. */
  readonly places: readonly Place[];
  /** Those that are not to be read now, and are remembered. */
  readonly absent: readonly Followed[];
  /** Those that may not be read. */
  readonly unseen: readonly Unseen[];
  readonly rotations: number;
  readonly truncations: number;
}

export interface RecogniseOptions {
  readonly before: Memory["files"];
  readonly found: Found;
  readonly handles: Handles;
  /** Nothing has been read: what is there already is passed over. */
  readonly fromEnd: boolean;
  readonly at: number;
}

export async function recognise({
  before,
  found,
  handles,
  fromEnd,
  at,
}: RecogniseOptions): Promise<Recognised> {
  const unread = new Map(before.map((state) => [state.id, state]));
  const places: Place[] = [];
  const absent: Followed[] = [];
  const unseen: Unseen[] = [];
  const lost: { readonly state: Followed; readonly isTruncated: boolean }[] = [];
  /** Rotated files beside one that was rotated itself. */
  const rows: { readonly mine: Seen | undefined; readonly beside: readonly Seen[] }[] = [];
  let fresh: Seen[] = [];
  let rotations = 0;
  let truncations = 0;

  async function tryOpen(seen: Seen): Promise<FileHandle | undefined> {
    try {
      return await handles.open(seen.path, seen.id);
    } catch (error) {
      const code = codeOf(error);
      // It was renamed or removed a moment ago: the next look sees what has come of it.
      if (code !== "ENOENT" && code !== "ESTALE") unseen.push({ path: seen.path, code });
      return undefined;
    }
  }

  function place(state: Followed, seen: Seen, handle: FileHandle): void {
    const { goneAt: _, ...rest } = state;
    places.push({ state: { ...rest, path: seen.path }, handle, seen, isQuiet: state.size === seen.size });
  }

  /** As they stand in this look, for all who ask. */
  const listed = new Map<string, Promise<readonly Seen[]>>();
  function besideOf(path: string): Promise<readonly Seen[]> {
    const list = listed.get(path) ?? rotatedBeside(path);
    listed.set(path, list);
    return list;
  }

  const isPlaced = (id: string): boolean => places.some(({ state }) => state.id === id);

  /** Those of a row of rotated files, newer than `mine`, that nobody saw under the name that is followed. */
  async function placeNewer({ mine, beside }: (typeof rows)[number]): Promise<void> {
    if (mine === undefined) return;
    for (const seen of beside) {
      if (seen.changedAt <= mine.changedAt || !isSameRow(seen.path, mine.path)) continue;
      if (isPlaced(seen.id) || unread.has(seen.id) || found.files.some(({ id }) => id === seen.id)) continue;
      const handle = await tryOpen(seen);
      if (handle === undefined) continue;
      // One that could not be found a moment ago, while files were being renamed, may be this one after all.
      const index = await indexOf(absent, (state) => isCopy(state, seen, handle));
      const [state = begun(seen, 0)] = index < 0 ? [] : absent.splice(index, 1);
      place({ ...state, id: seen.id, leaving: true }, seen, handle);
    }
  }

  for (const seen of found.files) {
    const state = unread.get(seen.id);
    if (state === undefined) {
      fresh.push(seen);
      continue;
    }
    unread.delete(seen.id);
    const isOpen = handles.get(seen.id) !== undefined;
    const handle = await tryOpen(seen);
    if (handle === undefined) absent.push(state);
    else if ((isOpen && seen.size === state.size) || (await continues(handle, seen.size, state))) {
      const { leaving: _, ...rest } = state;
      place(rest, seen, handle);
    } else {
      truncations++;
      lost.push({ state, isTruncated: true });
      place(begun(seen, 0), seen, handle);
    }
  }

  for (const state of [...unread.values()]) {
    const handle = handles.get(state.id);
    if (handle === undefined) {
      lost.push({ state, isTruncated: state.id === withoutFile(state.id) });
      continue;
    }
    const seen = seenOf(state.path, await handle.stat({ bigint: true }));
    const isOver = state.leaving === true && state.size === seen.size && state.offset === seen.size;
    if (!(await continues(handle, seen.size, state))) continue;
    if (isOver && (seen.names === 0 || Math.abs(at - seen.changedAt) > LEFT_AFTER_MS)) continue;
    place({ ...state, leaving: true }, seen, handle);
    if (state.leaving === true) continue;
    rotations++;
    const beside = await besideOf(state.path);
    rows.push({ mine: beside.find(({ id }) => id === state.id), beside });
  }

  for (const { state, isTruncated } of lost) {
    const beside = await besideOf(state.path);
    const mine = await whereItIs(state, isTruncated, [...fresh, ...beside]);
    if (mine === undefined) {
      const goneAt = state.goneAt ?? at;
      const id = isTruncated ? withoutFile(state.id) : state.id;
      if (Math.abs(at - goneAt) < (isTruncated ? COPIED_WITHIN_MS : FORGOTTEN_AFTER_MS))
        absent.push({ ...state, id, goneAt });
      continue;
    }
    const isFollowed = fresh.some(({ id }) => id === mine.seen.id);
    fresh = fresh.filter(({ id }) => id !== mine.seen.id);
    unread.delete(state.id);
    place({ ...state, id: mine.seen.id, ...(isFollowed ? {} : { leaving: true }) }, mine.seen, mine.handle);
    if (isFollowed) continue;
    if (!isTruncated && state.leaving !== true) rotations++;
    rows.push({ mine: mine.seen, beside });
  }

  // Not before all that are known have been found: the others are new.
  for (const row of rows) await placeNewer(row);

  /** The file in which a state goes on: by its inode, else by what it says. */
  async function whereItIs(
    state: Followed,
    isTruncated: boolean,
    candidates: readonly Seen[],
  ): Promise<{ seen: Seen; handle: FileHandle } | undefined> {
    const likely = candidates
      .filter(({ id }) => !isPlaced(id) && (id === state.id ? !isTruncated : !unread.has(id)))
      .filter(
        ({ path, id }) => id === state.id || isRenumbered(state, path, id) || isBeside(state.path, path),
      )
      .sort((a, b) => Number(b.id === state.id) - Number(a.id === state.id) || b.changedAt - a.changedAt);
    for (const seen of likely) {
      // Nothing was read of it, so that only its inode can tell.
      if (seen.id !== state.id && state.offset === 0) continue;
      const isOpen = handles.get(seen.id) !== undefined;
      const handle = await tryOpen(seen);
      if (handle === undefined) continue;
      if (await continues(handle, seen.size, state)) return { seen, handle };
      if (!isOpen && !fresh.some(({ id }) => id === seen.id)) await handles.close(seen.id);
    }
    return undefined;
  }

  for (const seen of fresh) {
    const handle = await tryOpen(seen);
    if (handle === undefined) continue;
    // `copytruncate` copies first and truncates then: until it does, one content stands in two files.
    const isKnown = (await indexOf(places, ({ state }) => isCopy(state, seen, handle))) >= 0;
    const offset = fromEnd || isKnown ? seen.size : 0;
    const isBroken = offset > 0 && (await lastByte(handle, offset)) !== 10;
    const print = offset === 0 ? "" : await printAt(handle, offset);
    place({ ...begun(seen, offset), print, ...(isBroken ? { skipping: true } : {}) }, seen, handle);
  }

  places.sort((a, b) => a.seen.changedAt - b.seen.changedAt);
  return { places, absent: absent.slice(-MOST_GONE), unseen, rotations, truncations };
}

function begun({ path, id }: Seen, offset: number): Followed {
  return { path, id, offset, size: offset, print: "" };
}

/** A file system that was mounted again may have another number, and its files keep theirs. */
function isRenumbered(state: Followed, path: string, id: string): boolean {
  return path === state.path && id.split(":")[1] === state.id.split(":")[1];
}

function isBeside(path: string, other: string): boolean {
  return dirname(path) === dirname(other) && isRotated(basename(path), basename(other));
}

/** Whether a file has what a state has read, and a name that its rotation may have given it. */
async function isCopy(state: Followed, seen: Seen, handle: FileHandle): Promise<boolean> {
  return state.offset > 0 && isBeside(state.path, seen.path) && continues(handle, seen.size, state);
}

async function indexOf<T>(all: readonly T[], fits: (one: T) => Promise<boolean>): Promise<number> {
  for (const [i, one] of all.entries()) if (await fits(one)) return i;
  return -1;
}

/** The id of a state whose file has another content now. */
function withoutFile(id: string): string {
  return id.endsWith("!") ? id : `${id}!`;
}

async function lastByte(handle: FileHandle, size: number): Promise<number> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] ?? 10;
}
