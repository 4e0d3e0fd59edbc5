/** Which files there are: globs, symbolic links followed, and what a rotated file may be called. */
import type { BigIntStats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { compileRegex, type Test } from "../../storage/regex.ts";

/** Beyond these the rest is left out: a pattern that was too wide must not make a look endless. */
export const MOST_FILES = 500;
const MOST_FOLDERS = 2_000;
/** So often a list is made until two are the same. */
const STEADY_WITHIN = 10;
/** `**` goes down so far. */
const DEEPEST = 8;

/** Lines in them cannot be read, and were read when they were plain. */
const PACKED = /\.(?:gz|bz2|xz|zst|lz4|zip|7z|tgz|Z)$/i;

/** A file as it is now. */
export interface Seen {
  readonly path: string;
  /** Device and inode: the same under any name. */
  readonly id: string;
  readonly size: number;
  /** When it was written to last, in milliseconds since the Unix epoch. */
  readonly changedAt: number;
  /** How many names it has. */
  readonly names: number;
}

/** A path that could not be looked at, with the code of the system (`EACCES`). */
export interface Unseen {
  readonly path: string;
  readonly code: string;
}

export interface Found {
  /** The oldest first. Two names of one file are one. */
  readonly files: readonly Seen[];
  readonly unseen: readonly Unseen[];
  /** There were more than are looked at. */
  readonly isCut: boolean;
}

export function seenOf(path: string, stats: BigIntStats): Seen {
  return {
    path,
    id: `${stats.dev}:${stats.ino}`,
    size: Number(stats.size),
    changedAt: Number(stats.mtimeMs),
    names: Number(stats.nlink),
  };
}

/** The file at a path; undefined where there is none that can be followed. */
export async function see(path: string): Promise<Seen | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.isFile() === true ? seenOf(path, stats) : undefined;
}

/** Finds the files of all paths. Never rejects. */
export async function expand(paths: readonly string[], signal: AbortSignal): Promise<Found> {
  const byId = new Map<string, Seen>();
  const unseen: Unseen[] = [];
  const limits = { folders: 0, isCut: false };

  async function take(path: string, isNamed: boolean): Promise<void> {
    if (!isNamed && PACKED.test(path)) return;
    if (byId.size >= MOST_FILES) {
      limits.isCut = true;
      return;
    }
    try {
      const stats = await stat(path, { bigint: true });
      const seen = seenOf(path, stats);
      if (stats.isFile()) byId.set(seen.id, byId.get(seen.id) ?? seen);
      else if (isNamed) unseen.push({ path, code: stats.isDirectory() ? "EISDIR" : "ENOTFILE" });
    } catch (error) {
      // What a pattern found a moment ago may be gone.
      if (isNamed) unseen.push({ path, code: codeOf(error) });
    }
  }

  async function list(folder: string): Promise<readonly { name: string; isFolder: boolean }[]> {
    if (++limits.folders > MOST_FOLDERS || signal.aborted) {
      limits.isCut = true;
      return [];
    }
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
    } catch (error) {
      // A file where a folder was looked for is no trouble.
      const code = codeOf(error);
      if (code !== "ENOTDIR") unseen.push({ path: folder, code });
      return [];
    }
  }

  async function walk(folder: string, parts: readonly string[], depth: number): Promise<void> {
    const [part = "", ...rest] = parts;
    if (!isPattern(part)) {
      const path = join(folder, part);
      return rest.length === 0 ? take(path, false) : walk(path, rest, depth);
    }
    const entries = (await list(folder)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (part === "**") {
      await walk(folder, rest.length === 0 ? ["*"] : rest, depth + 1);
      if (depth < DEEPEST)
        for (const { name, isFolder } of entries)
          if (isFolder && !name.startsWith(".")) await walk(join(folder, name), parts, depth + 1);
      return;
    }
    const fits = nameTest(part);
    for (const { name } of entries) {
      if (!fits(name) || (name.startsWith(".") && !part.startsWith("."))) continue;
      const path = join(folder, name);
      await (rest.length === 0 ? take(path, false) : walk(path, rest, depth + 1));
    }
  }

  for (const path of paths) {
    if (!isPattern(path)) await take(path, true);
    else {
      const [root = "", ...parts] = path.split("/");
      await walk(root === "" ? "/" : root, parts, 0);
    }
  }
  const files = [...byId.values()].sort((a, b) => a.changedAt - b.changedAt);
  return { files, unseen, isCut: limits.isCut };
}

/** Whether a path may stand for several files. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

function nameTest(glob: string): Test {
  let regex = "";
  for (let i = 0; i < glob.length; i++) {
    const character = glob[i] ?? "";
    const end = character === "[" ? glob.indexOf("]", i + 2) : -1;
    if (character === "*") regex += ".*";
    else if (character === "?") regex += ".";
    else if (end > 0) {
      const inside = glob
        .slice(i + 1, end)
        .replace(/^!/, "^")
        .replace(/[\\[&~|]/g, "\\$&");
      regex += `[${inside}]`;
      i = end;
    } else regex += character.replace(/[\\.+*?()[\]{}^$|]/g, "\\$&");
  }
  try {
    return compileRegex(regex);
  } catch {
    // A range that runs backwards: the shell takes it as it stands.
    return (name) => name === glob;
  }
}

/** The files beside `path` that its rotation may have made, packed ones left out; as they stood at one moment. */
export async function rotatedBeside(path: string): Promise<readonly Seen[]> {
  let before = "";
  let seen: readonly Seen[] = [];
  for (let i = 0; i < STEADY_WITHIN; i++) {
    seen = await listRotated(path);
    const now = seen.map((one) => `${one.path} ${one.id}`).join("\n");
    // While they are being renamed, one after the other, a list has some twice and others not at all.
    if (i > 0 && now === before) return seen;
    before = now;
  }
  return seen;
}

async function listRotated(path: string): Promise<readonly Seen[]> {
  const folder = dirname(path);
  const base = basename(path);
  const entries = await readdir(folder).catch(() => []);
  const names = entries.filter((name) => isRotated(base, name)).slice(0, MOST_FILES);
  const seen = await Promise.all(names.map((name) => see(join(folder, name))));
  return seen.flatMap((one) => (one === undefined ? [] : [one]));
}

/** `app.log.1`, `app.log-20261128`, `app-2026-11-28.0.log` of `app.log`. */
export function isRotated(base: string, name: string): boolean {
  if (name === base || PACKED.test(name)) return false;
  const end = extname(base);
  const stem = base.slice(0, base.length - end.length);
  if (!name.startsWith(stem)) return false;
  const rest = name.slice(stem.length).replace(end, "");
  return /^[-._](?:[-._0-9TZ]+|old|bak|prev|orig|\d+\.old)$/i.test(rest);
}

/** Two names of one row of rotated files: `app.log.2` and `app.log.3`. */
export function isSameRow(a: string, b: string): boolean {
  const plain = (path: string): string => path.replace(/\d+/g, "#");
  return plain(a) === plain(b);
}

export function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error).slice(0, 100);
}
