/**
 * Pictures in a folder, named by what is in them, each with the numbers that it shows beside it. The oldest go when there
 * are too many.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Album {
  /** Keeps a PNG and its numbers as JSON; resolves with the name of the PNG. Rejects when the disk refuses. */
  keep(png: Uint8Array, json: Uint8Array | string): Promise<string>;
  /** A PNG by its name, its JSON by the same name with that ending; undefined for what is not there, or no longer. */
  find(name: string): Promise<Uint8Array | undefined>;
}

/** Some hundred kilobytes each: 40 MB at most, and a month of asking now and then. */
const MOST = 400;
const NAME = /^[0-9a-f]{24}\.png$/;
const KEPT = /^[0-9a-f]{24}\.(?:png|json)$/;

/** The name of the numbers that go with a picture. */
export function jsonName(name: string): string {
  return name.replace(/\.png$/, ".json");
}

/** The folder is made when the first picture comes. */
export function openAlbum(dir: string, most = MOST): Album {
  let names: Promise<string[]> | undefined;
  /** One after another, so that no two count the same picture. */
  let last: Promise<unknown> = Promise.resolve();

  async function write(name: string, content: Uint8Array | string): Promise<void> {
    const draft = join(dir, `${name}.new`);
    await writeFile(draft, content);
    await rename(draft, join(dir, name));
  }

  async function keep(png: Uint8Array, json: Uint8Array | string): Promise<string> {
    const name = `${createHash("sha256").update(png).digest("hex").slice(0, 24)}.png`;
    names ??= oldestFirst(dir).catch((error: unknown) => {
      names = undefined;
      throw error;
    });
    const known = await names;
    if (known.includes(name)) return name;
    // First what is looked for second.
    await write(jsonName(name), json);
    await write(name, png);
    known.push(name);
    for (const old of known.splice(0, Math.max(0, known.length - most)))
      for (const each of [old, jsonName(old)]) await rm(join(dir, each), { force: true });
    return name;
  }

  return {
    keep(png, json) {
      const kept = last.then(() => keep(png, json));
      last = kept.catch(() => {});
      return kept;
    },
    async find(name) {
      if (!KEPT.test(name)) return undefined;
      return await readFile(join(dir, name)).catch(() => undefined);
    },
  };
}

async function oldestFirst(dir: string): Promise<string[]> {
  await mkdir(dir, { recursive: true });
  const found: { name: string; at: number }[] = [];
  const names = new Set(await readdir(dir));
  for (const name of names) {
    // What a crash left half-written, or without its picture.
    const orphan = /^[0-9a-f]{24}\.json$/.test(name) && !names.has(name.replace(/\.json$/, ".png"));
    if (name.endsWith(".new") || orphan) await rm(join(dir, name), { force: true });
    if (NAME.test(name)) found.push({ name, at: (await stat(join(dir, name))).mtimeMs });
  }
  return found.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}
