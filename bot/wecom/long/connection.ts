/**
 * The long connection of a WeCom bot (智能机器人, developer.work.weixin.qq.com/document/path/101463): what people say
 * and press comes in, messages and the answers to clicks go out. Outbound only: no public address is needed.
 */
import type { Card } from "../../../alerts/card.ts";
import { SendError } from "../../../alerts/channel.ts";
import type { Clock } from "../../../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../../../storage/locale.ts";
import type { Log } from "../../../storage/log.ts";
import type { Heard, Pressed } from "../../chat/heard.ts";
import { incidentOfTask, plainText, type TemplateCard, templateCard } from "../card.ts";
import { NOT_SUBSCRIBED } from "../errcodes.ts";
import { type Click, type ClickedOn, openClicks } from "./clicks.ts";
import { type Client, type MediaKind, makeClient, type Pace } from "./client.ts";
import { acknowledged } from "./exchange.ts";
import { type Chat, chatOf, readEvent, readMessage } from "./frames.ts";
import { afterHeard, afterSubscribed, DEAF_IN_GROUPS, isDeafInGroups, watchGroups } from "./group-watch.ts";
import { cutIntoParts } from "./parts.ts";
import { rememberSeen } from "./seen.ts";
import type { LinkState } from "./state.ts";
import { supervise } from "./supervisor.ts";

export interface LongConnectionOptions {
  readonly botId: string;
  readonly secret: string;
  readonly wsUrl: string;
  /** As people mention it in groups; the wire does not tell it. Without one the first mention is taken to be it. */
  readonly botName?: string;
  readonly locale: Locale;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1. */
  random(): number;
  /** Resolves when it is safe on disk; tried again for a while when it rejects, since the platform will not. */
  hear(message: Heard): Promise<void>;
  /**
   * Resolves as `hear` does. `answer` changes the card that was pressed, for everybody who sees it, and says whether
   * WeCom took that; only once, and within 5 s. Until then the channel's `edit` does the same, and is to be preferred:
   * the courier counts it against the conversation's budget, and does not see what `answer` sends.
   */
  press(press: Pressed, answer: (card: Card) => Promise<boolean>): Promise<void>;
  /** Somebody opens their chat with the bot for the first time today: what greets them, if it comes within 5 s. */
  entered(conversation: string, person: string): Promise<Card | undefined>;
  /** As the platform advises unless told; for tests. */
  readonly pace?: Pace;
}

type Body = Readonly<Record<string, unknown>>;

/** Everything that goes out rejects with a SendError only, an `UnknownOutcome` where it may have arrived. */
export interface LongConnection {
  start(): void;
  /** Resolves when nothing that was heard is still on its way to the disk. */
  stop(): Promise<void>;
  state(): LinkState;
  /** Ends the connection and opens another one at once, also after an eviction. */
  reconnect(): void;
  /** A message by itself; sent again, once, where the subscription turned out to be gone. */
  send(chat: Chat, body: Body, signal: AbortSignal): Promise<void>;
  /** A message as the answer to one that was heard. */
  respond(reqId: string, body: Body, signal: AbortSignal): Promise<void>;
  /** What an answer in this conversation may be given to: the last message there, on this session, of today. */
  replyTo(conversation: string): string | undefined;
  /** A click that waits for its answer. */
  clickOn(on: ClickedOn): Click | undefined;
  /** Changes the card that was pressed. */
  answer(click: Click, card: TemplateCard, signal: AbortSignal): Promise<void>;
  /** Gives the media_id, which is good for three days. */
  upload(kind: MediaKind, filename: string, bytes: Buffer, signal: AbortSignal): Promise<string>;
}

/** WeCom takes answers to a message for 24 h. */
const WINDOW_MS = 23 * 60 * 60_000;
const MOST_WINDOWS = 1_000;
/** WeCom takes a welcome for 5 s. */
const WELCOME_MS = 4_000;
const WELCOME_BYTES = 2_048;
/** An upload is many frames. */
const UPLOAD_MS = 60_000;
/** Waits before what was heard is kept again, where the disk refused. */
const KEEP_AGAIN_MS = [1_000, 5_000, 30_000];

