/**
 * Group robots: a key in an address, and no more. Types, limits and codes of
 * developer.work.weixin.qq.com/document/path/91770. The answer is HTTP 200, whatever it says.
 */
import { createHash } from "node:crypto";
import { problemWith } from "./card-check.ts";
import {
  accepted,
  EMPTY,
  NOT_JSON,
  refused,
  TOO_OFTEN,
  type Verdict,
  WRONG_MEDIA_ID,
  WRONG_PARAMETER,
  WRONG_PICTURE,
  WRONG_ROBOT,
  WRONG_TYPE,
} from "./codes.ts";
import type { Asked, Door } from "./doors.ts";
import { type Dialect, mentionsIn } from "./markdown.ts";
import type { MediaStore } from "./media.ts";
import { createRate, perMinute } from "./rates.ts";
import { type Body, bytesOf, listOf, objectIn, partOf, textOf, textsOf } from "./read.ts";
import { uploaded } from "./uploaded.ts";
import { type Draft, post, type World } from "./world.ts";

export interface Robot {
  readonly key: string;
  /** The chatid of its group. */
  readonly chat: string;
  readonly name: string;
}

const CARDS = { kinds: ["text_notice", "news_notice"], linkButtons: false };
const PICTURE_BYTES = 2 * 1024 * 1024;

/** Written content: in which words it is understood, and how many bytes of it. */
const WRITTEN: Readonly<Record<string, { readonly dialect: Dialect; readonly most: number }>> = {
  text: { dialect: "text", most: 2_048 },
  markdown: { dialect: "robot", most: 4_096 },
  markdown_v2: { dialect: "v2", most: 4_096 },
};

type Content = Omit<Draft, "from"> | Verdict;

/** The doors of all robots. A robot that is taken out of `robots` is gone. */
export function createRobotDoors(
  world: World,
  robots: Map<string, Robot>,
  media: MediaStore,
): readonly Door[] {
  const rate = createRate([perMinute(20)]);

  function send({ query, bytes }: Asked): Verdict {
    const robot = robots.get(query.get("key") ?? "");
    const chat = world.chats.get(robot?.chat ?? "");
    if (robot === undefined || chat === undefined) return refused(WRONG_ROBOT);
    const body = objectIn(bytes.toString());
    if (body === undefined) return refused(NOT_JSON);
    const kind = textOf(body, "msgtype") ?? "";
    const content = contentOf(kind, partOf(body, kind), robot);
    if ("errcode" in content) return content;
    if (!rate.take(robot.key, world.clock.now())) return refused(TOO_OFTEN);
    post(world, chat, { ...content, from: { kind: "robot", id: robot.chat, name: robot.name } });
    return accepted();
  }

  function contentOf(kind: string, part: unknown, robot: Robot): Content {
    if (Object.hasOwn(WRITTEN, kind)) return written(kind, part);
    if (kind === "image") return picture(part);
    if (kind === "news") return news(part);
    if (kind === "template_card") {
      return problemWith(part, CARDS) ?? { kind, card: part as Body };
    }
    if (kind !== "file" && kind !== "voice") return refused(WRONG_TYPE);
    const file = media.find(textOf(part, "media_id") ?? "", world.clock.now());
    // Only the robot that uploaded a file may send it.
    if (file === undefined || file.type !== kind || file.owner !== ownerOf(robot))
      return refused(WRONG_MEDIA_ID);
    return { kind, source: file.name };
  }

  return [
    (asked) =>
      asked.method === "POST" && asked.path === "/cgi-bin/webhook/send" ? { body: send(asked) } : undefined,
    async (asked) => {
      if (asked.method !== "POST" || asked.path !== "/cgi-bin/webhook/upload_media") return undefined;
      const robot = robots.get(asked.query.get("key") ?? "");
      if (robot === undefined) return { body: refused(WRONG_ROBOT) };
      return { body: await uploaded(world, media, asked, ownerOf(robot), ["file", "voice"]) };
    },
  ];
}

const ownerOf = ({ key }: Robot): string => `robot ${key}`;

function written(kind: string, part: unknown): Content {
  const { dialect, most } = WRITTEN[kind] ?? { dialect: "text", most: 0 };
  const source = textOf(part, "content");
  if (source === undefined) return refused(EMPTY);
  if (bytesOf(source) > most) return refused(WRONG_PARAMETER, `${kind}.content exceed max length ${most}`);
  const named = [...textsOf(part, "mentioned_list"), ...textsOf(part, "mentioned_mobile_list")];
  const mentions = kind === "text" ? named : kind === "markdown" ? mentionsIn(source) : [];
  return { kind, dialect, source, mentions };
}

function picture(part: unknown): Content {
  const bytes = Buffer.from(textOf(part, "base64") ?? "", "base64");
  if (bytes.length === 0) return refused(EMPTY);
  if (bytes.length > PICTURE_BYTES) return refused(WRONG_PARAMETER, "image exceed max size");
  const md5 = createHash("md5").update(bytes).digest("hex");
  if (textOf(part, "md5")?.toLowerCase() !== md5) return refused(WRONG_PARAMETER, "image.md5");
  const isJpg = bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]));
  const isPng = bytes.subarray(0, 8).equals(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
  const isDot = isPng && bytes.length >= 24 && bytes.readUInt32BE(16) <= 1 && bytes.readUInt32BE(20) <= 1;
  if ((!isJpg && !isPng) || isDot) return refused(WRONG_PICTURE);
  const type = isPng ? "png" : "jpeg";
  return {
    kind: "image",
    source: "[图片]",
    picture: `data:image/${type};base64,${bytes.toString("base64")}`,
  };
}

function news(part: unknown): Content {
  const articles = listOf(part, "articles");
  if (articles.length < 1 || articles.length > 8) return refused(WRONG_PARAMETER, "news.articles");
  const lines: string[] = [];
  for (const article of articles) {
    const title = textOf(article, "title");
    if (title === undefined || textOf(article, "url") === undefined)
      return refused(WRONG_PARAMETER, "news.articles.title or url missing");
    lines.push(title);
    const description = textOf(article, "description");
    if (description !== undefined) lines.push(description);
  }
  return { kind: "news", source: lines.join("\n") };
}
