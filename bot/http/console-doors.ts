/** The console's doors: say, press, read on. */
import type Router from "@koa/router";
import type { Context } from "koa";
import { z } from "zod";
import { isConversation } from "../console/channel.ts";
import type { Conversations } from "../console/conversations.ts";
import { BOT, toWire } from "../console/message.ts";
import { type Talk, TalkError } from "../console/talk.ts";
import { readJson } from "./body.ts";
import { DoorError } from "./door-error.ts";

/** Longer lines are not even answered by the commands; in UTF-16 units. */
const LONGEST_LINE = 1024 * 1024;

const conversation = z.string().refine(isConversation, "1 to 64 of a-z, 0-9, _ and -");
const user = z
  .string()
  .transform(printable)
  .refine((name) => name !== "" && name.length <= 64, "1 to 64 printable characters")
  .refine((name) => name.toLowerCase() !== BOT, "that is the bot's own name");

const line = z.strictObject({
  conversation,
  user,
  text: z.string().refine((line) => line.length <= LONGEST_LINE, `at most ${LONGEST_LINE} characters`),
});
const click = z.strictObject({
  conversation,
  user,
  card: z.string().max(256),
  action: z.string().max(256),
});

/** Adds `/api/console/messages` and `/api/console/clicks`. */
export function addConsoleDoors(router: Router, deps: { conversations: Conversations; talk: Talk }): void {
  const { conversations, talk } = deps;
  router.post("/api/console/messages", async (ctx) => {
    const { conversation, user, text } = await readJson(ctx, line);
    ctx.body = { replies: await heard(() => talk.line(conversation, user, text)) };
  });
  router.post("/api/console/clicks", async (ctx) => {
    const { conversation, user, card, action } = await readJson(ctx, click);
    ctx.body = { replies: await heard(() => talk.click(conversation, user, card, action)) };
  });
  router.get("/api/console/messages", (ctx) => {
    const { name, after } = whereFrom(ctx);
    ctx.body = { messages: conversations.after(name, after).map(toWire) };
  });
}

/** The conversation and the position a reader asks for. Throws `DoorError` 400. */
export function whereFrom(ctx: Context): { name: string; after: number } {
  const { conversation: name, after = "0" } = ctx.query;
  if (typeof name !== "string" || !isConversation(name))
    throw new DoorError(400, {
      zh: "参数 conversation：1 到 64 个 a-z、0-9、_、-。",
      en: "Parameter conversation: 1 to 64 of a-z, 0-9, _ and -.",
    });
  const last = ctx.get("last-event-id");
  const seq = last === "" ? after : last;
  if (typeof seq !== "string" || !/^\d{1,15}$/.test(seq))
    throw new DoorError(400, {
      zh: "参数 after（或 Last-Event-ID）：一个非负整数。",
      en: "Parameter after (or Last-Event-ID): a whole number, not negative.",
    });
  return { name, after: Number(seq) };
}

/** A name without what is invisible or turns the writing around it (control and format characters). */
function printable(name: string): string {
  return name.replace(/[\p{C}\u2028\u2029]/gu, "").trim();
}

const STATUS = { "not-found": 404, "not-saved": 503, "too-many": 429 } as const;

async function heard<T>(talk: () => Promise<T>): Promise<T> {
  try {
    return await talk();
  } catch (error) {
    if (error instanceof TalkError) throw new DoorError(STATUS[error.why], error.text);
    throw error;
  }
}
