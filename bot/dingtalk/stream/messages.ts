/** What people do on DingTalk, as it comes in over Stream mode: what all platforms share, and what only DingTalk tells. */
import type { Heard, Pressed } from "../../chat/heard.ts";

/** A kind of message that holds no text for us. */
export type Unreadable = "picture" | "audio" | "video" | "file" | "unknown";

/** One message to the robot. Holds `sessionWebhook`, which is a secret: never logged whole. */
export interface HeardOnDingTalk extends Heard {
  readonly robotCode: string;
  /** The name of the group. */
  readonly conversationTitle?: string;
  /** Where an answer can be posted without a token, until `sessionWebhookExpiresAt` (milliseconds; some 90 minutes). */
  readonly sessionWebhook?: string;
  readonly sessionWebhookExpiresAt?: number;
  /** An administrator of the organization, by DingTalk's word. */
  readonly isOrgAdmin?: boolean;
  /** The organization of whoever said it. */
  readonly senderCorpId?: string;
  /** Why `text` is empty though something was sent. */
  readonly unreadable?: Unreadable;
  /** DingTalk's id of the message that it is an answer to. */
  readonly quotedMessage?: string;
  /** The `carrierId` (or `processQueryKey`) of it, when the robot itself sent it: a card of ours. */
  readonly quotedCarrier?: string;
}

/** One press on a button of a card. */
export interface PressedOnDingTalk extends Pressed {
  /** What the button carries besides the command; values that are no texts are left out. */
  readonly params: Readonly<Record<string, string>>;
  /** The organization of whoever pressed. */
  readonly corpId?: string;
}

/**
 * What a press changes on the card, as DingTalk takes it (open.dingtalk.com, "event callback card"). Empty: nothing.
 * Without `updateCardDataByKey`, all that is not named goes blank.
 */
export interface CardResponse {
  readonly cardUpdateOptions?: {
    readonly updateCardDataByKey?: boolean;
    readonly updatePrivateDataByKey?: boolean;
  };
  readonly cardData?: { readonly cardParamMap: Readonly<Record<string, string>> };
  /** Seen by the one who pressed, and nobody else. */
  readonly userPrivateData?: { readonly cardParamMap: Readonly<Record<string, string>> };
}
