/**
 * The courier: takes what is wanted to where it is to be said, as often as it needs, one at a time per conversation; to
 * a machine, several incidents at a time.
 */
import { setMaxListeners } from "node:events";
import type { Clock } from "../../storage/clock.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import type { AlertBook } from "../alert-book.ts";
import type { Card } from "../card.ts";
import type { Channel, IncidentView } from "../channel.ts";
import type { Incident } from "../incidents/incident.ts";
import { PLAIN_PLAN } from "../plain-plan.ts";
import type { CurrentPlan } from "../plan.ts";
import { type Act, type Next, nextAt } from "./agenda.ts";
import { type Attempted, attempt, findChannel } from "./attempt.ts";
import { backOffMs, waitMs } from "./back-off.ts";
import { limitOf } from "./budget.ts";
import type { Delivery, DigestFacts } from "./delivery.ts";
import { openDeliveryMemory } from "./delivery-memory.ts";
import { type DeliveryStats, keepTally, type Notification } from "./delivery-tally.ts";
import { endDigest, fold, setApart } from "./digest.ts";
import { failOver } from "./fail-over.ts";
import { effectOn, record } from "./record.ts";
import { isInOrder } from "./target.ts";
import { type TargetView, targetView } from "./target-view.ts";
import { MOST_UNDER_WAY, openUnderWay } from "./under-way.ts";

export interface CourierOptions {
  readonly store: Store;
  readonly book: AlertBook;
  /** By what stands before the colon of a conversation: `console`, `dingtalk`. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** Receivers, limits and storms; as without a file unless told. */
  readonly plan?: CurrentPlan;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1, for the jitter. */
  random(): number;
  /** The card of an incident as it is at `at`. */
  draw(incident: Incident, at: number): Card;
  /** The card of a digest as it is at `at`. */
  drawDigest(digest: Delivery, facts: DigestFacts, at: number): Card;
  /** What a channel that tells machines needs to know. */
  view(incident: Incident, at: number): IncidentView;
  /** Whether news is being committed that people should see together with what is there; it never is unless told. */
  moreIsComing?(): boolean;
  /** Lets other work run between two targets; it does not unless told. */
  breathe?(): Promise<void>;
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
  /** Calls `listener` after each attempt that a platform took or refused; returns how to stop. */
  watch(listener: (notification: Notification) => void): () => void;
  /** Every target that was ever told something, or is to be, in the order of their addresses. */
  targets(at: number): readonly TargetView[];
}

/** What arrived and could not be written down is to be written down now. */
const KEEP: Next = { act: { is: "keep" } };
/** The net under the watch on commits. */
const POLL_MS = 30_000;

