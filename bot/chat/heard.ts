/** What people do on a chat platform, as the platform's folder reads it: the one shape that all platforms share. */

/** Whoever did it. A platform that does not tell who it was leaves out `person`: nobody unnamed changes anything. */
export interface Somebody {
  /** `dingtalk:0123`, `wecom:zhangsan`. */
  readonly person?: string;
  /** For display. */
  readonly name?: string;
}

/** One thing that somebody said. */
export interface Heard extends Somebody {
  /** The same when the platform sends it again: `dingtalk:<robotCode>/<msgId>`, `wecom:<msgid>`. */
  readonly id: string;
  /** Where an answer goes, as an address: `dingtalk:cid…`, `wecom:wr…`; a person's own: `dingtalk:user/0123`. */
  readonly conversation: string;
  /** One-to-one with the bot. */
  readonly isPrivate: boolean;
  /** Without the mention of the bot, trimmed. */
  readonly text: string;
  /** The text of the message that it is an answer to, as far as the platform gives it. */
  readonly quotes?: string;
  /** When it was said by the platform's clock, in milliseconds. */
  readonly at: number;
}

/** A button that somebody pressed. */
export interface Pressed extends Somebody {
  /** The same when the platform sends it again. */
  readonly id: string;
  readonly conversation: string;
  /** Where what the card does not say is answered, when that is not the conversation: the person's own one. */
  readonly answerTo?: string;
  /** The platform's id of the card: DingTalk's `outTrackId`, WeCom's `task_id`. */
  readonly card: string;
  /** The line that the button carries. */
  readonly command: string;
  readonly at: number;
}
