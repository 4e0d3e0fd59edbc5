/** Takes in what other systems send: durable before it is answered, bounded per sender, drawn into incidents right after. */
import type { Clock } from "../../storage/clock.ts";
import { fingerprint } from "../../storage/labels.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import { sliceTurns } from "../evaluation/slice-turns.ts";
import type { Turn } from "../evaluation/turn.ts";
import { groupOf } from "../incidents/group-of.ts";
import { keepLoop } from "../loop.ts";
import { openEnds } from "./ends.ts";
import type { Posted, Refusal, Sender } from "./posted.ts";
import { hear, type Known } from "./received.ts";
import { countSenders } from "./senders.ts";
import { originOf, receivedId, turnReceived } from "./turn-received.ts";

export interface Intake {
  /**
   * Takes what a sender posted at `at`. Resolves, with what was refused, when the rest is on disk; what comes of it
   * in incidents follows by itself. Rejects with NotSaved when the disk refuses: then nothing of it was taken.
   */
  accept(sender: Sender, posted: readonly Posted[], at: number): Promise<readonly Refusal[]>;
  /** What is on disk of one alert. It goes as soon as its incident knows that it is over. */
  known(fingerprint: string): Known | undefined;
  /** All of it, in the order in which it was first heard of. */
  all(): IterableIterator<readonly [fingerprint: string, Known]>;
  /** Whether it counts as firing at `at`. */
  fires(known: Known, at: number): boolean;
  /** Whether the last word about it is yet to be drawn into an incident. */
  isUnprocessed(fingerprint: string): boolean;
  /** Draws what was heard, and what ended by `at`, into incidents; true when there was anything. */
  judge(at: number): Promise<boolean>;
  /** Whether a round under way has more to commit. */
  moreIsComing(): boolean;
  stats(): IntakeStats;
  start(): void;
  /** Ends after the commit under way; what is left is drawn at the next start. */
  stop(): Promise<void>;
}

export interface IntakeStats {
  /** Words heard since this start. */
  readonly received: Readonly<Record<"firing" | "resolved", number>>;
  /** Alerts refused since this start because their sender has too many, by sender. */
  readonly overLimit: ReadonlyMap<string, number>;
  /** Alerts kept, by sender. */
  readonly kept: ReadonlyMap<string, number>;
  readonly unprocessed: number;
}

export interface IntakeOptions {
  readonly store: Store;
  readonly book: AlertBook;
  readonly clock: Clock;
  readonly log: Log;
  /** How many alerts one sender may have at once; asked each time. */
  maxPerSender(): number;
  /** Lets other work run. */
  breathe(): Promise<void>;
}

/** So many are drawn at once when nothing else is under way: the news shares the write of the word that brought it. */
const DRAWN_AT_ONCE = 25;
/** So many are drawn in one commit while others wait to be heard: a few milliseconds of work. */
const TURNS_PER_COMMIT = 50;
/** While words come in, drawing has one part of the time to so many parts for them. */
const PARTS_FOR_OTHERS = 6;
/** After so long without a word, in milliseconds, nobody is waiting to be heard. */
const CALM_MS = 2;
/**
 * Who was away cannot know that a sender fell silent. After a start, a sleep or a jump of the clock, alerts have this
 * long to be heard of again before they count as over; Alertmanager's default `resolve_timeout`.
 */
const GRACE_MS = 5 * 60_000;
/** The loop looks at least every 30 s; when it did not, it was away. */
const AWAY_MS = 2 * 60_000;

