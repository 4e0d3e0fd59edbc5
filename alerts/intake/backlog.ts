/** What was heard and is not drawn into incidents: lots that nobody has read, and alerts about which more is known now. */
import type { Some } from "./drawing.ts";
import type { Ends } from "./ends.ts";
import type { Lot } from "./lot.ts";
import type { Openers } from "./openers.ts";
import type { Known } from "./received.ts";
import type { Senders } from "./senders.ts";
import type { View, Words } from "./view.ts";

export interface Backlog {
  /** A lot that is on its way to disk, and what it says. */
  expect(lot: Lot, words: Words): Coming;
  /** Reads lots, the first that came first, of at least so many alerts together, if there are so many. */
  read(alerts: number): void;
  /** How many alerts are in lots that nobody has read. */
  readonly unread: number;
  /** Of the news: what begins an incident, and nobody has asked for before. */
  takeOpeners(): readonly string[];
  /** What incidents may have to hear of; whoever draws one takes it out. */
  readonly news: Set<string>;
  /** What is only to be stored. */
  readonly still: Set<string>;
  /** Lots that are read, and that go once all that was known when they were taken is drawn. */
  takeRead(): readonly string[];
  giveBack(lots: readonly string[]): void;
  isEmpty(): boolean;
  /** How many alerts wait. */
  readonly size: number;
}

/** A lot on its way to disk; those that arrive do so in the order in which they were expected. */
export interface Coming {
  /** What of it begins an incident. */
  readonly openers: Words;
  /** It is on disk. The openers are known from now on, the rest once it is read. `drawn`: they are drawn already. */
  arrived(id: string, drawn: boolean): void;
  /** It is not, and never will be; throws why. */
  failed(error: unknown): never;
}

interface Unread {
  readonly lot: Lot;
  readonly size: number;
  /** The places of what is known of it. */
  readonly heard: ReadonlySet<number>;
}

export function openBacklog(view: View, openers: Openers, senders: Senders, ends: Ends): Backlog {
  const news = new Set<string>();
  const still = new Set<string>();
  /** By id. */
  const lots = new Map<string, Unread>();
  let unread = 0;
  /** Lots on their way to disk. */
  let expected = 0;
  let isRead: string[] = [];
  let opening: string[] = [];

  function hear(words: Words): readonly string[] {
    const heard: string[] = [];
    view.take(words, (id, after, before) => {
      if (before === undefined) senders.count(after.received.sender, 1);
      ends.expect(id, after.heard.endsAt);
      if (isNews(before, after, words.at)) {
        news.add(id);
        heard.push(id);
      } else if (!news.has(id)) still.add(id);
    });
    return heard;
  }

  /** A function of its own, so that it keeps nothing alive but what it is given. */
  function coming(waiting: Unread, first: Words): Coming {
    return {
      openers: first,
      arrived(id, drawn) {
        expected--;
        lots.set(id, waiting);
        unread += waiting.size;
        if (first.posted.length > 0 && !drawn) opening.push(...hear(first));
      },
      failed(error) {
        expected--;
        senders.count(waiting.lot.sender.name, -waiting.size);
        throw error;
      },
    };
  }

  function readLot(id: string, { lot, size, heard }: Unread): void {
    const { at, sender } = lot;
    const posted = lot.posted();
    // Until now its sender was counted for all of them; from here on only for those that are new.
    senders.count(sender.name, -size);
    hear({ at, sender, posted: heard.size === 0 ? posted : posted.filter((_, i) => !heard.has(i)) });
    lots.delete(id);
    unread -= size;
    isRead.push(id);
  }

  return {
    news,
    still,
    expect(lot, words) {
      const heard = new Set(openers.find(words));
      const size = words.posted.length;
      expected++;
      senders.count(lot.sender.name, size);
      return coming({ lot, size, heard }, only(words, heard));
    },
    read(alerts) {
      const left = unread - alerts;
      for (const [id, lot] of lots) {
        readLot(id, lot);
        if (unread <= left) break;
      }
      if (lots.size === 0 && expected === 0) openers.forget();
    },
    get unread() {
      return unread;
    },
    takeOpeners() {
      const taken = opening;
      opening = [];
      return taken;
    },
    takeRead() {
      const taken = isRead;
      isRead = [];
      return taken;
    },
    giveBack: (lots) => void isRead.unshift(...lots),
    isEmpty: () => lots.size + isRead.length + news.size + still.size === 0,
    get size() {
      return unread + news.size;
    },
  };
}

/** Those that stand at these places. */
function only({ posted, ...rest }: Words, places: ReadonlySet<number>): Words {
  return { ...rest, posted: places.size === 0 ? [] : posted.filter((_, i) => places.has(i)) };
}

/** What is known of alerts now; those that nothing is known of are left out. */
export function pick(view: View, ids: Iterable<string>): Some {
  const some = new Map<string, Known>();
  for (const id of ids) {
    const known = view.get(id);
    if (known !== undefined) some.set(id, known);
  }
  return some;
}

/** Whether incidents may have to hear of it; most words only say "still". */
function isNews(before: Known | undefined, after: Known, at: number): boolean {
  return (
    before === undefined ||
    after.received !== before.received ||
    after.heard.endsAt <= at ||
    before.heard.endsAt <= at
  );
}
