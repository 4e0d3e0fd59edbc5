/** The courier: takes what is wanted to where it is to be said, as often as it needs, one at a time per conversation. */
import type { Clock } from "../storage/clock.ts";
import type { Log } from "../storage/log.ts";
import type { Store } from "../storage/store.ts";
import type { AlertBook } from "./alert-book.ts";
import { type Attempted, attempt } from "./attempt.ts";
import { backOffMs, waitMs } from "./back-off.ts";
import type { Card } from "./card.ts";
import type { Channel } from "./channel.ts";
import type { Delivery } from "./delivery.ts";
import { type DeliveryStats, keepTally } from "./delivery-tally.ts";
import type { Incident } from "./incident.ts";
import { record } from "./record.ts";

export interface CourierOptions {
  readonly store: Store;
  readonly book: AlertBook;
  /** By what stands before the colon of a conversation: `console`, `dingtalk`. */
  readonly channels: Readonly<Record<string, Channel>>;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1, for the jitter. */
  random(): number;
  /** The card of an incident as it is at `at`. */
  draw(incident: Incident, at: number): Card;
  /** How long one attempt may take, in milliseconds; 10 s unless told. */
  readonly timeoutMs?: number;
}

export interface Courier {
  start(): void;
  /** Takes what is due now for at most `drainMs`, then breaks off what is under way; nothing is recorded after. */
  stop(drainMs: number): Promise<void>;
  /** Tries once, in every conversation, what comes first there, if it is due; true when anything was tried. */
  deliverDue(at: number): Promise<boolean>;
  /** Waits until nothing that is due now, in this conversation or in any, is left untried. */
  settle(conversation?: string): Promise<void>;
  stats(): DeliveryStats;
}

/** After so many refusals a delivery lets others past: it may be that this one alone is refused. */
const STUCK_AFTER = 10;
/** The net under the watch on commits. */
const POLL_MS = 30_000;

/** Why a conversation is left alone. `setAt` in the future means that the clock was put back: then it no longer holds. */
interface Rest {
  readonly setAt: number;
  readonly until: number;
}

