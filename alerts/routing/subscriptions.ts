/** Subscriptions: what conversations asked to hear of. Each is a stored route beside the tree. */
import { z } from "zod";
import { formatMatchers, type Matcher } from "../../storage/matchers.ts";
import type { Change, Store, Table } from "../../storage/store.ts";
import type { Refused } from "../refused.ts";

const schema = z.strictObject({
  id: z.number(),
  conversation: z.string(),
  matchers: z.array(
    z.strictObject({ name: z.string(), op: z.enum(["=", "!=", "=~", "!~"]), value: z.string() }),
  ),
  person: z.string(),
  at: z.number(),
});

/** A conversation hears of the alerts that fit every matcher; of all when there is none. */
export interface Subscription {
  /** The number people say. */
  readonly id: number;
  readonly conversation: string;
  readonly matchers: readonly Matcher[];
  readonly person: string;
  readonly at: number;
}

export interface Subscriptions {
  readonly table: Table<Subscription>;
  /** Oldest first; the same list while nothing changes. */
  all(): readonly Subscription[];
  of(conversation: string): readonly Subscription[];
  /** Refuses what the conversation has already. Matchers must be ones that compile. */
  add(change: Change, wanted: Omit<Subscription, "id">): Subscription | Refused;
  /** Refuses a number that the conversation does not have. */
  remove(change: Change, conversation: string, id: number): Subscription | Refused;
}

/** Opens the table; a store may be asked once. */
export function openSubscriptions(store: Store): Subscriptions {
  const table: Table<Subscription> = store.table("subscriptions", (raw) => schema.parse(raw));
  let list: readonly Subscription[] | undefined;
  table.watch(() => {
    list = undefined;
  });

  function all(): readonly Subscription[] {
    list ??= [...table.values()].sort((a, b) => a.id - b.id);
    return list;
  }

  function of(conversation: string): readonly Subscription[] {
    return all().filter((one) => one.conversation === conversation);
  }

  return {
    table,
    all,
    of,
    add(change, wanted) {
      const text = formatMatchers(wanted.matchers);
      const there = of(wanted.conversation).find(({ matchers }) => formatMatchers(matchers) === text);
      if (there !== undefined && change.get(table, String(there.id)) !== undefined)
        return {
          refused: {
            zh: `这个会话已经订阅了它（${there.id}）。`,
            en: `This conversation is subscribed to that already (${there.id}).`,
          },
        };
      const made: Subscription = { ...wanted, id: change.next("subscriptions") };
      change.put(table, String(made.id), made);
      return made;
    },
    remove(change, conversation, id) {
      const there = change.get(table, String(id));
      if (there === undefined || there.conversation !== conversation)
        return {
          refused: {
            zh: `这个会话没有订阅 ${id}。`,
            en: `This conversation has no subscription ${id}.`,
          },
        };
      change.remove(table, String(id));
      return there;
    },
  };
}
