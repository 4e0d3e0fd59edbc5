/**
 * Shaped like DingTalk's custom robot: bodies, signature, answers and codes of
 * https://open.dingtalk.com/document/robots/custom-robot-access. Always HTTP 200, except where nothing could be stored.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { named } from "../../alerts/config-parts.ts";
import { inLocale } from "../../storage/locale.ts";
import type { HookKind } from "./hook.ts";
import { own, textOf } from "./json.ts";
import { patternsSchema } from "./robot/patterns.ts";
import { alertsOf } from "./robot/robot-alert.ts";
import {
  answerRobot,
  type Codes,
  idsIn,
  linkTo,
  missing,
  need,
  objectsIn,
  pictures,
  type ReadType,
  readMessage,
} from "./robot/robot-body.ts";

const options = z.strictObject({
  /** `SEC…`: when there, requests must be signed with it. */
  secret: named.optional(),
  patterns: patternsSchema.prefault({}),
});

/** A signature is good for an hour, before and after. */
const VALID_MS = 3_600_000;

export const dingtalkRobot: HookKind<z.output<typeof options>> = {
  kind: "dingtalk-robot",
  path: "/robot/send",
  tokenIn: "access_token",
  bearer: false,
  summary: {
    zh: "形如钉钉自定义机器人：脚本只改主机名",
    en: "shaped like DingTalk's custom robot: a script changes its host only",
  },
  options,
  check({ timestamp, sign }, { options: { secret } }, at) {
    if (secret === undefined) return undefined;
    const given =
      typeof timestamp === "string" && /^\d{1,16}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
    if (!(Math.abs(given - at) <= VALID_MS))
      return {
        why: "bad-timestamp",
        text: {
          zh: "timestamp 缺少，或与本机时间相差超过 1 小时",
          en: "timestamp is missing, or more than an hour away from the time here",
        },
      };
    const wanted = Buffer.from(signatureOf(String(timestamp), secret));
    const got = Buffer.from(typeof sign === "string" ? sign : "");
    if (got.length === wanted.length && timingSafeEqual(got, wanted)) return undefined;
    return {
      why: "bad-signature",
      text: { zh: "sign 与 secret 不符", en: "sign is not made with the secret of this hook" },
    };
  },
  read: (body, hook, { at }) => alertsOf(readMessage(body, types), hook, at),
  answer: (outcome, locale) => answerRobot(CODES, outcome, locale),
  sample({ options: { secret } }, { at, locale }) {
    const timestamp = String(at);
    const content = inLocale(locale, { zh: "[提示] 入口测试", en: "[info] test of the hook" });
    return {
      ...(secret === undefined ? {} : { query: { timestamp, sign: signatureOf(timestamp, secret) } }),
      body: { msgtype: "text", text: { content } },
    };
  },
};

/** Codes as the platform gives them; where its documents name none, as they were seen from it. */
const CODES: Codes = {
  "no-token": [400101, "access_token is missing"],
  "wrong-token": [300005, "token is not exist"],
  "bad-signature": [310000, "sign not match"],
  "bad-timestamp": [310000, "invalid timestamp"],
  "too-large": [460101],
  "unknown-encoding": [40035],
  "not-json": [40035, "miss param : json"],
  "wrong-shape": [40035],
  "unknown-type": [400105],
  "no-content": [40035],
  "not-saved": [-1, "system busy"],
  "too-many": [410100],
};

function signatureOf(timestamp: string, secret: string): string {
  return createHmac("sha256", secret).update(`${timestamp}\n${secret}`).digest("base64");
}

/** Every type of message, and the mentions beside it. */
const types: Readonly<Record<string, ReadType>> = {
  text: (part, whole) => ({ title: "", text: need(part, "content", "text"), mentions: mentioned(whole) }),
  markdown: (part, whole) => ({
    title: textOf(part, "title"),
    text: need(part, "text", "markdown"),
    mentions: mentioned(whole),
  }),
  link: (part) => ({
    title: need(part, "title", "link"),
    text: textOf(part, "text"),
    links: linkTo(textOf(part, "title"), textOf(part, "messageUrl")),
    images: pictures(textOf(part, "picUrl")),
  }),
  actionCard: (part, whole) => ({
    title: textOf(part, "title"),
    text: need(part, "text", "actionCard"),
    links: [
      ...linkTo(textOf(part, "singleTitle"), textOf(part, "singleURL")),
      ...objectsIn(part, "btns").flatMap((one) => linkTo(textOf(one, "title"), textOf(one, "actionURL"))),
    ],
    mentions: mentioned(whole),
  }),
  feedCard(part) {
    const [first, ...rest] = objectsIn(part, "links");
    if (first === undefined) throw missing("feedCard->links");
    return {
      title: need(first, "title", "feedCard->links"),
      text: rest.map((one) => textOf(one, "title")).join("\n"),
      links: [first, ...rest].flatMap((one) => linkTo(textOf(one, "title"), textOf(one, "messageURL"))),
      images: pictures(textOf(first, "picURL")),
    };
  },
};

function mentioned(whole: unknown): readonly string[] {
  const at = own(whole, "at");
  const all = own(at, "isAtAll");
  return [
    ...(all === true || all === "true" ? ["all"] : []),
    ...idsIn(at, "atMobiles"),
    ...idsIn(at, "atUserIds"),
  ];
}
