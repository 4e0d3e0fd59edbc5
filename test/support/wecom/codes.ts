/**
 * What WeCom answers. Codes of developer.work.weixin.qq.com/document/path/90313 (the global table) and 101463 (the long
 * connection); those marked "seen" were reported from live tenants, those marked "assumed" are nowhere written down.
 */

export const OK = 0;
/** The global table: "system busy, try again". */
export const BUSY = -1;
/** The global table: the secret of an app is wrong. */
export const WRONG_APP_SECRET = 40001;
/** The global table: a kind of media that there is not. */
export const WRONG_MEDIA_TYPE = 40004;
/** The global table: a file of a size that is not taken. */
export const WRONG_MEDIA_SIZE = 40006;
/** The global table: a media_id that is unknown, of somebody else, or older than three days. */
export const WRONG_MEDIA_ID = 40007;
/** A msgtype that is not taken here. Seen for `text` on the long connection. */
export const WRONG_TYPE = 40008;
/** The global table: the corpid is wrong. */
export const WRONG_CORP = 40013;
/** The global table: the access_token is wrong. */
export const WRONG_TOKEN = 40014;
/** The global table: the agentid is wrong, or is not the token's. */
export const WRONG_AGENT = 40056;
/** A parameter is missing, wrong or too long. Seen for a markdown of more than 4096 bytes. */
export const WRONG_PARAMETER = 40058;
/** A picture that is no JPG or PNG of a size to be shown. Seen for one of 1x1. */
export const WRONG_PICTURE = 40123;
/** The global table: there is no access_token. */
export const NO_TOKEN = 41001;
/** The global table: the access_token is older than two hours. */
export const TOKEN_EXPIRED = 42001;
/** A card whose `card_action` is missing or wrong. Seen. */
export const WRONG_CARD = 42045;
/** Too often. The global table; assumed for the long connection. */
export const TOO_OFTEN = 45009;
/** The global table: not JSON. */
export const NOT_JSON = 47001;
/** The address of the caller is not among the trusted ones. Seen. */
export const WRONG_ADDRESS = 60020;
/** A response_code that is used up, too old, or never was. Assumed: none is published. */
export const WRONG_RESPONSE_CODE = 42023;
/** The global table: there is nothing in it. */
export const EMPTY = 44004;
/** The global table: none of the receivers is valid. */
export const NOBODY = 81013;
/** The key of a group robot is wrong. Seen. */
export const WRONG_ROBOT = 93000;
/** The conversation is unknown, or nobody ever spoke to the bot in it. Seen for an unknown one. */
export const WRONG_CHAT = 93006;
/** The answer to an event comes later than 5 s. Seen. */
export const TOO_LATE = 846604;
/** The req_id is not one of this connection, or of another kind. Seen. */
export const WRONG_REQUEST = 846605;
/** The stream has ended its life. Seen. */
export const STREAM_EXPIRED = 846608;
/** The connection is not subscribed, although it is open. Seen. */
export const NOT_SUBSCRIBED = 846609;
/** The bot's id or secret is wrong. Seen. */
export const WRONG_BOT = 853000;

const MESSAGES: Readonly<Record<number, string>> = {
  [OK]: "ok",
  [BUSY]: "system busy",
  [WRONG_APP_SECRET]: "invalid credential",
  [WRONG_MEDIA_TYPE]: "invalid media type",
  [WRONG_MEDIA_SIZE]: "invalid media size",
  [WRONG_MEDIA_ID]: "invalid media_id",
  [WRONG_TYPE]: "invalid message type",
  [WRONG_CORP]: "invalid corpid",
  [WRONG_TOKEN]: "invalid access_token",
  [WRONG_AGENT]: "invalid agentid",
  [WRONG_PARAMETER]: "invalid parameter",
  [WRONG_PICTURE]: "invalid image",
  [NO_TOKEN]: "access_token missing",
  [TOKEN_EXPIRED]: "access_token expired",
  [WRONG_CARD]: "invalid template card action",
  [EMPTY]: "empty content",
  [TOO_OFTEN]: "api freq out of limit",
  [NOT_JSON]: "data format error",
  [WRONG_ADDRESS]: "not allow to access from your ip",
  [WRONG_RESPONSE_CODE]: "invalid response_code",
  [NOBODY]: "user & party & tag all invalid",
  [WRONG_ROBOT]: "invalid webhook url",
  [WRONG_CHAT]: "invalid chatid",
  [TOO_LATE]: "req_id expired",
  [WRONG_REQUEST]: "invalid req_id",
  [STREAM_EXPIRED]: "stream message update expired",
  [NOT_SUBSCRIBED]: "aibot websocket not subscribed",
  [WRONG_BOT]: "invalid bot_id or secret",
};

/** An answer: accepted, or refused with a code; `body` where the command gives something back. */
export interface Verdict {
  readonly errcode: number;
  readonly errmsg: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export function accepted(body?: Readonly<Record<string, unknown>>): Verdict {
  return { errcode: OK, errmsg: "ok", ...(body === undefined ? {} : { body }) };
}

/** A refusal in the manner of the platform: people read `about`, programs read the code only. */
export function refused(errcode: number, about?: string): Verdict {
  const message = MESSAGES[errcode] ?? "refused";
  const what = about === undefined ? "" : ` ${about}`;
  return {
    errcode,
    errmsg: `${message}${what}, hint: [1700000000000000001], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`,
  };
}
