/**
 * Keeps one bot alive: starts it, follows its sign-in, and starts another one, with waits that grow, when it fails or
 * falls silent. A life is never begun before the last is over: two of them would throw each other out.
 */
import { SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import { guarded } from "./guarded.ts";
import { type End, reasonFor, type SignIn, waitAfter } from "./state.ts";
import type { Bot, Message } from "./wechaty.ts";

export interface SupervisorOptions {
  make(): Bot;
  message(bot: Bot, message: Message): unknown;
  /** It stands otherwise than before. */
  changed(now: SignIn, before: SignIn): unknown;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1. */
  random(): number;
}

export interface Supervisor {
  start(): void;
  stop(): Promise<void>;
  state(): SignIn;
  /** The bot, signed in; throws a SendError when it is not. */
  ready(): Bot;
}

/** Puppets answer within seconds; one that says nothing for this long after its start will not. */
const MUTE_MS = 3 * 60_000;
/** A code is renewed every few minutes. One that is not is void, and nobody can scan it. */
const STALE_CODE_MS = 15 * 60_000;
/** Signed in for this long, the next wait is a first one again. */
const HELD_MS = 10 * 60_000;
/** What does not stop is left to itself after this. */
const STOP_MS = 2_000;
/** Errors of the bot come in storms: the log has one line in this time. */
const SAY_ERRORS_MS = 60_000;

/** `PUPPET.types.ScanStatus`. */
const CANCELLED = 1;
const SCANNED = 3;
const CONFIRMED = 4;

export function supervise(options: SupervisorOptions): Supervisor {
  const { make, clock, log, random } = options;
  const halt = new AbortController();
  let state: SignIn = { is: "off", since: clock.now() };
  let running: Promise<void> | undefined;
  let bot: Bot | undefined;
  let readySince: number | undefined;
  let times = 0;
  const errors = { saidAt: Number.NEGATIVE_INFINITY, more: 0 };

  function stand(next: Omit<SignIn, "since">): void {
    const before = state;
    state = { ...next, since: next.is === before.is ? before.since : clock.now() };
    guarded(log, "changed", options.changed)(state, before);
  }

  /** One bot from its beginning to its end. */
  async function live(): Promise<End> {
    stand({ is: "starting" });
    const over = new AbortController();
    let one: Bot;
    try {
      one = make();
    } catch (error) {
      return { is: "failed", error };
    }
    try {
      return await new Promise<End>((resolve) => {
        halt.signal.addEventListener("abort", () => resolve({ is: "stopped" }), { signal: over.signal });
        follow(one, resolve, over.signal);
      });
    } finally {
      bot = undefined;
      over.abort();
      one.removeAllListeners();
      // What it says while it ends is nobody's.
      one.on("error", () => {});
      await stopQuietly(one);
    }
  }

  function follow(one: Bot, end: (end: End) => void, over: AbortSignal): void {
    let patience = new AbortController();
    /** It must say something within this time; 0: it need not. */
    const expect = (withinMs: number): void => {
      patience.abort();
      patience = new AbortController();
      const signal = AbortSignal.any([patience.signal, over]);
      if (withinMs > 0)
        void clock.sleep(withinMs, signal).then(() => {
          if (!signal.aborted) end({ is: "mute" });
        });
    };
    let failure: { readonly error: unknown } | undefined;
    let isStarting = true;
    one.on(
      "scan",
      guarded(log, "scan", (code, status) => {
        expect(STALE_CODE_MS);
        if (status === SCANNED || status === CONFIRMED) stand({ is: "scanned" });
        else if (code !== "" && status !== CANCELLED) stand({ is: "scan", code });
      }),
    );
    one.on(
      "login",
      guarded(log, "login", (user) => {
        expect(0);
        bot = one;
        readySince = clock.now();
        stand({ is: "ready", user: user.name() });
        log.info({}, "signed in to WeChat");
      }),
    );
    one.on(
      "logout",
      guarded(log, "logout", () => {
        expect(MUTE_MS);
        bot = undefined;
        if (state.is === "ready") settleHeld();
        stand({ is: "signed-out" });
        log.error({}, "SIGNED OUT OF WECHAT: nothing is told there until somebody signs in again");
      }),
    );
    one.on(
      "error",
      guarded(log, "error", (error) => {
        if (isStarting) failure = { error };
        report(error);
      }),
    );
    one.on(
      "message",
      guarded(log, "message", (message) => options.message(one, message)),
    );
    expect(MUTE_MS);
    // It catches what goes wrong, says it as an error, and resolves all the same.
    void one.start().then(
      () => {
        isStarting = false;
        if (failure !== undefined && state.is === "starting") end({ is: "failed", ...failure });
      },
      (error: unknown) => end({ is: "failed", error }),
    );
  }

  function report(err: unknown): void {
    errors.more++;
    if (clock.now() - errors.saidAt < SAY_ERRORS_MS) return;
    log.warn({ err, times: errors.more }, "WeChat's bot reports an error");
    errors.saidAt = clock.now();
    errors.more = 0;
  }

  /** A sign-in that held is a new beginning. */
  function settleHeld(): void {
    if (readySince !== undefined && clock.now() - readySince >= HELD_MS) times = 0;
    readySince = undefined;
  }

  async function stopQuietly(one: Bot): Promise<void> {
    const done = new AbortController();
    const stopping = (async () => one.stop())().catch((err: unknown) =>
      log.warn({ err }, "WeChat's bot did not stop as it should"),
    );
    await Promise.race([stopping, clock.sleep(STOP_MS, done.signal)]);
    done.abort();
  }

  async function run(): Promise<void> {
    while (!halt.signal.aborted) {
      const end = await live();
      if (end.is === "stopped") break;
      settleHeld();
      const nextAttemptMs = waitAfter(times++, random());
      log.error(
        { nextAttemptMs, ...(end.is === "failed" ? { err: end.error } : {}) },
        end.is === "failed"
          ? "WeChat's bot could not be started"
          : "WeChat's bot shows neither a code nor a sign-in",
      );
      stand({ is: "waiting", reason: reasonFor(end) });
      await clock.sleep(nextAttemptMs, halt.signal);
    }
    stand({ is: "off" });
  }

  return {
    state: () => state,
    ready() {
      if (state.is === "ready" && bot?.isLoggedIn === true) return bot;
      throw new SendError(`WeChat's bot is not signed in: ${state.is}`, {
        next: "retry",
        code: state.is === "ready" ? "signed-out" : state.is,
      });
    },
    start() {
      if (running !== undefined) throw new Error("WeChat's bot is started already");
      running = run();
    },
    async stop() {
      halt.abort();
      await running;
    },
  };
}
