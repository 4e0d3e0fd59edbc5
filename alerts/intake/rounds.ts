/** Rounds of the intake: read what waits, draw what it says into incidents; whoever wants to be heard comes first. */
import type { Clock } from "../../storage/clock.ts";
import { type Backlog, pick } from "./backlog.ts";
import type { Drawing, Some } from "./drawing.ts";
import type { Known } from "./received.ts";
import type { Senders } from "./senders.ts";
import type { Traffic } from "./traffic.ts";
import type { View } from "./view.ts";

export interface Rounds {
  /** Reads and draws all that is there by now; then the lots it came in are worked off. */
  round(at: number): Promise<void>;
  /** Reads the lots that are there now, several alerts at a time. */
  read(): Promise<void>;
  /** Ends the round under way after the commit under way. */
  stop(): void;
}

export interface RoundsOptions {
  readonly backlog: Backlog;
  readonly view: View;
  readonly drawing: Drawing;
  readonly senders: Senders;
  readonly traffic: Traffic;
  readonly clock: Clock;
  fires(known: Known, at: number): boolean;
  /** Lets other work run. */
  breathe(): Promise<void>;
  /** The same for a millisecond or two. */
  rest(): Promise<void>;
}

/** So many are drawn in one commit that somebody waits for. */
export const DRAWN_AT_ONCE = 25;
/** While words come in, drawing has one part of the time to so many parts for them. */
const PARTS_FOR_OTHERS = 6;
/** A round waits at most so long for a flood to be over, in milliseconds. */
const LISTEN_MS = 500;
/** So many that only say "still" are stored in one commit. */
const STILLS_PER_COMMIT = 500;
/** So many are read before other work has its turn: two milliseconds or three. */
const READ_AT_ONCE = 250;

export function openRounds(options: RoundsOptions): Rounds {
  const { backlog, view, drawing, senders, traffic, clock, fires, breathe, rest } = options;
  const { news, still } = backlog;
  let stopping = false;

  return {
    round,
    read: () => readLots(breathe),
    stop() {
      stopping = true;
    },
  };

  async function round(at: number): Promise<void> {
    if (backlog.size + still.size > DRAWN_AT_ONCE) await listen(LISTEN_MS);
    await readLots(othersFirst());
    await drawOpeners();
    const worked = backlog.takeRead();
    try {
      const slices = await drawing.slices(pick(view, news), at);
      const pause = othersFirst();
      for (const some of slices) {
        await draw(some, at);
        await pause();
        if (stopping) return void backlog.giveBack(worked);
      }
      await storeStills();
      if (worked.length > 0) await drawing.draw(NOTHING, at, worked);
    } catch (error) {
      backlog.giveBack(worked);
      throw error;
    }
  }

  /** `pause` is what comes between two parts of it. */
  async function readLots(pause: () => Promise<void>): Promise<void> {
    for (let left = backlog.unread; left > 0 && backlog.unread > 0; left -= READ_AT_ONCE) {
      backlog.read(READ_AT_ONCE);
      await pause();
    }
  }

  /** The pauses of a long work: while words come in, each is many times as long as the part before it. */
  function othersFirst(): () => Promise<void> {
    let [answered, begunAt] = [traffic.answered, performance.now()];
    return async () => {
      if (traffic.answered > answered || traffic.waiting > 0)
        await listen(PARTS_FOR_OTHERS * (performance.now() - begunAt));
      else await breathe();
      await drawOpeners();
      [answered, begunAt] = [traffic.answered, performance.now()];
    };
  }

  /**
   * Those who wait to be heard come first, as long as they keep coming, at most for so long. What begins a new
   * incident does not wait with the rest.
   */
  async function listen(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (performance.now() < until && !traffic.isCalm()) {
      await drawOpeners();
      await rest();
    }
  }

  async function drawOpeners(): Promise<void> {
    const openers = backlog.takeOpeners().filter((id) => news.has(id));
    for (let from = 0; from < openers.length; from += DRAWN_AT_ONCE)
      await draw(pick(view, openers.slice(from, from + DRAWN_AT_ONCE)), clock.now());
  }

  /** As it is known now, which may be more than when the slice was cut. */
  async function draw(slice: Some, at: number): Promise<void> {
    // Of an end nobody speaks before all is read that was heard by then.
    if (![...slice.values()].every((known) => fires(known, at))) await readLots(breathe);
    const some = pick(view, slice.keys());
    // Before the commit: what is heard while it is on its way must be drawn again.
    for (const id of slice.keys()) {
      news.delete(id);
      still.delete(id);
    }
    try {
      await drawing.draw(some, at);
    } catch (error) {
      for (const id of some.keys()) news.add(id);
      throw error;
    }
    for (const [id, known] of some)
      if (!fires(known, at) && view.forget(id, known)) senders.count(known.received.sender, -1);
  }

  async function storeStills(): Promise<void> {
    while (still.size > 0) {
      const ids: string[] = [];
      for (const id of still) if (ids.push(id) === STILLS_PER_COMMIT) break;
      const some = pick(view, ids);
      for (const id of ids) still.delete(id);
      try {
        await drawing.store(some);
      } catch (error) {
        for (const id of some.keys()) still.add(id);
        throw error;
      }
      await breathe();
    }
  }
}

const NOTHING: Some = new Map();
