/** The key that this Gengfu signs with: made once, kept in the store, shown to nobody. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Store, Table } from "../../storage/store.ts";

/** What a signature is for; one for an id is none for a link. */
type Purpose = "id" | "link";

export interface Seal {
  /** The signature of `words`, in letters, digits, `-` and `_`. Rejects when the key is new and cannot be saved. */
  sign(purpose: Purpose, words: string): Promise<string>;
  /** Whether this is their signature. */
  holds(purpose: Purpose, words: string, signature: string): boolean;
}

const KEY = "key";
const KEY_BYTES = 32;

const schema = z.strictObject({ key: z.string() });

/** Opens the table; a store may be asked once. `bytes` gives so many that nobody can guess. */
export function openSeal(store: Store, bytes: (count: number) => Uint8Array): Seal {
  const table: Table<z.output<typeof schema>> = store.table("email_key", (raw) => schema.parse(raw));

  async function key(): Promise<string> {
    const there = table.get(KEY);
    if (there !== undefined) return there.key;
    return store.commit((change) => {
      const first = change.get(table, KEY);
      if (first !== undefined) return first.key;
      const made = Buffer.from(bytes(KEY_BYTES)).toString("base64url");
      change.put(table, KEY, { key: made });
      return made;
    });
  }

  return {
    async sign(purpose, words) {
      return signature(await key(), purpose, words).toString("base64url");
    },
    holds(purpose, words, given) {
      const there = table.get(KEY);
      if (there === undefined) return false;
      const [right, said] = [signature(there.key, purpose, words), Buffer.from(given, "base64url")];
      return right.length === said.length && timingSafeEqual(right, said);
    },
  };
}

function signature(key: string, purpose: Purpose, words: string): Buffer {
  return createHmac("sha256", Buffer.from(key, "base64url")).update(`${purpose}\n${words}`).digest();
}
