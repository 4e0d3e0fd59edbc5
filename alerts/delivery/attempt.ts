/** One attempt to say one thing: what is put, where, how long at most, and how it went. Never throws. */
import type { Clock } from "../../storage/clock.ts";
import type { AlertBook } from "../alert-book.ts";
import type { Card } from "../card.ts";
import {
  type Channel,
  canEdit,
  type IncidentView,
  NotSaid,
  type Receipt,
  type Refusal,
  SendError,
} from "../channel.ts";
import type { Incident } from "../incidents/incident.ts";
import { channelNameOf } from "./budget.ts";
import { type Delivery, type DigestFacts, incidentDeliveryId } from "./delivery.ts";
import { OUR_FAULT } from "./target.ts";

export type Outcome =
  /** `how`: a new message, the old one changed, or nothing because this platform cannot and it is no news. */
  | {
      readonly is: "arrived";
      readonly how: "post" | "edit" | "skip";
      /** What of it is a line in the incident's story: a change of the card only when it is news. */
      readonly story?: "told" | "edited";
      readonly receipt?: Receipt;
      readonly beside?: Refusal;
    }
  | ({ readonly is: "refused" } & Refusal)
  /** What it was about is no longer stored. */
  | { readonly is: "gone" }
  /** The courier stops; nothing is known of what became of it. */
  | { readonly is: "stopped" };

export interface Attempted {
  readonly delivery: Delivery;
  /** The incident's version that the card showed. */
  readonly version: number;
  readonly outcome: Outcome;
  /** The target refused something else while this was on its way. */
  readonly overlapped?: boolean;
  /** When our own code threw instead of a platform: for the log. */
  readonly fault?: unknown;
}

export interface AttemptContext {
  readonly book: Pick<AlertBook, "incident" | "index" | "tables">;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Aborts when the courier stops. */
  readonly halt: AbortSignal;
  draw(incident: Incident, at: number): Card;
  /** The card of a digest as it is at `at`. */
  drawDigest(digest: Delivery, facts: DigestFacts, at: number): Card;
  /** What a channel that tells machines needs to know. */
  view(incident: Incident, at: number): IncidentView;
}

/** A fault of ours is tried so often before the delivery is given up. */
const FAULTS_BEFORE_GIVING_UP = 5;

/** Tries once. An edit that the platform refuses for good becomes a new message, if it is news. */
export async function attempt(context: AttemptContext, delivery: Delivery, at: number): Promise<Attempted> {
  let version = delivery.wanted;
  try {
    const { about, receipt, conversation } = delivery;
    const channel = channelOf(context.channels, conversation);
    let card: Card;
    let isNews = true;
    let view: IncidentView | undefined;
    if ("card" in about) {
      card = about.card;
      const spoken = card.incident === undefined ? undefined : context.book.incident(card.incident);
      if (spoken !== undefined) view = context.view(spoken, at);
    } else if ("digest" in about) {
      isNews = receipt === undefined || about.digest.news > delivery.sent;
      card = context.drawDigest(delivery, about.digest, at);
    } else {
      const incident = context.book.incident(about.incident);
      if (incident === undefined) return { delivery, version, outcome: { is: "gone" } };
      version = incident.version;
      if (channel.machine === true && isSuperseded(context.book, incident, conversation))
        return { delivery, version, outcome: { is: "arrived", how: "skip" } };
      isNews = receipt === undefined || incident.news > delivery.sent;
      card = channel.machine === true ? undrawn(incident) : context.draw(incident, at);
      view = context.view(incident, at);
    }
    const outcome = await say(context, channel, delivery, { card, isNews, view });
    return { delivery, version, outcome };
  } catch (error) {
    if (error instanceof Stopped) return { delivery, version, outcome: { is: "stopped" } };
    if (error instanceof NotSaid) return { delivery, version, outcome: unsaid(error) };
    if (error instanceof SendError)
      return { delivery, version, outcome: { is: "refused", ...refusalOf(error) } };
    const next = delivery.attempts + 1 < FAULTS_BEFORE_GIVING_UP ? "retry" : "give-up";
    // Only the name goes into what people see: a message of unknown origin may hold an address with a token.
    const message = error instanceof Error ? error.name : "an unknown error";
    return {
      delivery,
      version,
      fault: error,
      outcome: { is: "refused", next, code: OUR_FAULT, message, waitMs: 0 },
    };
  }
}

