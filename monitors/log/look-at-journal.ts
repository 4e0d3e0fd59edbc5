/** One look at the journal of a `log` monitor. */

import { type JournalEntry, type JournalPlace, readJournal } from "./journal.ts";
import type { Looked } from "./look-at-files.ts";
import type { Session } from "./session.ts";

/** After so many entries what has been counted is put on disk. */
const AT_ONCE = 20_000;

export async function lookAtJournal(session: Session): Promise<Looked> {
  const { options, signal, isFirst, journal } = session;
  const about = options.journal ?? {};
  let last: JournalPlace | undefined = session.memory().journal;
  const saveAt = async (): Promise<void> => {
    await session.save(last === undefined ? {} : { journal: { cursor: last.cursor, at: last.at } });
  };
  if (isFirst && options.from === "end") {
    const passOver = (entry: JournalEntry): boolean => {
      last = entry;
      session.learn(entry.text);
      return true;
    };
    await readJournal(journal, about, { last: 1 }, passOver, signal);
    await saveAt();
  } else {
    const since = options.from === "start" ? 0 : session.memory().since;
    let isMore = true;
    while (isMore && !session.isSpent()) {
      let taken = 0;
      isMore = false;
      const take = (entry: JournalEntry): boolean => {
        last = entry;
        session.take(entry.text, entry.level);
        session.addBytes(entry.text.length);
        isMore = ++taken >= AT_ONCE;
        return !isMore && !session.isSpent();
      };
      await readJournal(journal, about, last === undefined ? { since } : { after: last }, take, signal);
      await saveAt();
    }
  }
  signal.throwIfAborted();
  return { outcome: {}, standing: { files: 0, lag: 0, changedAt: last?.at } };
}
