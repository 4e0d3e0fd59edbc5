/** The kinds of plain messages: what has to be in them, and what people see of them. */
import { isObject, textOf } from "./http.ts";
import type { Button, Message } from "./world.ts";

/** What people see of a message. */
export type Content = Pick<Message, "kind" | "title" | "text" | "picture" | "buttons">;

/** The content, or which field is missing or wrong. */
export type Reading = { readonly content: Content } | { readonly wrong: string };

type Fields = Readonly<Record<string, unknown>>;
type Read = (fields: Fields) => Content;

interface Kind {
  /** Fields that must be there and be strings that say something. */
  readonly needs: readonly string[];
  readonly read: Read;
}

const text = (fields: Fields, name: string): string => textOf(fields[name]) ?? "";

const markdown: Read = (fields) => ({
  kind: "markdown",
  title: text(fields, "title"),
  text: text(fields, "text"),
  buttons: linksOf(text(fields, "text")),
});

const link: Read = (fields) => ({
  kind: "link",
  title: text(fields, "title"),
  text: text(fields, "text"),
  ...(textOf(fields["picUrl"]) === undefined ? {} : { picture: text(fields, "picUrl") }),
  buttons: [{ id: "0", text: text(fields, "title"), url: text(fields, "messageUrl") }],
});

function actionCard(pairs: readonly (readonly [title: string, url: string])[]): Read {
  return (fields) => ({
    kind: "actionCard",
    title: text(fields, "title"),
    text: text(fields, "text"),
    buttons: [
      ...pairs.map(([title, url], index) => ({
        id: String(index),
        text: text(fields, title),
        url: text(fields, url),
      })),
      ...linksOf(text(fields, "text")),
    ],
  });
}

const numbered = (count: number): (readonly [string, string])[] =>
  Array.from({ length: count }, (_, index) => [`actionTitle${index + 1}`, `actionURL${index + 1}`]);

function manyButtons(pairs: readonly (readonly [string, string])[]): Kind {
  return { needs: ["title", "text", ...pairs.flat()], read: actionCard(pairs) };
}

const file =
  (name: string): Read =>
  (fields) => ({ kind: "file", text: `[${name}]${text(fields, "fileName")}`, buttons: [] });

/** `msgKey` of the app robot → what `msgParam` must have. Source: KB 0699. */
const MSG_KEYS: Readonly<Record<string, Kind>> = {
  sampleText: {
    needs: ["content"],
    read: (fields) => ({ kind: "text", text: text(fields, "content"), buttons: [] }),
  },
  sampleMarkdown: { needs: ["title", "text"], read: markdown },
  sampleImageMsg: {
    needs: ["photoURL"],
    read: (fields) => ({ kind: "image", text: "[图片]", picture: text(fields, "photoURL"), buttons: [] }),
  },
  sampleLink: { needs: ["text", "title", "messageUrl"], read: link },
  sampleActionCard: {
    needs: ["title", "text", "singleTitle", "singleURL"],
    read: actionCard([["singleTitle", "singleURL"]]),
  },
  sampleActionCard2: manyButtons(numbered(2)),
  sampleActionCard3: manyButtons(numbered(3)),
  sampleActionCard4: manyButtons(numbered(4)),
  sampleActionCard5: manyButtons(numbered(5)),
  sampleActionCard6: manyButtons([
    ["buttonTitle1", "buttonUrl1"],
    ["buttonTitle2", "buttonUrl2"],
  ]),
  sampleAudio: { needs: ["mediaId", "duration"], read: file("语音") },
  sampleFile: { needs: ["mediaId", "fileName", "fileType"], read: file("文件") },
  sampleVideo: { needs: ["duration", "videoMediaId", "videoType", "picMediaId"], read: file("视频") },
};

export function isMsgKey(msgKey: string): boolean {
  return Object.hasOwn(MSG_KEYS, msgKey);
}

/** Reads the `msgParam` of an app robot's message. */
export function readMsgParam(msgKey: string, param: Fields): Reading {
  return readAs(MSG_KEYS[msgKey], param);
}

/** `msgtype` of a custom robot → what the object of that name must have. Source: KB 0082, 0699. */
const MSG_TYPES: Readonly<Record<string, Kind>> = {
  text: {
    needs: ["content"],
    read: (fields) => ({ kind: "text", text: text(fields, "content"), buttons: [] }),
  },
  markdown: { needs: ["title", "text"], read: markdown },
  link: { needs: ["title", "text", "messageUrl"], read: link },
};

/** Reads the body of a custom robot's message; undefined for an unknown `msgtype`. */
export function readRobotBody(body: Fields): Reading | undefined {
  const type = String(body["msgtype"]);
  const inner = body[type];
  const fields = isObject(inner) ? inner : {};
  if (type === "actionCard") return readActionCard(fields);
  if (type === "feedCard") return readFeedCard(fields);
  const kind = Object.hasOwn(MSG_TYPES, type) ? MSG_TYPES[type] : undefined;
  return kind === undefined ? undefined : readAs(kind, fields);
}

function readAs(kind: Kind | undefined, fields: Fields): Reading {
  if (kind === undefined) return { wrong: "msgKey" };
  const missing = kind.needs.find((name) => textOf(fields[name]) === undefined);
  return missing === undefined ? { content: kind.read(fields) } : { wrong: missing };
}

function readActionCard(fields: Fields): Reading {
  if (fields["btns"] === undefined) return readAs(MSG_KEYS["sampleActionCard"], fields);
  const missing = ["title", "text"].find((name) => textOf(fields[name]) === undefined);
  if (missing !== undefined) return { wrong: missing };
  const buttons = listOf(fields["btns"]).map((button, index) => ({
    id: String(index),
    text: text(button, "title"),
    url: text(button, "actionURL"),
  }));
  if (buttons.length === 0 || buttons.some((button) => button.text === "" || button.url === ""))
    return { wrong: "btns" };
  const card = { kind: "actionCard", title: text(fields, "title"), text: text(fields, "text") };
  return { content: { ...card, buttons: [...buttons, ...linksOf(card.text)] } };
}

function readFeedCard(fields: Fields): Reading {
  const links = listOf(fields["links"]);
  const needs = ["title", "messageURL", "picURL"];
  if (links.length === 0 || links.some((one) => needs.some((name) => textOf(one[name]) === undefined)))
    return { wrong: "links" };
  return {
    content: {
      kind: "feedCard",
      title: text(links[0] ?? {}, "title"),
      text: links.map((one) => text(one, "title")).join("\n"),
      buttons: links.map((one, index) => ({
        id: String(index),
        text: text(one, "title"),
        url: text(one, "messageURL"),
      })),
    },
  };
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The links within markdown can be pressed as well. */
function linksOf(source: string): readonly Button[] {
  return [...source.matchAll(/(?<!!)\[([^\]\n]+)\]\(([^)\s]+)\)/g)].map(([, label = "", url = ""]) => ({
    id: label,
    text: label,
    url,
  }));
}

/** The text that pressing a link posts: `dtmd://dingtalkclient/sendMessage?content=…`; undefined for other links. */
export function dtmdText(url: string): string | undefined {
  if (!url.startsWith("dtmd://dingtalkclient/sendMessage?")) return undefined;
  return new URLSearchParams(url.slice(url.indexOf("?") + 1)).get("content") ?? undefined;
}
