/** Presses on a card's buttons: topic `/v1.0/card/instances/callback` (open.dingtalk.com, "event callback card"). */
import { z } from "zod";
import {
  anId,
  type Frame,
  isMalformed,
  type Malformed,
  maybeId,
  messageIdOf,
  readJson,
  timeOf,
} from "./frame.ts";
import type { PressedOnDingTalk } from "./messages.ts";

const LONGEST_COMMAND = 2_000;
const MOST_PARAMS = 50;

/** `type` says `actionCallback` as a rule, but is not always there. */
const callback = z.looseObject({
  outTrackId: anId,
  userId: maybeId,
  /** 1: an id of the staff, 2: a unionId, which is nobody's id here. */
  userIdType: z.coerce.number().optional().catch(undefined),
  corpId: maybeId,
  /** `IM`, `IM_GROUP`, `IM_ROBOT`, in small letters as well. */
  spaceType: z.string().optional().catch(undefined),
  spaceId: maybeId,
  /** JSON in a string, in the JSON that is a string in the frame. */
  content: z.unknown().optional(),
});

const content = z.looseObject({
  cardPrivateData: z.looseObject({
    actionIds: z.array(z.string()).optional().catch(undefined),
    params: z.record(z.string(), z.unknown()).optional().catch(undefined),
  }),
});

/** Reads one. */
export function readCardClick(frame: Frame, now: number): PressedOnDingTalk | Malformed {
  const messageId = messageIdOf(frame);
  if (messageId === undefined) return { malformed: "headers.messageId" };
  const data = readJson(callback, frame.data);
  if (isMalformed(data)) return data;
  const inner = readJson(content, data.content);
  if (isMalformed(inner)) return { malformed: `content: ${inner.malformed}` };
  const { actionIds, params: given = {} } = inner.cardPrivateData;
  const params = textsOf(given);
  // Which of them holds the button differs between templates (protocol notes); the plainest word for it comes first.
  const command = [params["command"], params["action"], params["id"], actionIds?.[0]]
    .map((one) => one?.trim().slice(0, LONGEST_COMMAND))
    .find((one) => one !== undefined && one !== "");
  if (command === undefined) return { malformed: "content: no action" };
  const conversation = conversationOf(data);
  if (conversation === undefined) return { malformed: "spaceId" };
  const isStaff = data.userId !== undefined && data.userIdType !== 2;
  return {
    id: `dingtalk:click/${messageId}`,
    conversation,
    card: data.outTrackId,
    command,
    params,
    at: timeOf(frame, now),
    ...(isStaff ? { person: `dingtalk:${data.userId}` } : {}),
    ...(data.corpId === undefined ? {} : { corpId: data.corpId }),
  };
}

function textsOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => typeof value === "string" || typeof value === "number")
      .slice(0, MOST_PARAMS)
      .map(([name, value]) => [name, String(value)]),
  );
}

/** The group; or the person's own, where the card stands in the chat with the robot. */
function conversationOf({ spaceType = "", spaceId, userId }: z.output<typeof callback>): string | undefined {
  const space = spaceId?.replace(/^dtv1\.card\/\/[A-Za-z_]+\./, "");
  const isOwn = /robot|single/i.test(spaceType) || space === undefined || space === userId;
  if (!isOwn) return `dingtalk:${space}`;
  const person = userId ?? space;
  return person === undefined ? undefined : `dingtalk:user/${person}`;
}
