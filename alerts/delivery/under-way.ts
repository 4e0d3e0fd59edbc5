/**
 * What the courier has under way. At most targets it is one thing at a time; to a machine several incidents may be on
 * their way at once, but never two things about the same group of alerts: that all is well must not pass what began.
 */
import type { Tables } from "../tables.ts";
import type { Delivery } from "./delivery.ts";

export interface UnderWay {
  /** How many things are under way at a target; what is done to the target as a whole takes all the room there is. */
  at(address: string): number;
  /** Resolves when one of them is through; at once when there is none, with false. */
  oneOf(address: string): Promise<boolean>;
  /** Whether something of the same thread is. */
  has(delivery: Delivery): boolean;
  /** Remembers it until it is through. `delivery`: what is being said, where something is. */
  add(address: string, delivery: Delivery | undefined, working: Promise<boolean>): Promise<boolean>;
}

/**
 * So many are on their way to one machine that is in order. Fewer than the refusals in a row that open a breaker (see
 * target.ts), so that those of one moment do not open it, let alone again and again.
 */
export const MOST_UNDER_WAY = 4;

/** The thread of whatever is not said but done to the target; no group or delivery is called so. */
const WHOLE = "";

export function openUnderWay({ incidents }: Pick<Tables, "incidents">): UnderWay {
  const all = new Map<string, Map<string, Promise<boolean>>>();

  function threadOf({ id, about }: Delivery): string {
    const number = "incident" in about ? about.incident : "card" in about ? about.card.incident : undefined;
    return (number === undefined ? undefined : incidents.get(String(number))?.group) ?? id;
  }

  return {
    at(address) {
      const here = all.get(address);
      return here?.has(WHOLE) === true ? MOST_UNDER_WAY : (here?.size ?? 0);
    },
    oneOf: (address) => Promise.race([...(all.get(address)?.values() ?? [Promise.resolve(false)])]),
    has(delivery) {
      const here = all.get(delivery.conversation);
      return here?.has(threadOf(delivery)) === true;
    },
    add(address, delivery, working) {
      const here = all.get(address) ?? new Map<string, Promise<boolean>>();
      all.set(address, here);
      const thread = delivery === undefined ? WHOLE : threadOf(delivery);
      const through = working.finally(() => {
        here.delete(thread);
        if (here.size === 0) all.delete(address);
      });
      here.set(thread, through);
      return through;
    },
  };
}