function undrawn({ id }: Incident): Card {
  return { kind: "incident", incident: id };
}

/**
 * Whether a machine was told of a later episode of the same group already: to hear of the end of an earlier one after
 * that would be to hear that all is well. It happens when the later one was critical, or the earlier one was refused
 * again and again.
 */
function isSuperseded(book: AttemptContext["book"], incident: Incident, address: string): boolean {
  const open = book.index.openByGroup.get(incident.group);
  if (incident.resolvedAt === undefined || open === undefined || open === incident.id) return false;
  return (book.tables.deliveries.get(incidentDeliveryId(open, address))?.sent ?? 0) > 0;
}

async function say(
  context: AttemptContext,
  channel: Channel,
  delivery: Delivery,
  what: { readonly card: Card; readonly isNews: boolean; readonly view: IncidentView | undefined },
): Promise<Outcome> {
  const { receipt, conversation, id: deliveryId } = delivery;
  const { card, isNews, view } = what;
  const about = view === undefined ? { deliveryId } : { deliveryId, incident: view };
  let beside: Refusal | undefined;
  if (receipt !== undefined && canEdit(channel, receipt)) {
    try {
      const edited = await within(context, (signal) => channel.edit?.(receipt, card, { ...about, signal }));
      if (edited === undefined) return { is: "arrived", how: "skip" };
      // To a machine every change is a message.
      const story = !isNews ? {} : ({ story: channel.machine === true ? "told" : "edited" } as const);
      return { is: "arrived", how: "edit", receipt: edited, ...story };
    } catch (error) {
      if (!(error instanceof SendError) || error.next !== "give-up") throw error;
      beside = refusalOf(error);
    }
  }
  const told = beside === undefined ? {} : { beside };
  if (!isNews) return { is: "arrived", how: "skip", ...told };
  const follows = receipt === undefined ? about : { ...about, before: receipt };
  const posted = await within(context, (signal) => channel.post(conversation, card, { ...follows, signal }));
  return { is: "arrived", how: "post", story: "told", receipt: posted, ...told };
}

/** The channel that an address belongs to; undefined when it is not set up. */
export function findChannel(
  channels: Readonly<Record<string, Channel>>,
  address: string,
): Channel | undefined {
  const name = channelNameOf(address);
  return Object.hasOwn(channels, name) ? channels[name] : undefined;
}

function channelOf(channels: Readonly<Record<string, Channel>>, conversation: string): Channel {
  const channel = findChannel(channels, conversation);
  if (channel === undefined)
    throw new SendError(`no channel is set up for ${conversation}`, { next: "give-up", code: "no-channel" });
  return channel;
}

class Stopped extends Error {}

/** Runs `act` for at most the timeout. A channel that ignores the signal is not waited for either. */
async function within<T>(context: AttemptContext, act: (signal: AbortSignal) => Promise<T> | T): Promise<T> {
  const { clock, timeoutMs, halt } = context;
  if (halt.aborted) throw new Stopped();
  const control = new AbortController();
  const done = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const end = (settle: () => void): void => {
      halt.removeEventListener("abort", stop);
      // With a reason: without one an exception is made, stack and all, for nobody to see.
      done.abort("done");
      settle();
    };
    const stop = (): void => {
      control.abort();
      end(() => reject(new Stopped()));
    };
    halt.addEventListener("abort", stop, { once: true });
    void clock.sleep(timeoutMs, done.signal).then(() => {
      if (done.signal.aborted) return;
      control.abort();
      const message = `no answer within ${timeoutMs / 1_000} s`;
      end(() => reject(new SendError(message, { next: "retry", code: "timeout" })));
    });
    // In an async function, so that a channel that throws at once is met like one that throws later.
    (async () => act(control.signal))().then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}

/** Why nothing was said is for people to see. */
function unsaid({ code, message }: NotSaid): Outcome {
  return { is: "arrived", how: "skip", beside: { next: "give-up", code, message, waitMs: 0 } };
}

function refusalOf({ next, code, message, waitMs, atHome }: SendError): Refusal {
  return { next, code, message, waitMs, ...(atHome ? { atHome } : {}) };
}
