/** Somebody of whom the platform does not tell who it is; their id is the platform's marker, `dingtalk:?`. */
import type { Text } from "../../storage/locale.ts";

/** The marker for somebody who speaks in this conversation. */
export function unnamedOn(conversation: string): string {
  return `${conversation.slice(0, conversation.indexOf(":"))}:?`;
}

/** Whether this is a platform's marker for somebody unnamed. */
export function isUnnamed(person: string): boolean {
  return person.endsWith(":?");
}

/** Why somebody is unnamed, and what to do about it. Markdown. */
export function unnamedWords(person: string): Text {
  return BY_PLATFORM[person.slice(0, person.indexOf(":"))] ?? ANYWHERE;
}

const ANYWHERE: Text = {
  zh: "平台没有告诉我是谁在说话，所以只能查看。",
  en: "The platform did not tell who is speaking, so you may only look.",
};

const BY_PLATFORM: Readonly<Record<string, Text>> = {
  // `senderStaffId` is absent until a version of the app is published, and for people outside the organisation.
  dingtalk: {
    zh: "钉钉没有告诉我是谁在说话，所以只能查看。通常是应用还没有发布：请在钉钉开放平台打开这个应用，先发布机器人，再在“版本管理与发布”里创建并发布一个版本（可见范围要包括说话的人），然后再说一遍。不在本企业的人没有编号，只能查看。",
    en: "DingTalk did not tell who is speaking, so you may only look. Usually the app is not published yet: open it on DingTalk's developer console, publish the robot, then create and publish a version of the app (visible to whoever speaks), and say it again. People outside the organisation have no id and may only look.",
  },
};
