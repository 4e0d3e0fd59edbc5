/** An alert that another system sent, as it is kept, and what becomes of it with each further word. Pure. */
import type { Labels } from "../../storage/labels.ts";
import type { Posted, Sender } from "./posted.ts";

/** What an alert says of itself. Stored by its fingerprint, and anew only when it says something else. */
export interface Received {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: number;
  readonly generatorURL: string;
  /** The name of the sender that was heard first. */
  readonly sender: string;
  readonly receiver?: string;
}

/** When it was heard of last. Apart from `Received`, since senders repeat themselves all day and this is all that moves. */
export interface Heard {
  readonly at: number;
  /** It fires until then. Not after `at`: the sender has said that it is over. */
  readonly endsAt: number;
  readonly sender: string;
  /** The sender gave no end; this one was counted from `at`. */
  readonly timeout?: true;
}

/** An alert with its last word. */
export interface Known {
  readonly received: Received;
  readonly heard: Heard;
}

/**
 * What is known after a word of a sender; gives back the very `received` it was given when the word says nothing new,
 * and `undefined` when nothing is to be kept: the end of something that was never heard of.
 *
 * Words that overlap are merged as Alertmanager merges them (`types.Alert.Merge`): the earliest start; of two ends the
 * later; and an end that a sender gave, where the younger word only guesses one before it. Where we differ: an end that
 * lies before the moment at which *another* sender said "it fires" is no news but a clock that is behind, or a twin
 * that is late; it changes nothing.
 */
export function hear(
  known: Known | undefined,
  posted: Posted,
  sender: Sender,
  at: number,
): Known | undefined {
  const word = wordOf(posted, sender, at);
  if (known === undefined) return word.heard.endsAt <= at ? undefined : word;
  const { received: was, heard: last } = known;
  const over = word.heard.endsAt <= at;
  const fires = last.endsAt > at;
  if (over && fires && last.sender !== sender.name && word.heard.endsAt < last.at) return known;
  if (!overlap(word, known)) return { ...word, received: same(was, word.received) ?? word.received };
  const startsAt = Math.min(was.startsAt, word.received.startsAt);
  const received = {
    ...word.received,
    startsAt,
    ...(was.receiver === undefined ? {} : { receiver: was.receiver }),
  };
  return {
    received: same(was, received) ?? { ...received, sender: was.sender },
    heard: laterEnd(last, word.heard, over, fires),
  };
}

function wordOf(posted: Posted, sender: Sender, at: number): Known {
  const { labels, annotations, generatorURL } = posted;
  const timeout = posted.endsAt === undefined ? { timeout: true as const } : {};
  const endsAt = posted.endsAt ?? at + sender.resolveAfterMs;
  const startsAt = posted.startsAt ?? Math.min(posted.endsAt ?? at, at);
  const receiver = sender.receiver === undefined ? {} : { receiver: sender.receiver };
  return {
    received: { labels, annotations, startsAt, generatorURL, sender: sender.name, ...receiver },
    heard: { at, endsAt, sender: sender.name, ...timeout },
  };
}

function overlap(word: Known, known: Known): boolean {
  const [from, to] = [known.received.startsAt, known.heard.endsAt];
  const within = (moment: number): boolean => moment > from && moment < to;
  return within(word.heard.endsAt) || within(word.received.startsAt);
}

function laterEnd(last: Heard, now: Heard, over: boolean, fires: boolean): Heard {
  const stays = over ? !fires && last.endsAt > now.endsAt : last.endsAt > now.endsAt && last.timeout !== true;
  if (!stays) return now;
  const { timeout: _, ...rest } = now;
  return { ...rest, endsAt: last.endsAt };
}

/** The old one, when the new one says the same. Most words do. */
function same(was: Received, now: Received): Received | undefined {
  const { startsAt, generatorURL, receiver } = was;
  if (startsAt !== now.startsAt || generatorURL !== now.generatorURL || receiver !== now.receiver)
    return undefined;
  return equal(was.annotations, now.annotations) && equal(was.labels, now.labels) ? was : undefined;
}

function equal(one: Labels, other: Labels): boolean {
  let names = 0;
  for (const name in one) {
    if (one[name] !== other[name]) return false;
    names++;
  }
  for (const _ in other) names--;
  return names === 0;
}
