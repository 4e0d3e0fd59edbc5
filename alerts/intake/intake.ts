/** Takes in what other systems send: durable before it is answered, bounded per sender, drawn into incidents right after. */
import type { Clock } from "../../storage/clock.ts";
import { fingerprint } from "../../storage/labels.ts";
import type { Log } from "../../storage/log.ts";
import { type Change, NotSaved, type Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import { keepLoop } from "../loop.ts";
import { openBacklog } from "./backlog.ts";
import { openDrawing, type Some } from "./drawing.ts";
import { openEnds } from "./ends.ts";
import { beginListening } from "./listening.ts";
import { type MadeLot, makeLot, type RawList } from "./lot.ts";
import { findOpeners } from "./openers.ts";
import type { Posted, Refusal, Sender } from "./posted.ts";
import type { Known } from "./received.ts";
import { DRAWN_AT_ONCE, openRounds } from "./rounds.ts";
import { countSenders } from "./senders.ts";
import { watchTraffic } from "./traffic.ts";
import { openView, type Words } from "./view.ts";

export interface Intake {
  /**
   * Takes what a sender posted at `at`; `raw` is the list as it came, when it came as `postableAlerts` and all of it
   * could be read. Resolves, with what was refused, when the rest is on disk; what comes of it in incidents follows by
   * itself. Rejects with NotSaved when the disk refuses: then nothing of it was taken.
   */
  accept(sender: Sender, posted: readonly Posted[], at: number, raw?: RawList): Promise<readonly Refusal[]>;
  /** What is known of one alert. It goes as soon as its incident knows that it is over. */
  known(fingerprint: string): Known | undefined;
  /** All of it, in the order in which it was first heard of. */
  all(): IterableIterator<[fingerprint: string, Known]>;
  /** Whether it counts as firing at `at`. */
  fires(known: Known, at: number): boolean;
  /** Whether the last word about it is yet to be drawn into an incident. */
  isUnprocessed(fingerprint: string): boolean;
  /** All of these. */
  unprocessed(): Iterable<string>;
  /** Resolves when all that is on disk by now is known, too; several at a time are read, and others have their turns. */
  caughtUp(): Promise<void>;
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
  readonly refused: ReadonlyMap<string, number>;
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
  /** With more alerts waiting to be drawn, a sender's answer waits too; 200,000 unless told. */
  readonly mostWaiting?: number;
  /** Lets other work run. */
  breathe(): Promise<void>;
  /** The same for a millisecond or two. */
  rest(): Promise<void>;
}

/** Where a sender that is too fast slows down instead of filling the memory. */
const MOST_WAITING = 200_000;

/** Opens the intake. What a former run left undrawn is drawn with the first round. */
export function openIntake(options: IntakeOptions): Intake {
  const { store, book, clock, log, maxPerSender, breathe, rest } = options;
  const { mostWaiting = MOST_WAITING } = options;
  const { received, heard, lots } = book.tables;
  const senders = countSenders(maxPerSender);
  const view = openView(received, heard);
  const listening = beginListening(clock.now());
  const { fires } = listening;
  const drawing = openDrawing({ store, book, fires, breathe });
  const ends = openEnds();
  const backlog = openBacklog(view, findOpeners(book.context), senders, ends);
  const { news } = backlog;
  const traffic = watchTraffic();
  const parts = { backlog, view, drawing, senders, traffic, clock, fires, breathe, rest };
  const rounds = openRounds(parts);
  const tally = { firing: 0, resolved: 0 };
  /** A commit under way that draws what it takes; the view does not know of it before it is on disk. */
  let direct: Promise<void> | undefined;
  let busy = false;
  /** What begins an incident is drawn, and the rest of its lot, which may join it, waits for the next round. */
  let joining = false;
  const relieved: (() => void)[] = [];

  for (const [id, { received: one, heard: last }] of view.entries()) {
    senders.count(one.sender, 1);
    ends.expect(id, last.endsAt);
    // Routes and rules of the tree may have changed while nobody was there.
    news.add(id);
  }
  for (const [id, lot] of lots.entries())
    backlog.expect(lot, { at: lot.at, sender: lot.sender, posted: lot.posted() }).arrived(id, false);
  readAll();

  const loop = keepLoop({
    clock,
    log,
    name: "intake",
    run: judge,
    nextAt: (at) => (backlog.isEmpty() ? ends.nextAt() : at),
  });

  return {
    accept,
    known(id) {
      readAll();
      return view.get(id);
    },
    all() {
      readAll();
      return view.entries();
    },
    fires,
    isUnprocessed: (id) => news.has(id),
    unprocessed() {
      readAll();
      return news;
    },
    caughtUp: () => rounds.read(),
    judge,
    moreIsComing: () => joining || (busy && backlog.size > 0),
    stats: () => ({
      received: tally,
      refused: senders.refused,
      kept: senders.kept,
      unprocessed: backlog.size,
    }),
    start: () => loop.start(),
    async stop() {
      rounds.stop();
      await loop.stop();
    },
  };

  function accept(
    sender: Sender,
    posted: readonly Posted[],
    at: number,
    raw?: RawList,
  ): Promise<readonly Refusal[]> {
    if (posted.length === 0) return Promise.resolve([]);
    listening.note(at);
    if (backlog.size <= mostWaiting && senders.hasRoom(sender.name, posted.length))
      return take(sender, posted, at, raw);
    return waitForRoom(sender, posted.length).then(() => take(sender, posted, at, raw));
  }

  async function waitForRoom(sender: Sender, count: number): Promise<void> {
    while (backlog.size > mostWaiting) {
      // Nothing is drawn while the disk refuses: who waited for that would wait for ever.
      if (store.trouble !== undefined) throw new NotSaved(store.trouble.text);
      await new Promise<void>((resolve) => {
        relieved.push(resolve);
        loop.wake();
      });
    }
    if (!senders.hasRoom(sender.name, count)) await rounds.read();
  }

  /**
   * Not async, nor is what it calls: what a function that waits was given stays alive as long as it waits, and in a
   * flood the collector of garbage would carry all of that about, a dozen objects for each alert.
   */
  function take(
    sender: Sender,
    posted: readonly Posted[],
    at: number,
    raw: RawList | undefined,
  ): Promise<readonly Refusal[]> {
    const { refused, rest } = withinLimit(sender, posted);
    const words: Words = { at, sender, posted: rest };
    let resolved = 0;
    for (const { endsAt } of rest) if (endsAt !== undefined && endsAt <= at) resolved++;
    const counts = { resolved, firing: rest.length - resolved };
    // What comes of a few is drawn with the commit that takes them: when nothing else is under way, it need not wait.
    const quiet = traffic.waiting === 0 && backlog.isEmpty() && !busy && rest.length <= DRAWN_AT_ONCE;
    const work = quiet ? takeAndDraw(words) : takeLot(words, refused.length === 0 ? raw : undefined);
    if (quiet) follow(work);
    return traffic.follow(work).then(() => {
      tally.firing += counts.firing;
      tally.resolved += counts.resolved;
      return refused;
    });
  }

  /** What draws what it takes stays what a round waits for until it is through; a refusal is told to whoever posted. */
  function follow(work: Promise<void>): void {
    const through = work
      .catch(() => {})
      .then(() => {
        if (direct === through) direct = undefined;
      });
    direct = through;
  }

  /** What a sender may have no more of is refused; what is known of already, never. */
  function withinLimit(
    sender: Sender,
    posted: readonly Posted[],
  ): { readonly refused: readonly Refusal[]; readonly rest: readonly Posted[] } {
    if (senders.hasRoom(sender.name, posted.length)) return { refused: [], rest: posted };
    readAll();
    const refused: Refusal[] = [];
    const added = new Set<string>();
    const rest = posted.filter((one, index) => {
      const id = fingerprint(one.labels);
      if (view.get(id) !== undefined || added.has(id)) return true;
      if (senders.hasRoom(sender.name, added.size + 1)) return added.add(id);
      refused.push({ index, why: senders.refuse(sender.name) });
      return false;
    });
    return { refused, rest };
  }

  /** One commit for all: what is known, and what comes of it. */
  async function takeAndDraw(words: Words): Promise<void> {
    const some = view.foresee(words);
    await drawing.draw(some, words.at);
    know(some, words.at);
    loop.wake();
  }

  /** What was foreseen is on disk. */
  function know(some: Some, at: number): void {
    for (const [id, known] of some) {
      const before = view.get(id);
      if (!fires(known, at)) {
        if (before !== undefined && view.forget(id, before)) senders.count(before.received.sender, -1);
        continue;
      }
      if (before === undefined) senders.count(known.received.sender, 1);
      view.put(id, known);
      ends.expect(id, known.heard.endsAt);
    }
  }

  /** Written down whole; the rest is for the next round. A few that begin an incident are drawn at once. */
  function takeLot(words: Words, raw: RawList | undefined): Promise<void> {
    const { at } = words;
    const made = makeLot(at, words.sender, words.posted, raw);
    const coming = backlog.expect(made.lot, words);
    const drawn = direct === undefined && coming.openers.posted.length <= DRAWN_AT_ONCE;
    const some: Some = drawn ? view.foresee(coming.openers) : NOTHING;
    joining ||= some.size > 0 && some.size < words.posted.length;
    return store.commit(putting(made, some, at)).then((id) => {
      coming.arrived(id, drawn);
      know(some, at);
      loop.wake();
    }, coming.failed);
  }

  /** A function of its own: else what waits for the disk would keep the JSON alive, too. */
  function putting({ lot, json }: MadeLot, some: Some, at: number): (change: Change) => string {
    return (change) => {
      const id = String(change.next("lots"));
      change.put(lots, id, lot, json);
      if (some.size > 0) drawing.put(change, some, at);
      return id;
    };
  }

  async function judge(at: number): Promise<boolean> {
    busy = true;
    try {
      await direct;
      return await judgeKnown(at);
    } finally {
      busy = false;
      joining = false;
      for (const resolve of relieved.splice(0)) resolve();
    }
  }

  async function judgeKnown(at: number): Promise<boolean> {
    listening.note(at);
    for (const id of ends.due(at)) {
      const known = view.get(id);
      if (known === undefined) continue;
      if (fires(known, at)) ends.expect(id, Math.max(known.heard.endsAt, at + 1));
      else news.add(id);
    }
    if (backlog.isEmpty()) return false;
    await rounds.round(at);
    return true;
  }

  function readAll(): void {
    if (backlog.unread > 0) backlog.read(Number.POSITIVE_INFINITY);
  }
}

const NOTHING: Some = new Map();
