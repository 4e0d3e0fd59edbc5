/**
 * The doors that come with a message: the address by which it may be answered without a connection (once, within an
 * hour; developer.work.weixin.qq.com/document/path/101138), and the pictures and files in it (five minutes).
 */
import { refused, WRONG_PARAMETER, WRONG_RESPONSE_CODE, WRONG_TYPE } from "./codes.ts";
import type { Door } from "./doors.ts";
import type { LongMessages } from "./long-messages.ts";
import type { Told } from "./long-session.ts";
import type { MediaStore } from "./media.ts";
import { objectIn, textOf } from "./read.ts";
import type { World } from "./world.ts";

const ANSWER_MS = 3_600_000;
const MEDIA_MS = 5 * 60_000;

export interface AnswerDoors {
  readonly doors: readonly Door[];
  responseUrl(told: Told): string;
}

export function createAnswerDoors(
  world: World,
  options: { readonly base: () => string; readonly media: MediaStore; readonly messages: LongMessages },
): AnswerDoors {
  const { base, media, messages } = options;
  const open = new Map<string, Told>();
  return {
    responseUrl(told) {
      const code = world.letters(40);
      open.set(code, told);
      return `${base()}/cgi-bin/aibot/response?response_code=${code}`;
    },
    doors: [
      ({ method, path, query, bytes }) => {
        if (method !== "POST" || path !== "/cgi-bin/aibot/response") return undefined;
        const code = query.get("response_code") ?? "";
        const told = open.get(code);
        if (told === undefined || world.clock.now() - told.at > ANSWER_MS)
          return { body: refused(WRONG_RESPONSE_CODE) };
        const body = objectIn(bytes.toString());
        if (body === undefined) return { body: refused(WRONG_PARAMETER) };
        if (!["markdown", "template_card"].includes(textOf(body, "msgtype") ?? ""))
          return { body: refused(WRONG_TYPE) };
        const verdict = messages.replyTo(told, body);
        if (verdict.errcode === 0) open.delete(code);
        return { body: verdict };
      },
      ({ method, path }) => {
        const found = method === "GET" ? media.all.get(path.replace(/^\/media\//, "")) : undefined;
        if (found === undefined || found.owner !== "people") return undefined;
        if (world.clock.now() - found.at > MEDIA_MS) return { status: 403, body: "expired" };
        return { type: "application/octet-stream", body: found.bytes };
      },
    ],
  };
}
