/**
 * Who was told by phone, and when: written down before anything leaves, so that a limit holds over restarts, whatever
 * becomes of a message. A number is kept as its hash.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { Medium } from "./config.ts";

const HOUR_MS = 3_600_000;
/** So long it is known what somebody has been told, for what is tried again. */
const KEPT_MS = 24 * HOUR_MS;
/** So many incidents that were held back are remembered for one person. */
const MOST_HELD = 200;

const schema = z.strictObject({
  sends: z.array(z.strictObject({ key: z.string(), at: z.number(), answer: z.string().optional() })),
  held: z.array(z.number()),
});

type Account = z.output<typeof schema>;

/** Whether somebody may be told now. */
export type Claim =
  /** `held`: the incidents that they were not told of. */
  | { readonly is: "free"; readonly held: readonly number[] }
  /** They were told this already, and what was answered. */
  | { readonly is: "told"; readonly answer: string }
  | { readonly is: "full"; readonly freeAt: number };

export interface Ledger {
  /** Takes one of `most` in an hour for `key`. Rejects with NotSaved when the disk refuses. */
  claim(medium: Medium, phone: string, key: string, most: number, at: number): Promise<Claim>;
  /** How much of an hour's worth is spent, and the incidents that they were not told of. */
  look(
    medium: Medium,
    phone: string,
    at: number,
  ): { readonly spent: number; readonly held: readonly number[] };
  /** They have it: what was held back before is told with it. */
  told(medium: Medium, phone: string, key: string, answer: string, held: readonly number[]): Promise<void>;
  /** It surely was not sent: it does not count. */
  refused(medium: Medium, phone: string, key: string): Promise<void>;
  /** They are not told of an incident for now. */
  hold(medium: Medium, phone: string, incident: number): Promise<void>;
}

/** Opens the table; a store may be asked once. */
export function openLedger(store: Store): Ledger {
  const table: Table<Account> = store.table("phone_ledger", (raw) => schema.parse(raw));

  const idOf = (medium: Medium, phone: string): string =>
    `${medium}:${createHash("sha256").update(phone).digest("hex").slice(0, 32)}`;

  function edit<T>(
    medium: Medium,
    phone: string,
    make: (account: Account) => readonly [Account, T],
  ): Promise<T> {
    const id = idOf(medium, phone);
    return store.commit((change: Change) => {
      const [after, result] = make(change.get(table, id) ?? { sends: [], held: [] });
      change.put(table, id, after);
      return result;
    });
  }

  return {
    look(medium, phone, at) {
      const { sends, held } = table.get(idOf(medium, phone)) ?? { sends: [], held: [] };
      return { spent: within(sends, at, HOUR_MS).length, held };
    },
    claim: (medium, phone, key, most, at) =>
      edit<Claim>(medium, phone, (account) => {
        const sends = within(account.sends, at, KEPT_MS);
        const known = sends.find((one) => one.key === key && one.answer !== undefined);
        if (known !== undefined)
          return [
            { ...account, sends },
            { is: "told", answer: known.answer ?? "" },
          ];
        const recent = within(sends, at, HOUR_MS);
        if (recent.length >= most) {
          const oldest = Math.min(...recent.slice(-most).map((one) => one.at));
          return [
            { ...account, sends },
            { is: "full", freeAt: oldest + HOUR_MS },
          ];
        }
        return [
          { ...account, sends: [...sends, { key, at }] },
          { is: "free", held: account.held },
        ];
      }),
    told: (medium, phone, key, answer, held) =>
      edit(medium, phone, (account) => {
        const last = account.sends.findLastIndex((one) => one.key === key);
        const sends = account.sends.map((one, i) => (i === last ? { ...one, answer } : one));
        return [{ sends, held: account.held.filter((one) => !held.includes(one)) }, undefined];
      }),
    refused: (medium, phone, key) =>
      edit(medium, phone, (account) => {
        const last = account.sends.findLastIndex((one) => one.key === key && one.answer === undefined);
        return [{ ...account, sends: account.sends.filter((_, i) => i !== last) }, undefined];
      }),
    hold: (medium, phone, incident) =>
      edit(medium, phone, (account) => {
        const held = [...account.held.filter((one) => one !== incident), incident].slice(-MOST_HELD);
        return [{ ...account, held }, undefined];
      }),
  };
}

/** Those of the last `ms`. What lies further in the future was written before the clock was put back. */
function within(sends: Account["sends"], at: number, ms: number): Account["sends"] {
  return sends.filter((one) => Math.abs(at - one.at) < ms);
}
