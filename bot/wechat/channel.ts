/**
 * WeChat as a way out. Nothing can be changed later, so that each news of an incident is a message; its card ends with
 * numbers, which somebody answers with.
 */
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { findPlace, type Place, WECHAT } from "./address.ts";
import { numberedFor, written } from "./card-text.ts";
import type { Choices } from "./choices.ts";
import type { Bot, Contact, Wechaty } from "./wechaty.ts";

export interface WeChatChannelDeps {
  /** The bot, signed in; throws a SendError when it is not. */
  ready(): Bot;
  readonly choices: Choices;
  picture: Wechaty["picture"];
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
}

const REPEAT: Text = { zh: "（可能是重复发送）", en: "(may be a repeat)" };
/** Deliveries of which nobody knows whether they arrived. */
const MOST_REMEMBERED = 1_000;

export function weChatChannel(deps: WeChatChannelDeps): Channel {
  const { choices, clock, log, locale } = deps;
  const unsure = new Set<string>();

  /** Ends with the signal, whether the puppet does or not; what it refuses becomes a SendError. */
  async function within<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const aborted = new AbortController();
    try {
      return await Promise.race([
        act(),
        new Promise<never>((_, reject) => {
          const stop = (): void =>
            reject(new SendError("WeChat's bot did not answer in time", { next: "retry", code: "aborted" }));
          if (signal.aborted) stop();
          else signal.addEventListener("abort", stop, { signal: aborted.signal });
        }),
      ]);
    } catch (error) {
      if (error instanceof SendError) throw error;
      // Its words may hold what was said, or by which token.
      log.warn({ err: error }, "WeChat's bot refused a message");
      throw new SendError("WeChat's bot refused the message; the log says why", {
        next: "retry",
        code: codeOf(error),
      });
    } finally {
      aborted.abort();
    }
  }

  /** Those of whom a card is told that are in the room. */
  async function mentioned(bot: Bot, { room }: Place, card: Card): Promise<readonly Contact[]> {
    if (room === undefined || card.status === "resolved") return [];
    const ids = (card.mentions ?? [])
      .filter((person) => person.startsWith(WECHAT))
      .map((person) => person.slice(WECHAT.length));
    const found = await Promise.all(
      [...new Set(ids)].map(async (id) => {
        try {
          const contact = await bot.Contact.find({ id });
          return contact !== undefined && (await room.has(contact)) ? contact : undefined;
        } catch {
          // Rather the words without a mention than nothing.
          return undefined;
        }
      }),
    );
    return found.filter((contact) => contact !== undefined);
  }

  /** The words are there: that the picture is not must not bring them a second time. */
  async function addPicture(place: Place, card: Card, { deliveryId, signal }: Attempt): Promise<void> {
    const data = /^data:image\/(png|jpeg|gif);base64,([A-Za-z0-9+/=]+)$/.exec(card.image ?? "");
    if (data?.[2] === undefined) return;
    const [, type = "png", base64 = ""] = data;
    try {
      await within(signal, () => place.to.say(deps.picture(base64, `chart.${type}`)));
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      log.warn({ delivery: deliveryId, code: error.code }, "WeChat did not take a picture");
    }
  }

  function remember(deliveryId: string): void {
    unsure.add(deliveryId);
    const [oldest] = unsure;
    if (unsure.size > MOST_REMEMBERED && oldest !== undefined) unsure.delete(oldest);
  }

  return {
    async post(conversation, card, attempt) {
      const { deliveryId, signal } = attempt;
      const bot = deps.ready();
      const place = await within(signal, () => findPlace(bot, conversation));
      const { text, numbered } = written(card, { inRoom: place.room !== undefined, locale });
      const people = await within(signal, () => mentioned(bot, place, card));
      const words = unsure.has(deliveryId) ? `${inLocale(locale, REPEAT)}\n${text}` : text;
      try {
        await within(signal, () =>
          place.room === undefined ? place.to.say(words) : place.room.say(words, ...people),
        );
      } catch (error) {
        if (error instanceof SendError && error.code === "aborted") remember(deliveryId);
        throw error;
      }
      unsure.delete(deliveryId);
      const incident = numberedFor(card);
      if (incident !== undefined) await choices.show(place.conversation, incident, numbered, clock.now());
      await addPicture(place, card, attempt);
      return { conversation };
    },
  };
}

/** The puppet's own, for people to look up. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "number" || (typeof code === "string" && /^[\w-]{1,40}$/.test(code))
    ? String(code)
    : "refused";
}
