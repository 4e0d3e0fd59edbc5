/**
 * Shaped like WeCom's group robot: bodies, answers and codes of https://developer.work.weixin.qq.com/document/path/91770.
 * Always HTTP 200, except where nothing could be stored.
 */
import { z } from "zod";
import { inLocale } from "../../storage/locale.ts";
import type { HookKind } from "./hook.ts";
import { own, textOf } from "./json.ts";
import { patternsSchema } from "./robot/patterns.ts";
import { alertsOf, type RobotMessage } from "./robot/robot-alert.ts";
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

const options = z.strictObject({ patterns: patternsSchema.prefault({}) });

export const wecomRobot: HookKind<z.output<typeof options>> = {
  kind: "wecom-robot",
  path: "/cgi-bin/webhook/send",
  tokenIn: "key",
  bearer: false,
  summary: {
    zh: "形如企业微信群机器人：脚本只改主机名",
    en: "shaped like WeCom's group robot: a script changes its host only",
  },
  options,
  read: (body, hook, { at }) => alertsOf(readMessage(body, types), hook, at),
  answer: (outcome, locale) => answerRobot(CODES, outcome, locale),
  sample: (_hook, { locale }) => ({
    body: {
      msgtype: "text",
      text: { content: inLocale(locale, { zh: "[提示] 入口测试", en: "[info] test of the hook" }) },
    },
  }),
};

/** Codes of https://developer.work.weixin.qq.com/document/path/90313. */
const CODES: Codes = {
  "no-token": [93000, "invalid webhook url"],
  "wrong-token": [93000, "invalid webhook url"],
  "bad-signature": [93000],
  "bad-timestamp": [93000],
  "too-large": [45002],
  "unknown-encoding": [47001],
  "not-json": [47001],
  "wrong-shape": [40058],
  "unknown-type": [40008],
  "no-content": [44004],
  "not-saved": [-1, "system busy"],
  "too-many": [45009],
};

/** Every type of message. */
const types: Readonly<Record<string, ReadType>> = {
  text: (part) => ({
    title: "",
    text: need(part, "content", "text"),
    mentions: [...idsIn(part, "mentioned_list"), ...idsIn(part, "mentioned_mobile_list")].map(bare),
  }),
  markdown: (part) => ({ title: "", text: need(part, "content", "markdown") }),
  markdown_v2: (part) => ({ title: "", text: need(part, "content", "markdown_v2") }),
  image(part) {
    const base64 = need(part, "base64", "image");
    const md5 = textOf(part, "md5").slice(0, 64);
    return { title: `图片 image ${md5}`, text: `${Math.floor((base64.length * 3) / 4)} bytes` };
  },
  news(part) {
    const [first, ...rest] = objectsIn(part, "articles");
    if (first === undefined) throw missing("news->articles");
    return {
      title: need(first, "title", "news->articles"),
      text: [textOf(first, "description"), ...rest.map((one) => textOf(one, "title"))].join("\n"),
      links: [first, ...rest].flatMap((one) => linkTo(textOf(one, "title"), textOf(one, "url"))),
      images: pictures(textOf(first, "picurl")),
    };
  },
  file: (part) => ({ title: "文件 file", text: need(part, "media_id", "file") }),
  voice: (part) => ({ title: "语音 voice", text: need(part, "media_id", "voice") }),
  template_card: templateCard,
};

/** `text_notice` and `news_notice`: the fields of both, as far as they are there. */
function templateCard(part: unknown): RobotMessage {
  const main = own(part, "main_title");
  const title = [textOf(main, "title"), textOf(part, "sub_title_text"), textOf(main, "desc")].find(
    (one) => one.trim() !== "",
  );
  if (title === undefined) throw missing("template_card->main_title->title");
  const emphasis = own(part, "emphasis_content");
  const quote = own(part, "quote_area");
  const lines = [
    textOf(main, "desc"),
    pair(textOf(emphasis, "desc"), textOf(emphasis, "title")),
    textOf(part, "sub_title_text"),
    pair(textOf(quote, "title"), textOf(quote, "quote_text")),
    ...objectsIn(part, "horizontal_content_list").map((one) =>
      pair(textOf(one, "keyname"), textOf(one, "value")),
    ),
    ...objectsIn(part, "vertical_content_list").map((one) => pair(textOf(one, "title"), textOf(one, "desc"))),
  ];
  return {
    title,
    text: lines.filter((line) => line !== "" && line !== title).join("\n"),
    links: [
      ...linkTo("", textOf(own(part, "card_action"), "url")),
      ...linkTo(textOf(quote, "title"), textOf(quote, "url")),
      ...objectsIn(part, "jump_list").flatMap((one) => linkTo(textOf(one, "title"), textOf(one, "url"))),
      ...objectsIn(part, "horizontal_content_list").flatMap((one) =>
        linkTo(textOf(one, "keyname"), textOf(one, "url")),
      ),
    ],
    images: pictures(textOf(own(part, "card_image"), "url")),
  };
}

function pair(name: string, value: string): string {
  return name === "" || value === "" ? name + value : `${name}: ${value}`;
}

/** `@all` stands in its lists with the sign. */
function bare(id: string): string {
  return id.replace(/^@/, "");
}
