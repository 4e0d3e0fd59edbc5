/**
 * WeCom's groups and people as a way out, over the long connection. Incidents are cards with buttons; everything else
 * is markdown, since a card holds only a few words. Nothing can be changed later but in the 5 s after somebody pressed
 * a button: then `edit` answers the click, and at any other time it gives up, and a new message follows.
 *
 * The courier counts one message per delivery against the 30 a minute that a conversation has. What it does not see:
 * the further parts of a long text, the detail that follows a cut card, the markdown that stands in for a refused card,
 * and what the connection says by itself (a direct answer to a click, a welcome). They are rare; where they are too many,
 * WeCom says 45009, and what waits is said a minute later.
 */
import { createHash } from "node:crypto";
import type { Card } from "../../alerts/card.ts";
import { type Attempt, type Channel, type Receipt, SendError } from "../../alerts/channel.ts";
import { escapeMarkdown } from "../../alerts/words.ts";
import type { Clock } from "../../storage/clock.ts";
import { inLocale, type Locale, type Text } from "../../storage/locale.ts";
import type { Log } from "../../storage/log.ts";
import { taskIdOf, templateCard } from "./card.ts";
import { refusesTheAnswer, refusesTheCard, UnknownOutcome } from "./errcodes.ts";
import type { Click } from "./long/clicks.ts";
import type { LongConnection } from "./long/connection.ts";
import { type Chat, chatOf } from "./long/frames.ts";
import { cutIntoParts } from "./long/parts.ts";
import { weComMarkdown } from "./markdown.ts";
import { pictureIn } from "./picture.ts";

export interface WeComChannelDeps {
  readonly connection: Pick<LongConnection, "send" | "respond" | "replyTo" | "clickOn" | "answer" | "upload">;
  readonly locale: Locale;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ x < 1, for the ids of cards. */
  random(): number;
}

export interface WeComChannel extends Channel {
  /** Whether `edit` would have a click to answer now: at all other times what it says is a message of its own. */
  canEdit(receipt: Receipt): boolean;
}

/** WeCom's limit for one markdown message (document/path/101463), less what is put before a part. */
const PART_BYTES = 20_480 - 200;
/** What is longer than so many messages is cut: nobody reads on, and they count against 30 a minute. */
const MOST_PARTS = 4;
/** Parts end where lines do, so that they are not quite full. */
const WHOLE_BYTES = (MOST_PARTS - 0.5) * PART_BYTES;
/** Deliveries under way that are remembered. */
const MOST_REMEMBERED = 1_000;

const REPEAT: Text = { zh: "（可能是重复发送）", en: "(may be a repeat)" };
const SAY: Text = { zh: "可以说：", en: "You can say:" };

/** How far a delivery came before it was refused. */
interface Progress {
  /** Which text that was, as a digest: it may be long. */
  readonly text: string;
  /** Parts that arrived. */
  readonly sent: number;
  /** Nobody knows whether the next one did. */
  readonly unsure: boolean;
}

const NOTHING_YET: Progress = { text: "", sent: 0, unsure: false };