/** Builds a courier; it does nothing until started or asked. */
export function createCourier(options: CourierOptions): Courier {
  const { store, book, channels, clock, log, random, timeoutMs = 10_000, draw } = options;
  const { pending } = book.index;
  const halt = new AbortController();
  const context = { book, channels, clock, timeoutMs, halt: halt.signal, draw };
  const busy = new Map<string, Promise<boolean>>();
  /** Conversations that a platform, or a disk that refuses, asked to leave alone. */
  const resting = new Map<string, Rest>();
  /** What arrived and could not be recorded: while this process lives it is recorded later, not sent again. */
  const unrecorded = new Map<string, { attempted: Attempted; tries: number }>();
  const tally = keepTally(book.index);
  let wake = new AbortController();
  let running: Promise<void> | undefined;
  let stopped = false;

  /** The delivery whose turn it is: urgent before normal, in each the order in which they came to be wanted. */
  function next(conversation: string): Delivery | undefined {
    const lanes = pending.get(conversation);
    if (lanes === undefined) return undefined;
    let stuck: Delivery | undefined;
    for (const lane of [lanes.urgent, lanes.normal])
      for (const delivery of lane.values()) {
        if (delivery.attempts < STUCK_AFTER) return delivery;
        if (stuck === undefined || delivery.dueAt < stuck.dueAt) stuck = delivery;
      }
    return stuck;
  }

  function dueAt(conversation: string, at: number): number {
    const delivery = next(conversation);
    if (delivery === undefined && !unrecorded.has(conversation)) return Number.POSITIVE_INFINITY;
    const rest = resting.get(conversation);
    const quiet = rest === undefined || rest.setAt > at ? at : rest.until;
    return Math.max(quiet, delivery === undefined ? at : ownDueAt(delivery, at));
  }

  async function deliverOne(conversation: string, at: number): Promise<boolean> {
    const left = unrecorded.get(conversation);
    const delivery = next(conversation);
    if (left === undefined && delivery === undefined) return false;
    const attempted = left?.attempted ?? (await attempt(context, delivery as Delivery, at));
    if (attempted.outcome.is === "stopped") return true;
    const now = clock.now();
    if (left === undefined) report(attempted);
    const rest = restAfter(attempted);
    try {
      await store.commit((change) => record(change, book, attempted, rest, now));
      unrecorded.delete(conversation);
      const asked = attempted.outcome.is === "refused" && attempted.outcome.next === "wait";
      if (asked) resting.set(conversation, { setAt: now, until: now + rest });
      else resting.delete(conversation);
    } catch (error) {
      const tries = (left?.tries ?? 0) + 1;
      // A refusal that is not recorded is simply met again. An arrival must not be.
      if (attempted.outcome.is === "arrived") unrecorded.set(conversation, { attempted, tries });
      resting.set(conversation, { setAt: now, until: now + backOffMs(tries, random()) });
      log.error({ delivery: attempted.delivery.id, err: error }, "a delivery could not be recorded");
    }
    return true;
  }

  function restAfter({ outcome, delivery }: Attempted): number {
    if (outcome.is !== "refused") return 0;
    return outcome.next === "wait" ? waitMs(outcome.waitMs) : backOffMs(delivery.attempts, random());
  }

  function report(attempted: Attempted): void {
    tally.count(attempted);
    const { outcome, delivery, fault } = attempted;
    if (outcome.is !== "refused") return;
    const fields = { delivery: delivery.id, code: outcome.code, next: outcome.next };
    if (fault === undefined) log.warn(fields, `not delivered: ${outcome.message}`);
    else log.error({ ...fields, err: fault }, "a channel threw something other than a SendError");
  }

  /** One attempt in a conversation if one is due; the one under way if there is one. */
  function tryNext(conversation: string, at: number): Promise<boolean> {
    const under = busy.get(conversation);
    if (under !== undefined) return under;
    if (halt.signal.aborted || dueAt(conversation, at) > at) return Promise.resolve(false);
    const work = deliverOne(conversation, at).finally(() => busy.delete(conversation));
    busy.set(conversation, work);
    return work;
  }

  /** Called once per document of a commit: an abort without a reason of its own would make an exception each time. */
  function rouse(): void {
    if (!wake.signal.aborted) wake.abort("woken");
  }

  function waiting(): string[] {
    return [...new Set([...pending.keys(), ...unrecorded.keys()])];
  }

  async function deliverDue(at: number): Promise<boolean> {
    const tried = await Promise.all(waiting().map((conversation) => tryNext(conversation, at)));
    return tried.includes(true);
  }

  async function settle(conversation?: string): Promise<void> {
    if (conversation === undefined) await Promise.all(waiting().map((one) => settle(one)));
    else while (await tryNext(conversation, clock.now()));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const at = clock.now();
      let wakeAt = at + POLL_MS;
      for (const conversation of waiting()) {
        if (busy.has(conversation)) continue;
        const due = dueAt(conversation, at);
        if (due > at) wakeAt = Math.min(wakeAt, due);
        // Not awaited: a conversation that hangs delays nobody else. When it is through, the loop looks again.
        else void tryNext(conversation, at).finally(rouse);
      }
      wake = new AbortController();
      await clock.sleep(wakeAt - at, wake.signal);
    }
  }

  const unwatch = book.tables.deliveries.watch(rouse);

  return {
    deliverDue,
    stats: () => tally.stats(),
    start() {
      if (running !== undefined)
        throw new Error("the courier is started already; a second loop would not be stopped");
      running = run();
    },
    async stop(drainMs) {
      stopped = true;
      unwatch();
      rouse();
      await running;
      const drained = new AbortController();
      const drain = async (): Promise<void> => {
        await settle();
        drained.abort();
      };
      const draining = drain();
      await clock.sleep(drainMs, drained.signal);
      halt.abort();
      await draining;
    },
    settle,
  };
}

/** Only a refusal makes a delivery wait; one that lies in the future was set before the clock was put back. */
function ownDueAt({ attempts, dueAt, trouble }: Delivery, at: number): number {
  if (attempts === 0 || trouble === undefined || trouble.at > at) return at;
  return dueAt;
}
