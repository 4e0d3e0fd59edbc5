/** Pictures in a folder, named by what is in them. The oldest go when there are too many. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface Album {
  /** Keeps a PNG; resolves with its name. Rejects when the disk refuses. */
  keep(png: Uint8Array): Promise<string>;
  /** Undefined for one that is not there, or no longer. */
  find(name: string): Promise<Uint8Array | undefined>;
}

/** Some hundred kilobytes each: 40 MB at most, and a month of asking now and then. */
const MOST = 400;
const NAME = /^[0-9a-f]{24}\.png$/;

/** The folder is made when the first picture comes. */
export function openAlbum(dir: string, most = MOST): Album {
  let names: Promise<string[]> | undefined;
  /** One after another, so that no two count the same picture. */
  let last: Promise<unknown> = Promise.resolve();

  async function keep(png: Uint8Array): Promise<string> {
    const name = `${createHash("sha256").update(png).digest("hex").slice(0, 24)}.png`;
    names ??= oldestFirst(dir).catch((error: unknown) => {
      names = undefined;
      throw error;
    });
    const known = await names;
    if (known.includes(name)) return name;
    const draft = join(dir, `${name}.new`);
    await writeFile(draft, png);
    await rename(draft, join(dir, name));
    known.push(name);
    for (const old of known.splice(0, Math.max(0, known.length - most)))
      await rm(join(dir, old), { force: true });
    return name;
  }

  return {
    keep(png) {
      const kept = last.then(() => keep(png));
      last = kept.catch(() => {});
      return kept;
    },
    async find(name) {
      if (!NAME.test(name)) return undefined;
      return await readFile(join(dir, name)).catch(() => undefined);
    },
  };
}

async function oldestFirst(dir: string): Promise<string[]> {
  await mkdir(dir, { recursive: true });
  const found: { name: string; at: number }[] = [];
  for (const name of await readdir(dir)) {
    // What a crash left half-written.
    if (name.endsWith(".png.new")) await rm(join(dir, name), { force: true });
    if (NAME.test(name)) found.push({ name, at: (await stat(join(dir, name))).mtimeMs });
  }
  return found.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}
