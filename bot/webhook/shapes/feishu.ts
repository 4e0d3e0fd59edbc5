/**
 * Custom robots of Feishu (and Lark) groups: a card with a coloured head and markdown below it.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
import { createHmac } from "node:crypto";
import type { Card } from "../../../alerts/card.ts";
import { SendError } from "../../../alerts/channel.ts";
import { markOf, notificationLine } from "../../chat/card-lines.ts";
import { type Dialect, PLAIN } from "../../chat/lines.ts";
import { RobotRefusal, type Verdict, type Verdicts } from "../../robots/answer.ts";
import { checkAnswer } from "../answer.ts";
import { contentOf } from "./content.ts";
import type { Shape } from "./shape.ts";

/** A request may have 20 kB; what the JSON around the text takes is far less than the rest. */
const MOST_BYTES = 16_000;

export const feishu: Shape = {
  called: "Feishu",
  // 100 a minute and 5 a second.
  allowed: { messages: 100, perMs: 60_000 },
  yes: "code 0",
  signs: true,
  body: ({ card, mentions, secret, at, locale }) => ({
    ...(secret === undefined ? {} : signature(secret, at)),
    msg_type: "interactive",
    card: {
      config: { wide_screen_mode: true },
      header: {
        template: colourOf(card),
        title: {
          tag: "plain_text",
          content: [markOf(card), notificationLine(card, locale)].filter(Boolean).join(" "),
        },
      },
      elements: [
        {
          tag: "markdown",
          content: contentOf(card, DIALECT, { most: MOST_BYTES, measure: jsonBytes, locale }),
        },
        ...(mentions.length === 0 ? [] : [{ tag: "markdown", content: mentions.map(atTag).join(" ") }]),
      ],
    },
  }),
  check(answer, now) {
    checkAnswer({ ...answer, body: "" }, now);
    const code = codeOf(answer.body);
    if (code === 0) return;
    if (code === undefined)
      throw new SendError("the answer is not one of Feishu's", { next: "retry", code: "none" });
    const name = String(code);
    throw new RobotRefusal(name, Object.hasOwn(VERDICTS, name) ? (VERDICTS[name] ?? UNKNOWN) : UNKNOWN);
  },
};

const OUT_OF_ORDER: Verdict = { next: "give-up", whose: "robot" };
const UNKNOWN: Verdict = { next: "retry", whose: "robot" };

/** From the page above. A code that is not there is tried again: nothing says "never". */
const VERDICTS: Verdicts = {
  /** The body is malformed. */
  9499: { next: "give-up", whose: "message" },
  /** The address is wrong; the signature or its time; the caller's address; the keyword. */
  19001: OUT_OF_ORDER,
  19021: OUT_OF_ORDER,
  19022: OUT_OF_ORDER,
  19024: OUT_OF_ORDER,
  /** More than 100 a minute or 5 a second; whole and half hours are busy. */
  11232: { next: "wait", whose: "robot", waitMs: 10_000 },
};

/** `timestamp` in seconds, line break, secret: together they are the key of an HMAC-SHA256 over nothing. */
function signature(secret: string, at: number): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(at / 1_000));
  return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64") };
}

/** As JSON writes it. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function colourOf({ severity, status }: Card): string {
  if (status === "resolved") return "green";
  if (status !== undefined && status !== "firing") return "grey";
  return severity === "critical" ? "red" : severity === "warning" ? "orange" : "blue";
}

/** `all`, or an id of a person (`ou_…`). */
function atTag(id: string): string {
  return `<at id=${id.replace(/[^\w-]/g, "")}></at>`;
}

/** What would format is written as the number of its sign, which is how Feishu wants it escaped. */
const DIALECT: Dialect = {
  escape: (text) => text.replace(/[&<>*_~`[\]()#!|\\-]/g, (sign) => `&#${sign.charCodeAt(0)};`),
  bold: (text) => `**${text}**`,
  italic: (text) => `*${text}*`,
  code: (text) => DIALECT.escape(text, false),
  link: (text, url) => `[${text}](${url})`,
  headingMark: "",
  itemMark: PLAIN.itemMark,
  quoteMark: "",
  blocks: false,
  between: () => "\n",
};

/** `{"code":0,…}`; older robots answer `{"StatusCode":0,…}`. */
function codeOf(body: string): number | undefined {
  try {
    const read: unknown = JSON.parse(body);
    if (typeof read !== "object" || read === null) return undefined;
    const { code, StatusCode } = read as Readonly<Record<string, unknown>>;
    const found = code ?? StatusCode;
    return typeof found === "number" ? found : undefined;
  } catch {
    return undefined;
  }
}
