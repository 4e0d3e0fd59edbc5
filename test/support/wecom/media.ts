/** Files that were uploaded: each with its owner, who alone may send it, for three days. */
import type { Verdict } from "./codes.ts";
import { refused, WRONG_MEDIA_SIZE, WRONG_MEDIA_TYPE } from "./codes.ts";

const LIFE_MS = 3 * 24 * 3_600_000;
const MEGABYTE = 1024 * 1024;

/** The largest file of each kind; the smallest is of 5 bytes. developer.work.weixin.qq.com/document/path/91770, 90253. */
const LARGEST: Readonly<Record<string, number>> = {
  image: 10 * MEGABYTE,
  voice: 2 * MEGABYTE,
  video: 10 * MEGABYTE,
  file: 20 * MEGABYTE,
};

export interface Media {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly bytes: Buffer;
  /** `bot`, `robot <key>`, `app`. */
  readonly owner: string;
  readonly at: number;
}

export interface MediaStore {
  add(file: Omit<Media, "id">): Media;
  find(id: string, at: number): Media | undefined;
  /** By id, however old. */
  readonly all: ReadonlyMap<string, Media>;
}

export function createMediaStore(letters: (length: number) => string): MediaStore {
  const all = new Map<string, Media>();
  return {
    all,
    add(file) {
      const media = { ...file, id: `3${letters(30)}` };
      all.set(media.id, media);
      return media;
    },
    find(id, at) {
      const media = all.get(id);
      return media === undefined || at - media.at > LIFE_MS ? undefined : media;
    },
  };
}

/** What is wrong with a file of that kind and length, or `undefined`. */
export function sizeProblem(type: string, length: number, types: readonly string[]): Verdict | undefined {
  const largest = LARGEST[type];
  if (largest === undefined || !types.includes(type)) return refused(WRONG_MEDIA_TYPE);
  return length < 5 || length > largest ? refused(WRONG_MEDIA_SIZE) : undefined;
}