/** Builds a courier; it does nothing until started or asked. */
export function createCourier(options: CourierOptions): Courier {
  const { store, book, channels, clock, log, random } = options;
  const { plan = () => PLAIN_PLAN, timeoutMs = 10_000 } = options;
  const { tables, index } = book;
  const halt = new AbortController();
  // Each attempt under way listens while it lasts.
  setMaxListeners(0, halt.signal);
  const { draw, drawDigest, view } = options;
  const context = { book, channels, clock, timeoutMs, halt: halt.signal, draw, drawDigest, view };
  const memory = openDeliveryMemory(tables.deliveries, clock.now());
  const moreIsComing = options.moreIsComing ?? (() => false);
  const breathe = options.breathe ?? (async () => {});
  const underWay = openUnderWay(tables);
  const agenda = { tables, index, channels, plan, memory, moreIsComing, isUnderWay: underWay.has };
  /** What arrived and could not be recorded, by delivery: while this process lives it is recorded later, not sent again. */
  const unrecorded = new Map<string, { attempted: Attempted; tries: number }>();
  /** How many refusals there were, by target. */
  const refusals = new Map<string, number>();
  const tally = keepTally(index);
  let wake = new AbortController();
  let running: Promise<void> | undefined;
  let stopped = false;

  /** What is due at a target, or when to look again; Infinity when nothing waits for time alone. */
  function look(address: string, at: number): Next {
    // The disk refused what was done here.
    const quiet = memory.quietUntil(address, at);
    if (quiet > at) return { dueAt: quiet };
    const next = leftAt(address) === undefined ? nextAt(agenda, address, at) : KEEP;
    // To put in order what waits there, nothing may be on its way. When it is through, this is looked at again.
    const together = !("act" in next) || next.act.is === "send" || underWay.at(address) === 0;
    return together ? next : { dueAt: Number.POSITIVE_INFINITY };
  }

  function leftAt(address: string): { attempted: Attempted; tries: number } | undefined {
    for (const left of unrecorded.values()) if (left.attempted.delivery.conversation === address) return left;
    return undefined;
  }

  /** Whether one more thing may be under way there. A budget is only known once an attempt is written down. */
  function hasRoom(address: string): boolean {
    const count = underWay.at(address);
    if (count === 0) return true;
    const isMachine = findChannel(channels, address)?.machine === true;
    if (!isMachine || count >= MOST_UNDER_WAY || limitOf(address, plan().limits) !== undefined) return false;
    const target = tables.targets.get(address);
    return target === undefined || isInOrder(target);
  }

  /** One unit of work. */
  async function work(address: string, act: Act, at: number): Promise<boolean> {
    const left = leftAt(address);
    if (left !== undefined) await keep(address, left.attempted, left.tries);
    else if (act.is === "send") await send(address, act.delivery, at);
    else if (act.is !== "keep") await arrange(address, act, at);
    return true;
  }

  async function send(address: string, delivery: Delivery, at: number): Promise<void> {
    const refusalsBefore = refusals.get(address) ?? 0;
    const attempted = await attempt(context, delivery, at);
    if (attempted.outcome.is === "stopped") return;
    const refusalsNow = refusals.get(address) ?? 0;
    if (attempted.outcome.is === "refused") refusals.set(address, refusalsNow + 1);
    report(attempted, clock.now() - at);
    const { outcome } = attempted;
    if (outcome.is === "arrived" && outcome.how === "post" && !("card" in delivery.about))
      memory.posted(address, clock.now());
    await keep(address, { ...attempted, overlapped: refusalsNow > refusalsBefore }, 0);
  }

  /** Writes an attempt down. */
  async function keep(address: string, attempted: Attempted, tries: number): Promise<void> {
    const now = clock.now();
    const { outcome, delivery } = attempted;
    const channel = findChannel(channels, address);
    const limit = limitOf(address, plan().limits, plan().robotsAt(address));
    const edits = outcome.is === "arrived" ? outcome.how === "edit" : delivery.receipt !== undefined;
    const costs =
      !(edits && channel?.edit !== undefined) || limit?.edits === true || channel?.machine === true;
    const rest = restAfter(attempted);
    const { overlapped = false } = attempted;
    const about = { waitMs: rest, costs, limit, at: now, random: random(), overlapped };
    const target = effectOn(outcome, about);
    try {
      await store.commit((change) =>
        record(change, attempted, { tables, plan: plan(), waitMs: rest, target, at: now }),
      );
      unrecorded.delete(delivery.id);
      memory.unhush(address);
    } catch (error) {
      // A refusal that is not recorded is simply met again. An arrival must not be.
      if (outcome.is === "arrived") unrecorded.set(delivery.id, { attempted, tries: tries + 1 });
      memory.hush(address, now, now + backOffMs(tries + 1, random()));
      log.error({ delivery: delivery.id, err: error }, "a delivery could not be recorded");
    }
  }

  /** Whatever is done at a target besides saying something. */
  async function arrange(
    address: string,
    act: Exclude<Act, { is: "send" | "keep" }>,
    at: number,
  ): Promise<void> {
    try {
      await store.commit((change) => {
        if (act.is === "end") endDigest(change, tables, act.digest, at);
        else if (act.is === "set-apart") setApart(change, tables, act.id, at);
        else if (act.is === "fail-over") for (const id of act.ids) failOver(change, tables, plan(), id, at);
        else {
          const about = { conversation: address, why: act.why, at };
          for (const { about: what } of fold(change, tables, index.openDigests.get(address), act.ids, about))
            if ("incident" in what)
              book.note(change, { incident: what.incident, at, what: "folded", conversation: address });
        }
      });
      if (act.is === "fold") memory.folded(address, at);
    } catch (error) {
      memory.hush(address, at, at + backOffMs(1, random()));
      log.error({ target: address, act: act.is, err: error }, "what waits could not be put in order");
    }
  }

  function restAfter({ outcome, delivery }: Attempted): number {
    if (outcome.is !== "refused") return 0;
    return outcome.next === "wait" ? waitMs(outcome.waitMs) : backOffMs(delivery.attempts, random());
  }

  function report(attempted: Attempted, tookMs: number): void {
    tally.count(attempted, tookMs);
    const { outcome, delivery, fault } = attempted;
    if (outcome.is !== "refused") return;
    const fields = { delivery: delivery.id, code: outcome.code, next: outcome.next };
    if (fault === undefined) log.warn(fields, `not delivered: ${outcome.message}`);
    else log.error({ ...fields, err: fault }, "a channel threw something other than a SendError");
  }

  function begin(address: string, act: Act, at: number): Promise<boolean> {
    return underWay.add(address, act.is === "send" ? act.delivery : undefined, work(address, act, at));
  }

  /** One unit of work at a target if one is due; else one that is under way, if there is any. */
  function tryNext(address: string, at: number): Promise<boolean> {
    const next = !halt.signal.aborted && hasRoom(address) ? look(address, at) : undefined;
    return next !== undefined && "act" in next ? begin(address, next.act, at) : underWay.oneOf(address);
  }

  /** Called once per document of a commit: an abort without a reason of its own would make an exception each time. */
  function rouse(): void {
    if (!wake.signal.aborted) wake.abort("woken");
  }

  function waiting(): string[] {
    const left = [...unrecorded.values()].map(({ attempted }) => attempted.delivery.conversation);
    return [...new Set([...index.pending.keys(), ...left, ...index.openDigests.keys()])];
  }

  async function deliverDue(at: number): Promise<boolean> {
    const tried = await Promise.all(waiting().map((address) => tryNext(address, at)));
    return tried.includes(true);
  }

  async function settle(conversation?: string): Promise<void> {
    if (conversation === undefined) await Promise.all(waiting().map((one) => settle(one)));
    else while (await tryNext(conversation, clock.now()));
  }

  async function run(): Promise<void> {
    while (!stopped) {
      // Before the look: what comes during it must be looked at again.
      wake = new AbortController();
      const at = clock.now();
      let wakeAt = at + POLL_MS;
      for (const address of waiting()) {
        for (let begun = 0; begun < MOST_UNDER_WAY && hasRoom(address); begun++) {
          const next = look(address, at);
          if (!("act" in next)) {
            wakeAt = Math.min(wakeAt, next.dueAt);
            break;
          }
          if (halt.signal.aborted) break;
          // Not awaited: a conversation that hangs delays nobody else. When it is through, the loop looks again.
          void begin(address, next.act, at).finally(rouse);
          // To draw ten thousand alerts takes tens of milliseconds at each target.
          await breathe();
        }
      }
      await clock.sleep(wakeAt - at, wake.signal);
    }
  }

  const unwatch = tables.deliveries.watch(rouse);

  return {
    deliverDue,
    settle,
    stats: () => tally.stats(),
    watch: (listener) => tally.watch(listener),
    targets: (at) => targetView({ index, tables, plan: plan(), channels }, at),
    start() {
      if (running !== undefined)
        throw new Error("the courier is started already; a second loop would not be stopped");
      running = run();
    },
    async stop(drainMs) {
      stopped = true;
      unwatch();
      memory.close();
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
  };
}
