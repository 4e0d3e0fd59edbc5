/** Links that acknowledge: signed, for one person and one incident, for a day, for one use. */
import { z } from "zod";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { Seal } from "./seal.ts";

/** Where they lead, below `PUBLIC_URL`. */
export const ACKNOWLEDGE_PATH = "/email/acknowledge";

/** What a link says. */
export interface Claim {
  /** The same in every copy of one mail. */
  readonly id: string;
  /** The target that was written to: `email:ops/0`. */
  readonly target: string;
  /** The address that it was written to. */
  readonly to: string;
  readonly incident: number;
  /** Good before this moment. */
  readonly until: number;
}

export interface Links {
  /** The text that stands in a link. */
  tokenOf(about: Omit<Claim, "until">, at: number): Promise<string>;
  /** What a token says; undefined when it is not one of ours. Whether it is still good is another question. */
  read(token: string): Claim | undefined;
  isSpent(claim: Claim): boolean;
  /** Spends it in the commit of what it does; false when it was spent before. */
  spend(change: Change, claim: Claim, at: number): boolean;
}

const GOOD_FOR_MS = 24 * 3_600_000;

const claimSchema = z
  .tuple([z.string(), z.string(), z.string(), z.number(), z.number()])
  .transform(([id, target, to, incident, until]): Claim => ({ id, target, to, incident, until }));

const spentSchema = z.strictObject({ until: z.number() });

/** Opens the table; a store may be asked once. */
export function openLinks(store: Store, seal: Seal): Links {
  const table: Table<z.output<typeof spentSchema>> = store.table("email_links", (raw) =>
    spentSchema.parse(raw),
  );
  return {
    async tokenOf({ id, target, to, incident }, at) {
      const claim = [id, target, to, incident, at + GOOD_FOR_MS];
      const words = Buffer.from(JSON.stringify(claim)).toString("base64url");
      return `${words}.${await seal.sign("link", words)}`;
    },
    read(token) {
      const [words = "", signature = "", ...more] = token.split(".");
      if (more.length > 0 || !seal.holds("link", words, signature)) return undefined;
      const read = claimSchema.safeParse(JSON.parse(Buffer.from(words, "base64url").toString()));
      return read.success ? read.data : undefined;
    },
    isSpent: ({ id }) => table.get(id) !== undefined,
    spend(change, { id, until }, at) {
      if (change.get(table, id) !== undefined) return false;
      // What has expired is refused for that already.
      for (const [old, { until: end }] of table.entries()) if (end <= at) change.remove(table, old);
      change.put(table, id, { until });
      return true;
    },
  };
}
