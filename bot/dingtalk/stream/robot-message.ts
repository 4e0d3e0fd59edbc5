/** Messages to the robot: topic `/v1.0/im/bot/messages/get` (open.dingtalk.com, "robot receive message"). */
import { z } from "zod";
import {
  anId,
  type Frame,
  isMalformed,
  LONGEST_ID,
  type Malformed,
  maybeId,
  readJson,
  timeOf,
} from "./frame.ts";
import type { HeardOnDingTalk, Unreadable } from "./messages.ts";
import { textWithin } from "./quoted.ts";

/** The month's quota of the organization is used up: DingTalk says who spoke where, but not what. */
export interface OverQuota {
  readonly overQuota: true;
}

/** DingTalk's own limit is lower; what is longer comes from nobody's hand. */
const LONGEST_TEXT = 20_000;
const OVER_QUOTA = 20001;

const field = z.string().optional().catch(undefined);

/** Strict on what we cannot do without. All else may be missing, or be something else tomorrow. */
const robotMessage = z.looseObject({
  conversationId: anId,
  /** "1": one-to-one, "2": a group. */
  conversationType: z.coerce.string().pipe(z.enum(["1", "2"])),
  msgId: anId,
  conversationTitle: field,
  robotCode: maybeId,
  msgtype: field,
  text: z.unknown().optional(),
  content: z.unknown().optional(),
  createAt: z.coerce.number().int().positive().optional().catch(undefined),
  senderStaffId: maybeId,
  senderNick: field,
  senderCorpId: maybeId,
  isAdmin: z.boolean().optional().catch(undefined),
  sessionWebhook: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional()
    .catch(undefined),
  sessionWebhookExpiredTime: z.coerce.number().int().positive().optional().catch(undefined),
  originalMsgId: maybeId,
  originalProcessQueryKey: maybeId,
  errorCode: z.coerce.number().optional().catch(undefined),
});

/** Reads one. `clientId` stands in for a `robotCode` that is missing: within an organization they are the same. */
export function readRobotMessage(
  frame: Frame,
  { clientId, now }: { readonly clientId: string; readonly now: number },
): HeardOnDingTalk | OverQuota | Malformed {
  const data = readJson(robotMessage, frame.data);
  if (isMalformed(data)) return data;
  if (data.errorCode === OVER_QUOTA) return { overQuota: true };
  const robotCode = data.robotCode ?? clientId;
  const staff = data.senderStaffId;
  const isPrivate = data.conversationType === "1";
  const { text, unreadable } = contentOf(data.msgtype, data.text, data.content);
  const { quotes, quotedMessage } = quoteOf(data.text);
  return {
    id: `dingtalk:${robotCode}/${data.msgId}`,
    // Somebody whose id is not told can be answered by `sessionWebhook` alone.
    conversation: `dingtalk:${isPrivate && staff !== undefined ? `user/${staff}` : data.conversationId}`,
    isPrivate,
    text,
    at: data.createAt ?? timeOf(frame, now),
    robotCode,
    ...given("person", staff && `dingtalk:${staff}`),
    ...given("name", data.senderNick?.trim().slice(0, LONGEST_ID) || undefined),
    ...given("quotes", quotes),
    ...given("conversationTitle", data.conversationTitle?.slice(0, LONGEST_ID)),
    ...given("sessionWebhook", data.sessionWebhook),
    ...given("sessionWebhookExpiresAt", data.sessionWebhookExpiredTime),
    ...given("isOrgAdmin", data.isAdmin),
    ...given("senderCorpId", data.senderCorpId),
    ...given("unreadable", unreadable),
    ...given("quotedMessage", quotedMessage ?? data.originalMsgId),
    ...given("quotedCarrier", data.originalProcessQueryKey),
  };
}

/** The field, unless there is nothing to put into it. */
function given<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<K, T>>;
}

interface Content {
  readonly text: string;
  readonly unreadable?: Unreadable;
}

const READERS: Readonly<Record<string, (text: unknown, content: unknown) => Content>> = {
  text: (text) => ({ text: clean(stringIn(text, "content")) }),
  richText: (_, content) => richText(content),
  audio: (_, content) => orElse(clean(stringIn(content, "recognition")), "audio"),
  picture: () => ({ text: "", unreadable: "picture" }),
  video: () => ({ text: "", unreadable: "video" }),
  file: () => ({ text: "", unreadable: "file" }),
};

function contentOf(msgtype: string | undefined, text: unknown, content: unknown): Content {
  const read = msgtype !== undefined && Object.hasOwn(READERS, msgtype) ? READERS[msgtype] : undefined;
  return read?.(text, content) ?? { text: "", unreadable: "unknown" };
}

/** Pieces of one style each: they stand next to one another as they were typed, but for pictures between them. */
function richText(content: unknown): Content {
  const pieces = fieldIn(content, "richText");
  if (!Array.isArray(pieces)) return { text: "", unreadable: "unknown" };
  const texts = pieces.map((piece: unknown) => stringIn(piece, "text") || stringIn(piece, "content"));
  const hasPicture = pieces.some((piece: unknown) => stringIn(piece, "type") === "picture");
  const text = texts.map((piece) => (piece === "" ? "\n" : piece)).join("");
  return orElse(clean(text), hasPicture ? "picture" : "unknown");
}

function quoteOf(text: unknown): { readonly quotes?: string; readonly quotedMessage?: string } {
  const replied = fieldIn(text, "repliedMsg");
  if (replied === undefined) return {};
  const body = fieldIn(replied, "content") ?? fieldIn(text, "contentObj");
  const id = anId.safeParse(fieldIn(replied, "msgId"));
  return {
    ...given("quotes", textWithin({ content: body })),
    ...given("quotedMessage", id.success ? id.data : undefined),
  };
}

function orElse(text: string, unreadable: Unreadable): Content {
  return text === "" ? { text, unreadable } : { text };
}

function clean(text: string): string {
  return text.trim().slice(0, LONGEST_TEXT);
}

function fieldIn(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function stringIn(value: unknown, key: string): string {
  const found = fieldIn(value, key);
  return typeof found === "string" ? found : "";
}
