/**
 * `email_configs`: news about an incident is a mail of its own, in one thread. Nothing can be changed that was sent.
 * What is tried again has the same `Message-ID`, so that a mailbox may drop the second (RFC 5322, 3.6.4).
 */
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import { NotSaved } from "../../storage/store.ts";
import { ACKNOWLEDGE_PATH, type Claim } from "./links.ts";
import type { Mailing } from "./mailings.ts";
import { mailOf, subjectOf } from "./message.ts";
import type { Seal } from "./seal.ts";
import { handOver, type Parcel } from "./smtp.ts";
import { openUnderWay } from "./under-way.ts";

export interface EmailDeps {
  /** Whom to write to at an address, in the file that is in force. */
  find(address: string): Mailing | undefined;
  readonly seal: Seal;
  /** The text in a link that acknowledges; undefined for whoever may not. */
  tokenOf(about: Omit<Claim, "until">, at: number): Promise<string | undefined>;
  /** Where people reach this Gengfu, without a slash at the end; undefined: no links. */
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
  readonly locale: Locale;
}

export interface Email {
  readonly channel: Channel;
  /** Breaks off what is under way. */
  stop(): void;
}

/** A session may last so long, over several attempts; in milliseconds. */
const LONGEST_SESSION_MS = 5 * 60_000;

/** What a receipt keeps: the last mail, how many there were, and what the thread is called. */
interface Last {
  readonly messageId: string;
  readonly count: number;
  readonly subject: string;
}

export function emailChannel({ find, seal, tokenOf, publicUrl, clock, locale }: EmailDeps): Email {
  const underWay = openUnderWay();
  const stopping = new AbortController();

  /** Ids are signatures, so that two Gengfus which write from one address never choose the same. */
  async function idOf(words: readonly (string | number)[], { from }: Mailing): Promise<string> {
    const signed = await seal.sign("id", JSON.stringify(words)).catch((error: unknown) => {
      if (!(error instanceof NotSaved)) throw error;
      throw new SendError("the key that signs mails cannot be saved", { next: "retry", code: "not-saved" });
    });
    const name = signed.slice(0, 27);
    return `<${name}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`;
  }

  /** The text of the link for one recipient; undefined where the card cannot be acknowledged. */
  async function linkFor(
    to: string,
    target: string,
    messageId: string,
    card: Card,
  ): Promise<string | undefined> {
    const { incident, kind, actions = [] } = card;
    if (publicUrl === undefined || incident === undefined || kind !== "incident") return undefined;
    if (!actions.some(({ id }) => id === "ack")) return undefined;
    const id = (await seal.sign("id", JSON.stringify(["link", messageId, to]))).slice(0, 22);
    const token = await tokenOf({ id, target, to, incident }, clock.now());
    return token === undefined ? undefined : `${publicUrl}${ACKNOWLEDGE_PATH}?t=${token}`;
  }

  async function withinLimit(run: (stop: AbortSignal) => Promise<void>): Promise<void> {
    const done = new AbortController();
    const limit = new AbortController();
    void clock.sleep(LONGEST_SESSION_MS, done.signal).then(() => limit.abort());
    try {
      await run(AbortSignal.any([stopping.signal, limit.signal]));
    } finally {
      done.abort();
    }
  }

  return {
    stop: () => stopping.abort(),
    channel: {
      async post(address, card, attempt) {
        const mailing = find(address);
        if (mailing === undefined)
          throw new SendError("no receiver of the configuration has this mail address", {
            next: "give-up",
            code: "no-such-mail",
          });
        const { to, from, headers, threads, server } = mailing;
        const last = lastIn(attempt.before);
        const count = (last?.count ?? 0) + 1;
        const messageId = await idOf([attempt.deliveryId, count, ...newsOf(card, attempt)], mailing);
        const thread = threads ? threadOf(address, card, attempt) : undefined;
        const root = thread === undefined ? undefined : await idOf(["thread", thread], mailing);
        const follows = threads && last !== undefined;
        const subject = follows ? `Re: ${last.subject}` : subjectOf(card, locale);
        const heading = {
          from,
          to,
          subject,
          messageId,
          inReplyTo: follows ? last.messageId : undefined,
          references: [root, follows ? last.messageId : undefined].filter((id) => id !== undefined),
          at: clock.now(),
          headers,
        };

        /** One for all, or one for each where each has a link of their own. */
        async function parcels(left: readonly string[]): Promise<readonly Parcel[]> {
          const links = await Promise.all(left.map((one) => linkFor(one, address, messageId, card)));
          if (links.every((link) => link === undefined)) {
            const mail = await mailOf(card, heading, { locale, link: undefined });
            return [{ from: from.address, to: left, mail }];
          }
          return Promise.all(
            left.map(async (one, i) => {
              const mail = await mailOf(card, heading, { locale, link: links[i] });
              return { from: from.address, to: [one], mail };
            }),
          );
        }

        const answer = await underWay.deliver(
          messageId,
          [...new Set(to.map((one) => one.address))],
          attempt.signal,
          (left, ledger) => withinLimit(async (stop) => handOver(server, await parcels(left), ledger, stop)),
        );
        const kept = follows ? last.subject : subject;
        return { messageId, count: String(count), subject: kept, answer };
      },
    },
  };
}

/** What about a card makes it another mail although its delivery is the same one: the news that it tells. */
function newsOf(card: Card, { incident }: Attempt): readonly (string | number)[] {
  if (card.kind === "incident" && incident !== undefined) return [incident.incident.news];
  // A digest has its numbers in its title.
  return [card.title ?? "", card.status ?? ""];
}

/** Everything about an incident at one target is one thread; so is a card that is followed by others. */
function threadOf(address: string, { incident, kind }: Card, { deliveryId }: Attempt): string | undefined {
  if (incident !== undefined) return `${address}#${incident}`;
  return kind === "digest" ? deliveryId : undefined;
}

function lastIn(receipt: Receipt | undefined): Last | undefined {
  const { messageId, count, subject } = receipt ?? {};
  if (messageId === undefined || subject === undefined) return undefined;
  return { messageId, subject, count: Number(count ?? 0) || 0 };
}
