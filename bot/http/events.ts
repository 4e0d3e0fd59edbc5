/** The console's events: messages as they come and the board as it changes, over one long answer. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type Router from "@koa/router";
import type { Clock } from "../../storage/clock.ts";
import type { Boards } from "../console/board.ts";
import type { Conversations } from "../console/conversations.ts";
import { toWire } from "../console/message.ts";
import { whereFrom } from "./console-doors.ts";
import { DoorError } from "./door-error.ts";

/** A comment goes out after this much silence, so that both ends learn of a dead line; in milliseconds. */
const HEARTBEAT_MS = 15_000;
/** The board is looked at this often while anybody watches; in milliseconds. */
const BOARD_MS = 2_000;
/** A reader that takes nothing for this long is let go; it comes back with its Last-Event-ID. */
const STUCK_MS = 30_000;
const MOST_READERS = 200;

export interface EventsDeps {
  readonly conversations: Conversations;
  readonly boards: Boards;
  readonly clock: Clock;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
}

/**
 * Adds `GET /api/console/events`. Each reader is a position in the conversation: it takes what came after it when
 * it can, so that a slow reader holds no backlog in memory, and one woken late sees each message once, as it is now.
 */
export function addEvents(router: Router, deps: EventsDeps): void {
  const { conversations, boards, clock, signal } = deps;
  const wakers = new Set<() => void>();
  let ticking = false;

  /** Looks for news of the board as long as somebody reads. */
  const tick = async (): Promise<void> => {
    if (ticking) return;
    ticking = true;
    let shown = "";
    while (wakers.size > 0 && !signal.aborted) {
      const { version } = boards.now();
      if (version !== shown) for (const wake of [...wakers]) wake();
      shown = version;
      await clock.sleep(BOARD_MS, signal);
    }
    ticking = false;
  };

  router.get("/api/console/board", (ctx) => {
    ctx.type = "json";
    ctx.body = boards.now().json;
  });

  router.get("/api/console/events", (ctx) => {
    const { name, after } = whereFrom(ctx);
    if (wakers.size >= MOST_READERS)
      throw new DoorError(503, {
        zh: `同时打开的事件流太多，最多 ${MOST_READERS} 个。`,
        en: `Too many event streams are open, at most ${MOST_READERS}.`,
      });
    ctx.respond = false;
    ctx.status = 200;
    ctx.set({ "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
    const { res } = ctx;
    res.flushHeaders();
    if (ctx.method === "HEAD") {
      res.end();
      return;
    }
    void read(res, name, after);
    void tick();
  });

  async function read(res: ServerResponse, name: string, after: number): Promise<void> {
    const closed = new AbortController();
    const close = (): void => closed.abort();
    let wake = (): void => {};
    let news = false;
    const woken = (): void => {
      news = true;
      wake();
    };
    const stop = conversations.subscribe(name, woken);
    wakers.add(woken);
    res.once("close", close).once("error", close);
    signal.addEventListener("abort", close, { once: true });
    let seq = after;
    let board = "";
    try {
      res.write("retry: 2000\n\n");
      while (!closed.signal.aborted) {
        news = false;
        const events: string[] = [];
        for (const message of conversations.after(name, seq)) {
          events.push(event("message", JSON.stringify(toWire(message)), message.seq));
          seq = message.seq;
        }
        const { version, json } = boards.now();
        if (version !== board) events.push(event("board", json));
        board = version;
        if (events.length === 0) events.push(": still here\n\n");
        if (!res.write(events.join("")) && !(await drained(res, closed.signal))) break;
        if (!news)
          await idle(closed.signal, (resume) => {
            wake = resume;
          });
      }
    } finally {
      stop();
      wakers.delete(woken);
      signal.removeEventListener("abort", close);
      res.end();
    }
  }

  /** Waits for a message, a board or the time of the next heartbeat. */
  async function idle(closed: AbortSignal, onWake: (resume: () => void) => void): Promise<void> {
    const turn = new AbortController();
    const resume = (): void => turn.abort();
    closed.addEventListener("abort", resume, { once: true });
    onWake(resume);
    await clock.sleep(HEARTBEAT_MS, turn.signal);
    closed.removeEventListener("abort", resume);
  }

  async function drained(res: ServerResponse, closed: AbortSignal): Promise<boolean> {
    const stuck = new AbortController();
    const cut = (): void => stuck.abort();
    closed.addEventListener("abort", cut, { once: true });
    void clock.sleep(STUCK_MS, stuck.signal).then(cut);
    try {
      await once(res, "drain", { signal: stuck.signal });
      return true;
    } catch {
      // Ending politely would wait for the reader that takes nothing.
      res.destroy();
      return false;
    } finally {
      closed.removeEventListener("abort", cut);
      cut();
    }
  }
}

/** JSON has no line breaks, so that one `data:` line carries it. */
function event(name: string, json: string, id?: number): string {
  return `event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${json}\n\n`;
}
