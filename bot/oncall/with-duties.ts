/** Channels that say who was on call when they told: in what becomes of a delivery, and where nobody could be told. */
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, SendError } from "../../alerts/channel.ts";
import type { Human } from "../../alerts/oncall/humans.ts";
import { escapeMarkdown, type NameOf } from "../../alerts/words.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Asked } from "../receivers/asked-by.ts";
import { mentions } from "../robots/channel.ts";
import type { HolderOf } from "./duties.ts";
import { reachedOn } from "./reach.ts";

export interface DutyDeps {
  /** What the target at an address asks for, in the file that is in force. */
  askedAt(address: string): Asked | undefined;
  readonly holderOf: HolderOf;
  readonly nameOf: NameOf;
  readonly locale: Locale;
}

/** Whom one rotation comes to at a channel. */
interface Found {
  readonly rotation: string;
  readonly human: Human | undefined;
  readonly isReached: boolean;
}

/** The same channels; those of addresses that name no rotation are as they were. */
export function telling(
  channels: Readonly<Record<string, Channel>>,
  deps: DutyDeps,
): Readonly<Record<string, Channel>> {
  return Object.fromEntries(
    Object.entries(channels).map(([name, channel]) => [
      name,
      {
        ...channel,
        post: (conversation: string, card: Card, attempt: Attempt) => {
          const asked = deps.askedAt(conversation);
          if (asked === undefined) return channel.post(conversation, card, attempt);
          return tell(name, channel, { conversation, card, attempt }, asked, deps);
        },
      },
    ]),
  );
}

async function tell(
  name: string,
  channel: Channel,
  { conversation, card, attempt }: { conversation: string; card: Card; attempt: Attempt },
  asked: Asked,
  deps: DutyDeps,
): ReturnType<Channel["post"]> {
  const found = asked.rotations.map((rotation): Found => {
    const human = deps.holderOf(rotation);
    return { rotation, human, isReached: human !== undefined && reachedOn(name, human) !== undefined };
  });
  const { locale } = deps;
  const words = found.map((one) => inLocale(locale, wordsOf(one, deps.nameOf)));
  if (asked.alone && !found.some(({ isReached }) => isReached))
    throw new SendError(words.join("; "), {
      next: "give-up",
      code: found.some(({ human }) => human !== undefined) ? "on-call-unreachable" : "nobody-on-call",
    });
  const rings = asked.on !== undefined && mentions(card, attempt, asked.on);
  const receipt = await channel.post(conversation, rings ? ringing(name, card, found, words) : card, attempt);
  const answer = [receipt["answer"], ...words].filter((part) => part !== undefined).join("; ");
  return { ...receipt, answer };
}

/** What mentions people, with whom it is for; and where nobody can be mentioned, with why. */
function ringing(name: string, card: Card, found: readonly Found[], words: readonly string[]): Card {
  const unreached = words.filter((_, i) => found[i]?.isReached === false);
  const text = [card.text ?? "", ...unreached.map((line) => `⚠ ${escapeMarkdown(line)}`)].filter(
    (part) => part !== "",
  );
  const people =
    name === "dingtalk" || name === "wechat" ? found.flatMap(({ human }) => human?.ids ?? []) : [];
  return {
    ...card,
    ...(text.length === 0 ? {} : { text: text.join("\n\n") }),
    ...(people.length === 0 ? {} : { mentions: [...(card.mentions ?? []), ...people] }),
  };
}

/** Plain text. */
function wordsOf({ rotation, human, isReached }: Found, nameOf: NameOf): Text {
  if (human === undefined)
    return { zh: `值班 ${rotation}：现在没有人值班`, en: `nobody is on call for ${rotation}` };
  const who = nameOf(human.id);
  if (isReached) return { zh: `值班 ${rotation}：${who}`, en: `on call for ${rotation}: ${who}` };
  return {
    zh: `值班 ${rotation}：${who}，但 people 里没有能在这里找到他的账号、手机或邮箱`,
    en: `on call for ${rotation}: ${who}, of whom people: has no account, phone or mail address that works here`,
  };
}
