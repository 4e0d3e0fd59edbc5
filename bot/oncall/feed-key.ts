/** The key that opens calendars: whoever knows the address of one may read it. Made once, kept in the store. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Change, Store, Table } from "../../storage/store.ts";

export interface FeedKey {
  /** Makes the key where there is none. For the start. */
  prepare(change: Change): void;
  /** What opens the calendar of this rotation. */
  tokenOf(rotation: string): string;
}

const KEY = "key";
const KEY_BYTES = 32;

const schema = z.strictObject({ key: z.string() });

/** Opens the table; a store may be asked once. `bytes` gives so many that nobody can guess. */
export function openFeedKey(store: Store, bytes: (count: number) => Uint8Array): FeedKey {
  const table: Table<z.output<typeof schema>> = store.table("oncall_key", (raw) => schema.parse(raw));
  return {
    prepare(change) {
      if (change.get(table, KEY) === undefined)
        change.put(table, KEY, { key: Buffer.from(bytes(KEY_BYTES)).toString("base64url") });
    },
    tokenOf(rotation) {
      const key = table.get(KEY)?.key ?? "";
      return createHmac("sha256", Buffer.from(key, "base64url"))
        .update(rotation)
        .digest("base64url")
        .slice(0, 32);
    },
  };
}

/** Whether two texts are the same; how long it takes says nothing about them. */
export function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
