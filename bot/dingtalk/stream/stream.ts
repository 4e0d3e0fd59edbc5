/**
 * Listens to DingTalk over Stream mode: one connection at a time, another one before it is asked to leave, and again
 * and again when it is lost, but never more than one in a second.
 */
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import type { Text } from "../../../storage/locale.ts";
import type { Log } from "../../../storage/log.ts";
import { type Connection, connect } from "./connection.ts";
import { type Listener, openIntake } from "./intake.ts";
import { failedWords, OVER_QUOTA, partedWords, refusedWords } from "./words.ts";

export interface StreamOptions extends Listener {
  readonly clientId: string;
  readonly clientSecret: string;
  /** `https://api.dingtalk.com`. */
  readonly apiBase: string;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to less than 1. */
  random(): number;
}

/** How it stands, for people and for readiness. */
export interface StreamState {
  /** `refused`: the credentials are wrong. `waiting`: something failed, and it is tried again in a while. */
  readonly is: "off" | "connecting" | "connected" | "refused" | "waiting";
  /** Since when, in milliseconds. */
  readonly since: number;
  /** What is wrong; with `connected`, that the month's quota is used up. */
  readonly reason?: Text;
  /** When somebody last said or pressed something. */
  readonly lastHeardAt?: number;
}

export interface Stream {
  /** Begins, once. */
  start(): void;
  /** Ends it for good: resolves when no socket and no timer is left. */
  stop(): Promise<void>;
  state(): StreamState;
}

/** Between one opening and the next, in all cases; a little more than a second, since timers are early at times. */
const GAP_MS = 1_100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Wrong credentials get right when somebody changes them. */
const REFUSED_WAIT_MS = 5 * 60_000;
/** A connection that lasts so long shows that all is well again. */
const STEADY_MS = 30_000;

export function createStream(options: StreamOptions): Stream {
  const { clock, log, random } = options;
  const intake = openIntake(options, options);
  const stopping = new AbortController();
  const stop = stopping.signal;
  let state: StreamState = { is: "off", since: clock.now() };
  let running: Promise<void> | undefined;
  let nextTurn = Promise.resolve();
  /** Openings that failed, and connections that were lost at once, in a row. */
  let failures = 0;
  /** What the log was told last about the trouble. */
  let told: string | undefined;

  /** `since` stays when it only goes on. */
  function turn(is: StreamState["is"], reason?: Text): void {
    const since = is === state.is ? state.since : clock.now();
    state = { is, since, ...(reason === undefined ? {} : { reason }) };
  }

  async function run(): Promise<void> {
    let before: Connection | undefined;
    while (!stop.aborted) {
      await nextTurn;
      if (stop.aborted) return;
      nextTurn = clock.sleep(GAP_MS, stop);
      // What waits or is refused stays so while it is tried again.
      if (state.is === "off" || (state.is === "connected" && before === undefined)) turn("connecting");
      const connection = await open();
      if (connection === undefined) continue;
      void before?.retire();
      before = await stay(connection);
    }
  }

  /** Opens a connection; undefined when there is none, and it has been waited long enough to try again. */
  async function open(): Promise<Connection | undefined> {
    log.debug({ failures }, "opening a connection to DingTalk");
    try {
      return await connect({ ...options, take: intake.take, unreadable: intake.unreadable }, stop);
    } catch (error) {
      if (stop.aborted) return undefined;
      const { next, code, waitMs } = refusalOf(error);
      failures += 1;
      if (next === "give-up")
        await rest("refused", refusedWords(code), REFUSED_WAIT_MS + random() * LONGEST_WAIT_MS);
      else await rest("waiting", failedWords(code), Math.max(waitMs, backOff(failures, random())));
      return undefined;
    }
  }

  /** Stays with a connection until it parts; gives it back when it is still open. */
  async function stay(connection: Connection): Promise<Connection | undefined> {
    log[state.is === "connected" ? "debug" : "info"]({}, "listening to DingTalk");
    told = undefined;
    turn("connected");
    const parted = new AbortController();
    void clock.sleep(STEADY_MS, parted.signal).then(() => {
      if (!parted.signal.aborted) failures = 0;
    });
    const parting = await connection.parting;
    parted.abort();
    if (stop.aborted) return undefined;
    // DingTalk asks for another connection every so often. Only when it does so all the time it is a failure.
    const isRoutine = parting === "leave" && failures === 0;
    failures += 1;
    if (!isRoutine) await rest("waiting", partedWords(parting), backOff(failures, random()));
    return parting === "leave" ? connection : undefined;
  }

  /** Says why, once, and waits. */
  async function rest(is: "refused" | "waiting", reason: Text, waitMs: number): Promise<void> {
    turn(is, reason);
    const level = told === reason.en ? "debug" : is === "refused" ? "error" : "warn";
    log[level]({ reason, waitMs: Math.round(waitMs) }, reason.en);
    told = reason.en;
    await clock.sleep(waitMs, stop);
  }

  return {
    start() {
      if (stop.aborted) return;
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
      turn("off");
    },
    state() {
      const heardAt = intake.lastHeardAt();
      return {
        ...state,
        ...(state.is === "connected" && intake.isOverQuota() ? { reason: OVER_QUOTA } : {}),
        ...(heardAt === undefined ? {} : { lastHeardAt: heardAt }),
      };
    },
  };
}

/** From one second to a minute, twice as long each time; half of it at random, so that not all return at once. */
export function backOff(failures: number, random: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures, 10));
  return most / 2 + (random * most) / 2;
}

function refusalOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return new SendError("the connection could not be made", { next: "retry", code });
}