const ADVISED: Pace = { heartbeatMs: 30_000, reconnectMs: 1_000, handshakeMs: 10_000 };

const NOT_KEPT: Text = {
  zh: "这句话没有保存下来，什么都没有做。请检查更夫的数据目录，过一会儿再说一遍。",
  en: "This was not saved, and nothing was done. Check Gengfu's data directory, then say it again.",
};

/** Makes it; nothing is loaded and nothing connects until it is started. */
export function openLongConnection(options: LongConnectionOptions): LongConnection {
  const { botId, secret, wsUrl, botName, locale, clock, log, pace = ADVISED } = options;
  const halt = new AbortController();
  const seen = rememberSeen();
  const clicks = openClicks(clock);
  /** By conversation: the last message, the oldest conversation first. */
  const windows = new Map<string, { readonly reqId: string; readonly at: number }>();
  const underWay = new Set<Promise<void>>();
  let watch = watchGroups(clock.now());
  let isDeaf = false;

  const supervisor = supervise({
    make: () => makeClient({ botId, secret, wsUrl, pace, clock, log }),
    message: onMessage,
    event: onEvent,
    subscribed() {
      clicks.clear();
      windows.clear();
      watch = afterSubscribed(watch, clock.now());
      isDeaf = false;
    },
    clock,
    log,
    random: options.random,
  });

  function onMessage(frame: unknown): void {
    const at = clock.now();
    const spoken = readMessage(frame, at, botName);
    if (spoken === undefined) {
      log.debug({}, "a message of WeCom without text, or without a place, was passed over");
      return;
    }
    const { heard, reqId } = spoken;
    noteHeard(heard.conversation, at);
    openWindow(heard.conversation, reqId, at);
    if (!seen.isNew(heard.id, at)) return;
    keep(heard.id, () => options.hear(heard), reqId);
  }

  function onEvent(frame: unknown): void {
    const at = clock.now();
    const happening = readEvent(frame, at);
    if (happening === undefined || happening.is === "evicted") return;
    if (happening.is === "entered") {
      const { id, conversation, person, reqId } = happening;
      if (seen.isNew(id, at)) follow(welcome(conversation, person, reqId));
      return;
    }
    const { pressed, reqId } = happening;
    const { conversation, card: taskId } = pressed;
    noteHeard(conversation, at);
    if (!seen.isNew(pressed.id, at)) return;
    const click: Click = { reqId, conversation, taskId, incident: incidentOfTask(taskId) };
    clicks.open(click);
    keep(pressed.id, () => options.press(pressed, (card) => answerWith(click, card)));
  }

  function noteHeard(conversation: string, at: number): void {
    watch = afterHeard(watch, chatOf(conversation)?.chat_type === 1 ? "private" : "group", at);
    lookForDeafness(at);
  }

  function lookForDeafness(at: number): void {
    const deaf = isDeafInGroups(watch, at);
    if (deaf && !isDeaf) log.warn({}, "nothing has come from WeCom's groups since the last reconnection");
    isDeaf = deaf;
  }

  function openWindow(conversation: string, reqId: string, at: number): void {
    windows.delete(conversation);
    windows.set(conversation, { reqId, at });
    const [oldest] = windows.keys();
    if (windows.size > MOST_WINDOWS && oldest !== undefined) windows.delete(oldest);
  }

  function follow(work: Promise<void>): void {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  }

  /** Hands on what was heard until it is safe. In the end whoever said it is told that it is not. */
  function keep(id: string, hand: () => Promise<void>, reqId?: string): void {
    const work = async (): Promise<void> => {
      for (let tries = 0; ; tries++) {
        try {
          await hand();
          return;
        } catch (error) {
          const waitMs = KEEP_AGAIN_MS[tries];
          log.error({ err: error, again: waitMs !== undefined }, "what was heard on WeCom could not be kept");
          if (waitMs === undefined || halt.signal.aborted) break;
          await clock.sleep(waitMs, halt.signal);
        }
      }
      seen.forget(id);
      if (reqId !== undefined)
        await tryTo(() => respond(reqId, markdown(inLocale(locale, NOT_KEPT)), halt.signal));
    };
    follow(work());
  }

  async function welcome(conversation: string, person: string, reqId: string): Promise<void> {
    const late = new AbortController();
    const card = await Promise.race([
      options.entered(conversation, person).catch((error: unknown) => {
        log.error({ err: error }, "a welcome could not be drawn");
        return undefined;
      }),
      clock.sleep(WELCOME_MS, late.signal),
    ]);
    late.abort();
    const [content = ""] = cutIntoParts(card === undefined ? "" : plainText(card), WELCOME_BYTES, 1);
    // Text is taken here, and nowhere else.
    const body = { msgtype: "text", text: { content } };
    if (content !== "") await tryTo(() => reply(reqId, body, "aibot_respond_welcome_msg", halt.signal));
  }

  async function answerWith(click: Click, card: Card): Promise<boolean> {
    const drawn = templateCard(card, { taskId: click.taskId, locale });
    return drawn !== undefined && tryTo(() => answer(click, drawn.card, halt.signal));
  }

  /** For what nobody waits for: true when it was taken. */
  async function tryTo(send: () => Promise<void>): Promise<boolean> {
    try {
      await send();
      return true;
    } catch (error) {
      log.warn(
        { code: error instanceof SendError ? error.code : "fault" },
        "an answer on WeCom was not taken",
      );
      return false;
    }
  }

  /** Does it with a client that is ready, and reports a subscription that is gone. */
  async function exchange<T>(
    act: (client: Client) => Promise<T>,
    signal: AbortSignal,
    withinMs?: number,
  ): Promise<T> {
    const client = await supervisor.ready(signal);
    try {
      return await acknowledged(() => act(client), {
        clock,
        signal,
        ...(withinMs === undefined ? {} : { withinMs }),
      });
    } catch (error) {
      if (error instanceof SendError && error.code === NOT_SUBSCRIBED) supervisor.unsubscribed(client);
      throw error;
    }
  }

  async function reply(reqId: string, body: Body, cmd: string, signal: AbortSignal): Promise<void> {
    await exchange((client) => client.reply({ headers: { req_id: reqId } }, body, cmd), signal);
  }

  const respond: LongConnection["respond"] = (reqId, body, signal) =>
    reply(reqId, body, "aibot_respond_msg", signal);

  const answer: LongConnection["answer"] = async (click, card, signal) => {
    if (!clicks.take(click))
      throw new SendError("the click is over", { next: "give-up", code: "click-over" });
    const body = { response_type: "update_template_card", template_card: card };
    await reply(click.reqId, body, "aibot_respond_update_msg", signal);
  };

  return {
    respond,
    answer,
    start: () => supervisor.start(),
    async stop() {
      halt.abort();
      await supervisor.stop();
      clicks.clear();
      await Promise.all(underWay);
    },
    state() {
      lookForDeafness(clock.now());
      const state = supervisor.state();
      return state.is === "ready" && isDeaf ? { ...state, reason: DEAF_IN_GROUPS } : state;
    },
    reconnect: () => supervisor.reconnect(),
    async send({ chatid, chat_type }, body, signal) {
      const act = (client: Client): Promise<unknown> => client.sendMessage(chatid, { chat_type, ...body });
      try {
        await exchange(act, signal);
      } catch (error) {
        // A plain no: nothing was sent, and the connection is being made anew.
        if (!(error instanceof SendError) || error.code !== NOT_SUBSCRIBED) throw error;
        await exchange(act, signal);
      }
    },
    replyTo(conversation) {
      const window = windows.get(conversation);
      return window !== undefined && Math.abs(clock.now() - window.at) < WINDOW_MS ? window.reqId : undefined;
    },
    clickOn: (on) => clicks.find(on),
    async upload(kind, filename, bytes, signal) {
      const about = { type: kind, filename };
      const { media_id } = await exchange((client) => client.uploadMedia(bytes, about), signal, UPLOAD_MS);
      return media_id;
    },
  };
}

function markdown(text: string): Body {
  return { msgtype: "markdown", markdown: { content: text } };
}
