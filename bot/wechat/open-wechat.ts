/** WeChat by Wechaty as a whole: the bot and its sign-in, the channel, and who hears what is said. */
import { renderSVG, renderUnicodeCompact } from "uqr";
import type { Card } from "../../alerts/card.ts";
import type { Channel } from "../../alerts/channel.ts";
import type { PlatformView } from "../../commands/world.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import type { Store } from "../../storage/store.ts";
import type { Chat } from "../chat/chat.ts";
import { isBriefGap } from "../chat/gap.ts";
import type { Heard } from "../chat/heard.ts";
import { weChatChannel } from "./channel.ts";
import { openChoices } from "./choices.ts";
import { hear } from "./hear.ts";
import { type SignIn, STATES } from "./state.ts";
import { supervise } from "./supervisor.ts";
import type { Bot, Message, Wechaty } from "./wechaty.ts";

export interface WeChatOptions {
  readonly wechaty: Wechaty;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
  random(): number;
  /** Whether an incident goes on. */
  isOpen(incident: number): boolean;
  /** Wants a card told in a conversation. Rejects when the disk refuses. */
  reply(conversation: string, card: Card): Promise<void>;
  /** Tells people elsewhere that nothing is told on WeChat now, or that it is again. */
  warn(text: Text): void;
  /** Shows a code to whoever started the bot, as text. */
  show(code: string): void;
}

export interface WeChat {
  readonly channel: Channel;
  /** Begins to sign in and to listen. */
  start(chat: Pick<Chat, "hear">): void;
  stop(): Promise<void>;
  view(at: number): PlatformView;
}

/** After a sign-in puppets bring what was said before: an old order must not be carried out then. */
const OLD_MS = 10 * 60_000;
/** Not signed in for this long, people elsewhere are told. */
const PATIENCE_MS = 60_000;
/** A code holds no more; what a puppet gives is an address of some forty characters. */
const LONGEST_CODE = 1_000;

export function openWeChat(options: WeChatOptions): WeChat {
  const { wechaty, store, clock, log, locale } = options;
  const choices = openChoices(store, options.isOpen);
  let chat: Pick<Chat, "hear"> | undefined;
  /** Ends the wait for a sign-in that is missing. */
  let missing: AbortController | undefined;
  let isToldMissing = false;
  /** The code's picture, drawn once. */
  let drawn: { readonly code: string; readonly picture: string } | undefined;

  const supervisor = supervise({ ...options, make: () => wechaty.make(), message: listen, changed });

  async function listen(bot: Bot, message: Message): Promise<void> {
    const heard = await hear(bot, message, (where, quotes) => choices.named(where, quotes).length > 0);
    if (heard === undefined || chat === undefined) return;
    if (clock.now() - heard.at > OLD_MS) {
      log.info({ id: heard.id, saidAt: heard.at }, "an old line of WeChat is not carried out");
      return;
    }
    const chosen = choices.choose(heard.conversation, heard.text, heard.quotes);
    if (chosen !== undefined && "refused" in chosen) return answer(heard, chosen.refused);
    await chat.hear(chosen === undefined ? heard : { ...heard, text: chosen.command });
  }

  async function answer({ conversation, person }: Heard, text: Text): Promise<void> {
    const mentions = person === undefined ? {} : { mentions: [person] };
    await options.reply(conversation, { kind: "reply", text: inLocale(locale, text), ...mentions });
  }

  function changed(now: SignIn, before: SignIn): void {
    if (now.code !== undefined && now.code !== before.code) {
      log.warn({ qrcode: now.code }, "WeChat waits for its code to be scanned; the console's board shows it");
      options.show(now.code.length <= LONGEST_CODE ? renderUnicodeCompact(now.code) : now.code);
    }
    if (now.is === "ready") {
      missing?.abort();
      missing = undefined;
      if (isToldMissing) options.warn(BACK);
      isToldMissing = false;
    } else if (now.is === "signed-out") miss(now);
    else if (now.is !== "off" && missing === undefined && !isToldMissing) {
      const wait = new AbortController();
      missing = wait;
      void clock.sleep(PATIENCE_MS, wait.signal).then(() => {
        if (!wait.signal.aborted) miss(supervisor.state());
      });
    } else if (now.is === "off") missing?.abort();
  }

  function miss({ is, reason }: SignIn): void {
    missing?.abort();
    if (isToldMissing) return;
    isToldMissing = true;
    options.warn(gone(reason ?? STATES[is]));
  }

  function pictureOf(code: string): string | undefined {
    if (code.length > LONGEST_CODE) return undefined;
    if (drawn?.code !== code) {
      const svg = renderSVG(code, { pixelSize: 4, border: 3 });
      drawn = { code, picture: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}` };
    }
    return drawn.picture;
  }

  return {
    channel: weChatChannel({
      ready: () => supervisor.ready(),
      choices,
      picture: (base64, name) => wechaty.picture(base64, name),
      clock,
      log,
      locale,
    }),
    start(listener) {
      chat = listener;
      supervisor.start();
    },
    stop: () => supervisor.stop(),
    view(at) {
      const { is, since, reason, user, code } = supervisor.state();
      const who: Text = { zh: `账号 ${user}`, en: `as ${user}` };
      const picture = code === undefined ? undefined : pictureOf(code);
      return {
        name: "wechat",
        ok: is === "ready" || (is === "starting" && isBriefGap(since, at)),
        words: [STATES[is], ...(user === undefined ? [] : [who]), ...(reason === undefined ? [] : [reason])],
        ...(picture === undefined ? {} : { picture }),
      };
    },
  };
}

function gone({ zh, en }: Text): Text {
  return {
    zh: `微信没有登录（${zh}），发往微信的告警暂时送不到。`,
    en: `WeChat is not signed in (${en}): alarms for WeChat do not arrive now.`,
  };
}

const BACK: Text = { zh: "微信已重新登录。", en: "WeChat is signed in again." };
