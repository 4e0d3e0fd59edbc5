/**
 * What a letter to the callback says: somebody said something, or pressed a button of a card. Everything else that WeCom
 * tells (pictures, places, visits) is nothing for us. Pure.
 * https://developer.work.weixin.qq.com/document/path/90239 (messages) and /90240 (events).
 */
import type { Heard, Pressed } from "../../chat/heard.ts";
import { keyOf, WECOM_APP } from "./apps.ts";
import { readXml, type XmlFields } from "./callback-xml.ts";

/** Whose callback it is, and how the conversations in it are called. */
export interface CallbackSetting {
  readonly corpId: string;
  readonly agentId: number;
  /** The own conversation of a member with the application. */
  conversationOf(user: string): string;
  /** Where a card stands; undefined when that is not known. */
  placeOf(task: string, user: string): string | undefined;
}

export type CallbackMessage =
  | { readonly is: "heard"; readonly heard: Heard }
  /** `code` is what the card may be changed by. */
  | { readonly is: "pressed"; readonly pressed: Pressed; readonly code: string | undefined }
  | { readonly is: "other" };

/** Reads one; undefined when it is not for this application, or says not who and what. */
export function readMessage(xml: string, setting: CallbackSetting): CallbackMessage | undefined {
  const fields = readXml(xml);
  if (fields === undefined) return undefined;
  const field = (name: string): string => fields.get(name)?.trim() ?? "";
  if (field("ToUserName") !== setting.corpId || field("AgentID") !== String(setting.agentId))
    return undefined;
  const type = field("MsgType");
  if (type === "text") return heardIn(fields, field, setting);
  if (type === "event" && field("Event") === "template_card_event") return pressedIn(field, setting);
  return type === "" ? undefined : { is: "other" };
}

/** Ids of members: letters, digits, `_`, `-`, `@` and `.`, 64 at most. */
const USER = /^[\w.@-]{1,64}$/;

function heardIn(
  fields: XmlFields,
  field: (name: string) => string,
  { corpId, agentId, conversationOf }: CallbackSetting,
): CallbackMessage | undefined {
  const [user, id, seconds] = [field("FromUserName"), field("MsgId"), secondsOf(field("CreateTime"))];
  if (!USER.test(user) || !/^[\w-]{1,64}$/.test(id) || seconds === undefined) return undefined;
  return {
    is: "heard",
    heard: {
      id: `${WECOM_APP}${keyOf({ corpId, agentId })}/${id}`,
      conversation: conversationOf(user),
      isPrivate: true,
      person: `wecom:${user}`,
      text: (fields.get("Content") ?? "").trim(),
      at: seconds * 1_000,
    },
  };
}

function pressedIn(field: (name: string) => string, setting: CallbackSetting): CallbackMessage | undefined {
  const [user, task, command] = [field("FromUserName"), field("TaskId"), field("EventKey")];
  const seconds = secondsOf(field("CreateTime"));
  if (!USER.test(user) || !/^[\w@-]{1,128}$/.test(task) || command === "" || seconds === undefined)
    return undefined;
  const own = setting.conversationOf(user);
  const code = field("ResponseCode");
  return {
    is: "pressed",
    pressed: {
      // A click has no number of its own.
      id: `${WECOM_APP}${keyOf(setting)}/${JSON.stringify([user, task, command, seconds])}`,
      conversation: setting.placeOf(task, user) ?? own,
      answerTo: own,
      card: task,
      command,
      person: `wecom:${user}`,
      at: seconds * 1_000,
    },
    code: code === "" ? undefined : code,
  };
}

function secondsOf(text: string): number | undefined {
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
