/** The self-built applications of WeCom as a whole: the channel, and who hears what comes to their callback. */
import { createHash } from "node:crypto";
import type { Channel } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import type { Locale } from "../../../storage/locale.ts";
import type { Log } from "../../../storage/log.ts";
import type { Chat } from "../../chat/chat.ts";
import { openClicks } from "../../chat/clicks.ts";
import { openAppApi } from "./api.ts";
import { addressOfPerson, keyOf, type WeComApp, type WeComApps } from "./apps.ts";
import { FRESH_MS, type Letter, openLetter } from "./callback.ts";
import { type CallbackMessage, readMessage } from "./callback-message.ts";
import { type CardChange, weComAppChannel } from "./channel.ts";
import { openResponseCodes } from "./response-codes.ts";
import { placeOfTask } from "./task.ts";

export interface WeComAppsOptions {
  /** Those of the file that is in force. */
  find(): WeComApps;
  readonly clock: Clock;
  readonly log: Log;
  readonly locale: Locale;
}

export interface OpenedWeComApps extends WeComCallback {
  readonly channel: Channel;
  /** Begins to listen; before that nothing that comes to the callback is accepted. */
  start(chat: Pick<Chat, "hear" | "press">): void;
}

/** What the door does with what knocks. */
export interface WeComCallback {
  /** Whether any application has one. */
  isOpen(): boolean;
  /** The visit by which WeCom makes sure of the address: what to answer with; undefined for a stranger. */
  verify(letter: Letter): string | undefined;
  /**
   * Takes a letter. `accepted`: what it says is safe, or is carried out; `later`: not yet, and it may come again;
   * `refused`: it is none of ours.
   */
  receive(letter: Letter): Promise<"accepted" | "later" | "refused">;
}

/** WeCom waits 5 s for an answer and asks again, three times in all. */
const ANSWER_MS = 4_000;
/** So many letters are remembered, so that a copy of one does nothing. */
const MOST_REMEMBERED = 10_000;

/** It is logged once in so many milliseconds that letters are refused. */
const COMPLAIN_MS = 60_000;

type Taken = Promise<"accepted" | "later">;

export function openWeComApps({ find, clock, log, locale }: WeComAppsOptions): OpenedWeComApps {
  const api = openAppApi(clock);
  const codes = openResponseCodes(clock);
  const clicks = openClicks<CardChange>();
  const known = new Map<string, { readonly at: number; readonly taken: Taken }>();
  let complainedAt: number | undefined;
  let hearing: Pick<Chat, "hear" | "press"> | undefined;

  /** The first application that can open it and that `read` finds it meant for. */
  function opened<T>(
    letter: Letter,
    read: (text: string, app: WeComApp, address: string) => T | undefined,
  ): T | undefined {
    const tried = new Set<string>();
    let why = "signature";
    for (const [address, app] of find()) {
      if (app.callback === undefined || tried.has(keyOf(app))) continue;
      tried.add(keyOf(app));
      const found = openLetter(letter, { ...app.callback, corpId: app.corpId }, clock.now());
      if (found.is === "refused") {
        if (found.why !== "signature") why = found.why;
        continue;
      }
      const meant = read(found.text, app, address);
      if (meant !== undefined) return meant;
      why = "content";
    }
    complain(why);
    return undefined;
  }

  /** Anybody can knock, and should fill no log. */
  function complain(why: string): void {
    const at = clock.now();
    if (complainedAt !== undefined && Math.abs(at - complainedAt) < COMPLAIN_MS) return;
    complainedAt = at;
    log.warn({ why }, "a letter to the WeCom callback was refused");
  }

  function messageIn(letter: Letter): CallbackMessage | undefined {
    return opened(letter, (text, { corpId, agentId }, address) =>
      readMessage(text, {
        corpId,
        agentId,
        conversationOf: (user) => addressOfPerson(address, user),
        placeOf: (task, user) =>
          placeOfTask(task, [
            ...find().keys(),
            ...[...find().keys()].map((target) => addressOfPerson(target, user)),
          ]),
      }),
    );
  }

  async function act(message: CallbackMessage): Taken {
    if (message.is === "other") return "accepted";
    if (hearing === undefined) return "later";
    try {
      if (message.is === "heard") await hearing.hear(message.heard);
      else {
        if (message.code !== undefined) codes.note(message.pressed.card, message.code);
        const { card } = message.pressed;
        await hearing.press(
          message.pressed,
          clicks.open(card, (change) => change()),
        );
      }
      return "accepted";
    } catch (err) {
      log.error({ err }, "what came to the WeCom callback could not be taken");
      return "later";
    }
  }

  function remember(key: string, taken: Taken): void {
    const at = clock.now();
    known.set(key, { at, taken });
    for (const [old, { at: since }] of known) {
      // Older ones are refused as stale; a moment in the future was before the clock was put back.
      if (known.size <= MOST_REMEMBERED && Math.abs(at - since) <= 2 * FRESH_MS) break;
      known.delete(old);
    }
  }

  return {
    channel: weComAppChannel({ find, api, codes, clicks, clock, locale }),
    start(chat) {
      hearing = chat;
    },
    isOpen: () => [...find().values()].some(({ callback }) => callback !== undefined),
    // What people say is signed in the same way: it is not given out in the clear to whoever copied it.
    verify: (letter) => opened(letter, (text) => (/^[\w+/=.-]{1,256}$/.test(text) ? text : undefined)),
    async receive(letter) {
      // Random bytes are sealed in, so no two letters are the same.
      const key = createHash("sha256").update(letter.sealed).digest("base64url");
      const before = known.get(key);
      let taken = before?.taken;
      if (taken === undefined) {
        const message = messageIn(letter);
        if (message === undefined) return "refused";
        taken = act(message);
        remember(key, taken);
        // What was not taken may come again.
        void taken.then((how) => {
          if (how === "later") known.delete(key);
        });
      }
      const done = new AbortController();
      const late = clock.sleep(ANSWER_MS, done.signal).then(() => "later" as const);
      const how = await Promise.race([taken, late]);
      done.abort();
      return how;
    },
  };
}
