/** What was heard and is not drawn into incidents: lots that nobody has read, and alerts about which more is known now. */
import type { Some } from "./drawing.ts";
import type { Ends } from "./ends.ts";
import type { Known } from "./received.ts";
import type { Senders } from "./senders.ts";
import type { View, Words } from "./view.ts";

export interface Backlog {
  /** A lot that is on disk. `counted`: how many alerts its sender was counted for until it is read. */
  push(lot: string, words: Words, counted: number): void;
  /** Reads all lots: the view knows what they say. */
  read(): void;
  /** What incidents may have to hear of; whoever draws one takes it out. */
  readonly news: Set<string>;
  /** What is only to be stored. */
  readonly still: Set<string>;
  /** Of the news: what nobody has asked for before. */
  takeFresh(): readonly string[];
  /** Lots that are read, and that go once all that was known when they were taken is drawn. */
  takeRead(): readonly string[];
  giveBack(lots: readonly string[]): void;
  isEmpty(): boolean;
  /** How many alerts wait. */
  readonly size: number;
}

interface Lot {
  readonly id: string;
  readonly words: Words;
  readonly counted: number;
}

export function openBacklog(view: View, senders: Senders, ends: Ends): Backlog {
  const news = new Set<string>();
  const still = new Set<string>();
  let unread: Lot[] = [];
  let unreadAlerts = 0;
  let isRead: string[] = [];
  let fresh: string[] = [];

  function hear({ words }: Lot): void {
    view.take(words, (id, after, before) => {
      if (before === undefined) senders.count(after.received.sender, 1);
      ends.expect(id, after.heard.endsAt);
      if (isNews(before, after, words.at)) {
        news.add(id);
        fresh.push(id);
      } else if (!news.has(id)) still.add(id);
    });
  }

  return {
    news,
    still,
    push(id, words, counted) {
      unread.push({ id, words, counted });
      unreadAlerts += words.posted.length;
    },
    read() {
      for (const lot of unread) {
        // From here on only those that are new are counted.
        senders.count(lot.words.sender.name, -lot.counted);
        hear(lot);
        isRead.push(lot.id);
      }
      unread = [];
      unreadAlerts = 0;
    },
    takeFresh() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
    takeRead() {
      const taken = isRead;
      isRead = [];
      return taken;
    },
    giveBack: (lots) => void isRead.unshift(...lots),
    isEmpty: () => unread.length + isRead.length + news.size + still.size === 0,
    get size() {
      return unreadAlerts + news.size;
    },
  };
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
