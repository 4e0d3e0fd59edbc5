/**
 * `GET` and `POST /wecom/callback`: where WeCom tells a self-built application what people say and press. It asks for no
 * token of ours: whoever knocks is known by the signature. https://developer.work.weixin.qq.com/document/path/90238
 */
import type { Context } from "koa";
import { CALLBACK_PATH, type Letter } from "../wecom/app/callback.ts";
import { readXml } from "../wecom/app/callback-xml.ts";
import type { WeComCallback } from "../wecom/app/open-wecom-apps.ts";
import { readText } from "./body.ts";
import type { AddDoors } from "./doors.ts";

/** A message has 2048 bytes at most; sealed and in its envelope it is far below this. */
const LARGEST = 64 * 1024;

/** What is answered: WeCom needs the number alone, and a stranger is told nothing. */
const STATUS = { accepted: 200, later: 503, refused: 403 } as const;

/** The doors, to be added to a router. Where no application has a callback, there is no such address. */
export function weComCallbackDoor(callback: WeComCallback): AddDoors {
  return (router) => {
    router.get(CALLBACK_PATH, async (ctx, next) => {
      if (!callback.isOpen()) return next();
      const letter = letterOf(ctx, onlyOne(ctx.query["echostr"]));
      const echo = letter === undefined ? undefined : callback.verify(letter);
      answer(ctx, echo === undefined ? STATUS.refused : STATUS.accepted, echo ?? "");
    });
    router.post(CALLBACK_PATH, async (ctx, next) => {
      if (!callback.isOpen()) return next();
      const sealed = readXml(await readText(ctx.req, LARGEST))
        ?.get("Encrypt")
        ?.trim();
      const letter = letterOf(ctx, sealed);
      answer(ctx, STATUS[letter === undefined ? "refused" : await callback.receive(letter)], "");
    });
  };
}

function answer(ctx: Context, status: number, body: string): void {
  ctx.status = status;
  ctx.type = "text/plain; charset=utf-8";
  ctx.body = body;
}

function letterOf(ctx: Context, sealed: string | undefined): Letter | undefined {
  const [signature, timestamp, nonce] = ["msg_signature", "timestamp", "nonce"].map((name) =>
    onlyOne(ctx.query[name]),
  );
  if (signature === undefined || timestamp === undefined || nonce === undefined) return undefined;
  return sealed === undefined || sealed === "" ? undefined : { signature, timestamp, nonce, sealed };
}

/** A part of the address that is there twice is not one that WeCom wrote. */
function onlyOne(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && value.length <= LARGEST ? value : undefined;
}