/** Opens the intake. What a former run left undrawn is drawn with the first round. */
export function openIntake({ store, book, clock, log, maxPerSender, breathe }: IntakeOptions): Intake {
  const { received, heard, alerts } = book.tables;
  const senders = countSenders(received, maxPerSender);
  const ends = openEnds();
  const unprocessed = new Set<string>();
  /** Those of them that nobody has looked at yet. */
  let fresh: string[] = [];
  const words = { firing: 0, resolved: 0 };
  let accepting = 0;
  let accepted = 0;
  let heardAt = 0;
  let drawing = false;
  let lastAt = clock.now();
  let listeningSince = lastAt;

  for (const [id, { endsAt }] of heard.entries()) {
    unprocessed.add(id);
    ends.expect(id, endsAt);
  }
  heard.watch((id, after) => {
    if (after !== undefined) ends.expect(id, after.endsAt);
    else unprocessed.delete(id);
  });
  const loop = keepLoop({ clock, log, name: "intake", run: judge, nextAt: () => ends.nextAt() });

  return {
    accept,
    known: (id) => pair(received.get(id), heard.get(id)),
    *all() {
      for (const [id, one] of received.entries()) {
        const known = pair(one, heard.get(id));
        if (known !== undefined) yield [id, known];
      }
    },
    fires,
    isUnprocessed: (id) => unprocessed.has(id),
    judge,
    moreIsComing: () => drawing && unprocessed.size > 0,
    stats: () => ({
      received: words,
      overLimit: senders.overLimit,
      kept: senders.kept,
      unprocessed: unprocessed.size,
    }),
    start: () => loop.start(),
    stop: () => loop.stop(),
  };

  async function accept(sender: Sender, posted: readonly Posted[], at: number): Promise<readonly Refusal[]> {
    const refused: Refusal[] = [];
    const news: string[] = [];
    let added = 0;
    const saved = store.commit((change) => {
      posted.forEach((one, index) => {
        const id = fingerprint(one.labels);
        const before = pair(change.get(received, id), change.get(heard, id));
        const after = hear(before, one, sender, at);
        words[one.endsAt !== undefined && one.endsAt <= at ? "resolved" : "firing"]++;
        if (after === undefined || after === before) return;
        if (before === undefined && !senders.mayAdd(sender.name, added)) {
          refused.push({ index, why: senders.tooMany(sender.name) });
          return;
        }
        if (before === undefined) added++;
        if (after.received !== before?.received) change.put(received, id, after.received);
        change.put(heard, id, after.heard);
        if (isNews(before, after, at)) news.push(id);
      });
    });
    const quiet = accepting === 0 && unprocessed.size === 0 && !drawing;
    // In the same turn of the event loop as the commit above, so that both are one write.
    const drawn = quiet && news.length <= DRAWN_AT_ONCE ? draw(news, at).then(yes, no) : no();
    accepting++;
    senders.reserve(sender.name, added);
    try {
      await saved;
    } finally {
      accepting--;
      accepted++;
      heardAt = performance.now();
      senders.release(sender.name, added);
    }
    if (news.length > 0 && !(await drawn)) {
      for (const id of news) unprocessed.add(id);
      fresh.push(...news);
      loop.wake();
    }
    return refused;
  }

  async function judge(at: number): Promise<boolean> {
    if (Math.abs(at - lastAt) > AWAY_MS) listeningSince = at;
    lastAt = at;
    for (const id of ends.due(at)) {
      const known = pair(received.get(id), heard.get(id));
      if (known === undefined) continue;
      if (fires(known, at)) ends.expect(id, Math.max(known.heard.endsAt, at + 1));
      else unprocessed.add(id);
    }
    if (unprocessed.size === 0) return false;
    drawing = true;
    try {
      fresh = [];
      for (const ids of await slices(at)) {
        await drawOpeners(at);
        const [before, begunAt] = [accepted, performance.now()];
        await draw(ids, at);
        await yieldTo(before, begunAt);
      }
    } finally {
      drawing = false;
    }
    return true;
  }

  /**
   * Those who wait to be heard come first, as long as they keep coming, for so many times what a commit took. What
   * begins a new incident does not wait with the rest.
   */
  async function yieldTo(before: number, begunAt: number): Promise<void> {
    await breathe();
    if (accepted === before && accepting === 0) return;
    const until = performance.now() * (1 + PARTS_FOR_OTHERS) - begunAt * PARTS_FOR_OTHERS;
    while (performance.now() < until && (accepting > 0 || performance.now() - heardAt < CALM_MS)) {
      await drawOpeners(clock.now());
      await breathe();
    }
  }

  /** Draws those of the fresh that begin an incident; the others wait for the round they belong to. */
  async function drawOpeners(at: number): Promise<void> {
    if (fresh.length === 0) return;
    const looked = fresh;
    fresh = [];
    const openers = looked.filter((id) => {
      const one = unprocessed.has(id) ? received.get(id) : undefined;
      return one !== undefined && opensIncident(one);
    });
    for (let from = 0; from < openers.length; from += DRAWN_AT_ONCE)
      await draw(openers.slice(from, from + DRAWN_AT_ONCE), at);
  }

  function opensIncident(one: Known["received"]): boolean {
    const origin = originOf(one);
    const { key } = groupOf(book.context.plan().router(one.labels, origin), one.labels, origin);
    return !book.index.openByGroup.has(key);
  }

  /** The worst first, and what belongs to one incident together. */
  async function slices(at: number): Promise<readonly (readonly string[])[]> {
    const ids = [...unprocessed];
    if (ids.length <= TURNS_PER_COMMIT) return [ids];
    const turns: Turn[] = [];
    const still: string[] = [];
    for (const id of ids) {
      const known = pair(received.get(id), heard.get(id));
      const turn = known && turnReceived(id, known, alerts.get(receivedId(id)), fires(known, at), at);
      if (turn === undefined) still.push(id);
      else turns.push(turn);
    }
    const cut = await sliceTurns(turns, book.context, TURNS_PER_COMMIT, breathe);
    const sliced = cut.map((slice) => slice.map(({ identity }) => identity.id.slice(receivedId("").length)));
    for (let from = 0; from < still.length; from += TURNS_PER_COMMIT)
      sliced.push(still.slice(from, from + TURNS_PER_COMMIT));
    return sliced;
  }

  /** One commit: the turns with all that they bring about; what is over is forgotten in it. */
  async function draw(ids: readonly string[], at: number): Promise<void> {
    if (ids.length === 0) return;
    // Before the commit: what is heard while it is on its way must be drawn again.
    for (const id of ids) unprocessed.delete(id);
    try {
      await store.commit((change) => {
        const turns: Turn[] = [];
        for (const id of ids) {
          const known = pair(change.get(received, id), change.get(heard, id));
          if (known === undefined) continue;
          const turn = turnReceived(id, known, change.get(alerts, receivedId(id)), fires(known, at), at);
          if (turn?.after !== undefined) turns.push(turn);
          if (fires(known, at)) continue;
          change.remove(received, id);
          change.remove(heard, id);
        }
        book.turn(change, turns, at);
      });
    } catch (error) {
      for (const id of ids) unprocessed.add(id);
      throw error;
    }
  }

  /** An end that the sender gave is believed; silence only by who has listened. */
  function fires({ heard: { at: heardAt, endsAt } }: Known, at: number): boolean {
    return endsAt > at || (endsAt > heardAt && at < listeningSince + GRACE_MS);
  }
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

function pair(received: Known["received"] | undefined, heard: Known["heard"] | undefined): Known | undefined {
  return received === undefined || heard === undefined ? undefined : { received, heard };
}

const yes = (): boolean => true;
const no = (): boolean => false;