export function weComChannel({ connection, locale, clock, log, random }: WeComChannelDeps): WeComChannel {
  const progress = new Map<string, Progress>();

  function remember(deliveryId: string, how: Progress): void {
    progress.delete(deliveryId);
    progress.set(deliveryId, how);
    const [oldest] = progress.keys();
    if (progress.size > MOST_REMEMBERED && oldest !== undefined) progress.delete(oldest);
  }

  /** Runs `send`, and remembers when nobody knows what became of it. */
  async function watched(deliveryId: string, before: Progress, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (error instanceof UnknownOutcome) remember(deliveryId, { ...before, unsure: true });
      throw error;
    }
  }

  async function postCard(chat: Chat, card: Card, attempt: Attempt): Promise<string | undefined> {
    const { deliveryId, signal } = attempt;
    const before = progress.get(deliveryId) ?? NOTHING_YET;
    const taskId = taskIdOf(card, clock.now(), random());
    const drawn = templateCard(card, { taskId, locale, mayBeRepeat: before.unsure });
    // A part of it arrived as markdown already.
    if (drawn === undefined || before.sent > 0) return undefined;
    try {
      const body = { msgtype: "template_card", template_card: drawn.card };
      await watched(deliveryId, before, () => connection.send(chat, body, signal));
    } catch (error) {
      if (!(error instanceof SendError) || !refusesTheCard(error)) throw error;
      log.warn({ delivery: deliveryId, code: error.code }, "WeCom refused a card; it is sent as markdown");
      return undefined;
    }
    // Where the card has a button that shows all of it, nobody needs a second message.
    if (drawn.isCut && !(card.actions ?? []).some(({ id }) => id === "show"))
      await addDetail(chat, card, attempt);
    return taskId;
  }

  /** The card is there; that its detail is not must not bring it a second time. */
  async function addDetail(chat: Chat, card: Card, { deliveryId, signal }: Attempt): Promise<void> {
    try {
      for (const part of partsOf(card)) await connection.send(chat, markdown(part), signal);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      log.warn({ delivery: deliveryId, code: error.code }, "WeCom refused the detail of a card");
    }
  }

  async function postText(conversation: string, chat: Chat, card: Card, attempt: Attempt): Promise<void> {
    const { deliveryId, signal } = attempt;
    const parts = partsOf(card);
    const text = createHash("sha256").update(parts.join("")).digest("base64");
    const known = progress.get(deliveryId) ?? NOTHING_YET;
    // What it says has changed meanwhile: from the beginning.
    const before = known.text === text || known.text === "" ? known : { ...known, sent: 0 };
    for (let i = before.sent; i < parts.length; i++) {
      const unsure = before.unsure && i === before.sent;
      const marks = [unsure ? inLocale(locale, REPEAT) : "", i > 0 ? `(${i + 1}/${parts.length})` : ""].join(
        "",
      );
      const body = markdown(marks === "" ? (parts[i] ?? "") : `${marks}\n\n${parts[i] ?? ""}`);
      const reqId = card.kind === "reply" ? connection.replyTo(conversation) : undefined;
      await watched(deliveryId, { text, sent: i, unsure }, () => say(chat, body, reqId, signal));
      remember(deliveryId, { text, sent: i + 1, unsure: false });
    }
  }

  /** The words are there: that the picture is not must not bring them a second time. */
  async function addPicture(
    conversation: string,
    chat: Chat,
    card: Card,
    { deliveryId, signal }: Attempt,
  ): Promise<void> {
    const bytes = card.kind === "reply" ? pictureIn(card.image) : undefined;
    if (bytes === undefined) return;
    try {
      const media_id = await connection.upload("image", "chart.png", bytes, signal);
      const body = { msgtype: "image", image: { media_id } };
      await say(chat, body, connection.replyTo(conversation), signal);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      log.warn({ delivery: deliveryId, code: error.code }, "WeCom did not take a picture");
    }
  }

  /** As the answer to what was said, where that can be; by itself where it cannot any more. */
  async function say(
    chat: Chat,
    body: Readonly<Record<string, unknown>>,
    reqId: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (reqId !== undefined)
      try {
        return await connection.respond(reqId, body, signal);
      } catch (error) {
        const isVoid =
          error instanceof SendError && (refusesTheAnswer(error) || error.code === "not-connected");
        if (!isVoid) throw error;
      }
    await connection.send(chat, body, signal);
  }

  /** The messages that a card makes; what would be its buttons are lines that people can type. */
  function partsOf(card: Card): readonly string[] {
    const colon = inLocale(locale, { zh: "：", en: ": " });
    const lines = (card.actions ?? []).map(
      ({ label, command }) => `- ${escapeMarkdown(label)}${colon}${codeOf(command)}`,
    );
    const hints: Card = { kind: "text", text: [inLocale(locale, SAY), "", ...lines].join("\n") };
    const written = (lines.length === 0 ? [card] : [card, hints]).map((one) =>
      weComMarkdown(one, { maxBytes: WHOLE_BYTES, dialect: "v2", locale }),
    );
    return cutIntoParts(written.filter(Boolean).join("\n\n"), PART_BYTES, MOST_PARTS);
  }

  function clickFor(receipt: Receipt): Click | undefined {
    const { conversation = "", task = "", incident } = receipt;
    return connection.clickOn({
      conversation,
      taskId: task,
      incident: incident === undefined ? undefined : Number(incident),
    });
  }

  return {
    canEdit: (receipt) => clickFor(receipt) !== undefined,
    async post(conversation, card, attempt) {
      const chat = chatOf(conversation);
      if (chat === undefined)
        throw new SendError("this is no address of WeCom", { next: "give-up", code: "no-such-conversation" });
      let task: string | undefined;
      try {
        task = card.kind === "incident" ? await postCard(chat, card, attempt) : undefined;
        if (task === undefined) {
          await postText(conversation, chat, card, attempt);
          await addPicture(conversation, chat, card, attempt);
        }
        progress.delete(attempt.deliveryId);
      } catch (error) {
        // What is said of it later is something else.
        if (error instanceof SendError && error.next === "give-up") progress.delete(attempt.deliveryId);
        throw error;
      }
      return {
        conversation,
        ...(task === undefined ? {} : { task }),
        ...(card.incident === undefined ? {} : { incident: String(card.incident) }),
      };
    },
    async edit(receipt, card, { signal }) {
      const click = clickFor(receipt);
      if (click === undefined)
        throw new SendError("WeCom changes a card only in answer to a click", {
          next: "give-up",
          code: "no-click",
        });
      const drawn = templateCard(card, { taskId: click.taskId, locale });
      if (drawn === undefined)
        throw new SendError("this cannot be a card of WeCom", { next: "give-up", code: "no-card" });
      try {
        await connection.answer(click, drawn.card, signal);
      } catch (error) {
        if (!(error instanceof SendError) || signal.aborted) throw error;
        // A click is answered once: another attempt would have nothing to answer.
        throw new SendError(error.message, { next: "give-up", code: error.code });
      }
      return { ...receipt, task: click.taskId };
    },
  };
}

function markdown(content: string): Readonly<Record<string, unknown>> {
  return { msgtype: "markdown", markdown: { content } };
}

/** Code in our markdown; a command may hold backticks itself. */
function codeOf(command: string): string {
  const longest = Math.max(0, ...[...command.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `\`${command}\`` : `${fence} ${command} ${fence}`;
}
