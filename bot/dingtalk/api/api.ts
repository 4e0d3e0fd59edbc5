/**
 * DingTalk's OpenAPI and its older oapi, as far as messages are sent by them. Every refusal is a SendError with the
 * platform's own code; no token, secret or address of a session is in any of them.
 */
import { SendError } from "../../../alerts/channel.ts";
import { plain } from "../../../alerts/words.ts";
import type { Clock } from "../../../storage/clock.ts";
import { type ApiRefusal, no, type Understood, understand } from "./answer.ts";
import { cardUpdateBody, deliveryBody, type NewCard, newCardBody } from "./new-card.ts";
import { openPace } from "./pace.ts";
import type { Quota } from "./quota.ts";
import type { CallKind, Purse } from "./quota-use.ts";
import { quotaText } from "./quota-words.ts";
import { exchange, type HttpRequest } from "./request.ts";
import { keepAccessToken } from "./token.ts";

export interface DingTalkApiOptions {
  /** Also the robot's code, in an app of one's own organisation. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** `https://api.dingtalk.com`, without a slash at the end. */
  readonly apiBase: string;
  /** `https://oapi.dingtalk.com`, without a slash at the end. */
  readonly oapiBase: string;
  readonly clock: Clock;
  readonly quota: Pick<Quota, "spent" | "use">;
}

/** Whom a message did not reach, by user id; everybody else has it. */
export interface Unreached {
  /** They are not in the organisation or not within the app's reach, or DingTalk filtered them out. */
  readonly invalid: readonly string[];
  /** Too much was sent to them lately. */
  readonly flowControlled: readonly string[];
}

/** A card that is before people. */
export interface Delivered {
  /** DingTalk's id of the message that shows it: an answer to the card names it. */
  readonly carrier: string | undefined;
}

/** The calls that send. Every one rejects with a SendError, and obeys its signal. */
export interface DingTalkApi {
  /**
   * Makes a card and puts it before people. A card that was made exists, whether or not it was delivered or the answer
   * arrived: the same `outTrackId` again is refused with `param.cardAlreadyExist`, and `deliverCard` is what is left.
   */
  createAndDeliver(card: NewCard, signal: AbortSignal): Promise<Delivered>;
  /** Puts a card that exists before people; once more, where it was before them already. */
  deliverCard(card: Pick<NewCard, "outTrackId" | "space">, signal: AbortSignal): Promise<Delivered>;
  /** Changes some of a card's variables; the others stay as they are. */
  updateCard(
    outTrackId: string,
    cardParamMap: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Sends a message of a robot's kind (`sampleMarkdown` …) to a group that the robot is in. */
  sendToGroup(
    openConversationId: string,
    msgKey: string,
    msgParam: object,
    signal: AbortSignal,
  ): Promise<void>;
  /** The same to at most 20 people, each by themselves. */
  sendToPeople(
    userIds: readonly string[],
    msgKey: string,
    msgParam: object,
    signal: AbortSignal,
  ): Promise<Unreached>;
  /** Answers where something was said, by the `sessionWebhook` that came with it; 300001 when that is over. */
  replyBySession(url: string, body: object, signal: AbortSignal): Promise<void>;
  /** Gives back the picture's `media_id`, which stands where a message wants a picture's address. */
  uploadImage(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<string>;
}

/** 20 are allowed per app and call ("调用频次与限流"); the rest is left to whatever else uses the app. */
const CALLS_PER_SECOND = 15;
const MOST_PEOPLE = 20;
const TOKENS_KNOWN = 4;
/** Of `msgParam` as text, in bytes. */
const LONGEST_PARAM = 15_000;
const LARGEST_IMAGE = 20 * 1024 * 1024;

/** Opens the client. Nothing is asked of DingTalk before something is sent. */
export function openDingTalkApi(options: DingTalkApiOptions): DingTalkApi {
  const { clientId, clientSecret, apiBase, oapiBase, clock, quota } = options;
  const tokens = keepAccessToken({ apiBase, clientId, clientSecret }, clock);
  const pace = openPace(clock, CALLS_PER_SECOND);
  const oapiOrigin = new URL(oapiBase).origin;
  /** The last tokens, for taking them out of what DingTalk says. */
  let used: readonly string[] = [];

  /** Makes one call and counts it. */
  async function ask(kind: CallKind, request: HttpRequest, signal: AbortSignal): Promise<Understood> {
    await pace.turn(signal);
    const answer = await exchange(request, clock, signal);
    const understood = understand(answer, clock.now());
    // A call that nobody answered is not counted: most of those never arrived.
    if (understood.is === "yes" || !understood.isAtGate) quota.spent(clock.now(), kind);
    return understood;
  }

  /** Makes a call with the token; once more with a new one when DingTalk would not have it. */
  async function askWithToken(
    kind: CallKind,
    requestOf: (token: string) => HttpRequest,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const once = async (): Promise<Understood> => {
      const token = await tokens.get(signal);
      if (!used.includes(token)) used = [...used, token].slice(-TOKENS_KNOWN);
      const understood = await ask(kind, requestOf(token), signal);
      if (understood.is === "no" && understood.isStaleToken) tokens.drop(token);
      return understood;
    };
    let understood = await once();
    if (understood.is === "no" && understood.isStaleToken) understood = await once();
    if (understood.is === "no") throw errorOf(understood, kind);
    return understood.json;
  }

  function openApi(
    kind: CallKind,
    method: "POST" | "PUT",
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const url = new URL(`${apiBase}${path}`);
    return askWithToken(
      kind,
      (token) => ({ method, url, headers: { "x-acs-dingtalk-access-token": token }, body }),
      signal,
    );
  }

  function errorOf(refusal: ApiRefusal, kind: CallKind, secrets: readonly string[] = []): SendError {
    const { next, code, waitMs, isQuota } = refusal;
    const said = plain(redacted(refusal.message, [clientSecret, ...used, ...secrets]));
    const counted = isQuota
      ? `; ${quotaText(purseOf(kind), quota.use(clock.now())).en}, as counted here`
      : "";
    return new SendError(`DingTalk refused (${code}): ${said}${counted}`, { next, code, waitMs });
  }

  return {
    async createAndDeliver(card, signal) {
      const body = newCardBody(card, clientId);
      const json = await openApi(
        "card-create",
        "POST",
        "/v1.0/card/instances/createAndDeliver",
        body,
        signal,
      );
      const results = (json["result"] as { deliverResults?: unknown } | null)?.deliverResults;
      const refusal = deliveryRefusal(results);
      if (refusal !== undefined) throw errorOf(refusal, "card-create");
      return { carrier: carrierOf(results) };
    },
    async deliverCard(card, signal) {
      const body = deliveryBody(card, clientId);
      const json = await openApi("card-create", "POST", "/v1.0/card/instances/deliver", body, signal);
      const refusal = deliveryRefusal(json["result"]);
      if (refusal !== undefined) throw errorOf(refusal, "card-create");
      return { carrier: carrierOf(json["result"]) };
    },
    async updateCard(outTrackId, cardParamMap, signal) {
      const body = cardUpdateBody(outTrackId, cardParamMap);
      const json = await openApi("card-update", "PUT", "/v1.0/card/instances", body, signal);
      if (json["result"] === false)
        throw errorOf(no("unsuccessful", "the card was not changed", { next: "give-up" }), "card-update");
    },
    async sendToGroup(openConversationId, msgKey, msgParam, signal) {
      const body = { robotCode: clientId, openConversationId, msgKey, msgParam: paramText(msgParam) };
      const json = await openApi("group-message", "POST", "/v1.0/robot/groupMessages/send", body, signal);
      wantText(json, "processQueryKey");
    },
    async sendToPeople(userIds, msgKey, msgParam, signal) {
      if (userIds.length > MOST_PEOPLE)
        throw new SendError(`a message goes to at most ${MOST_PEOPLE} people at once`, {
          next: "give-up",
          code: "invalidParameter.userIds.overMax",
        });
      const body = { robotCode: clientId, userIds, msgKey, msgParam: paramText(msgParam) };
      const json = await openApi(
        "private-message",
        "POST",
        "/v1.0/robot/oToMessages/batchSend",
        body,
        signal,
      );
      return {
        // `filteredStaffIdList` is not documented; others have seen it.
        invalid: [...texts(json["invalidStaffIdList"]), ...texts(json["filteredStaffIdList"])],
        flowControlled: texts(json["flowControlledStaffIdList"]),
      };
    },
    async replyBySession(address, body, signal) {
      const url = URL.canParse(address) ? new URL(address) : undefined;
      // It came with a message: whoever could write one must not be able to choose where this machine posts to.
      if (url?.origin !== oapiOrigin || url.username !== "" || url.password !== "")
        throw new SendError("the session's address is not one of DingTalk's", {
          next: "give-up",
          code: "session-host",
        });
      const understood = await ask("session-reply", { method: "POST", url, body }, signal);
      if (understood.is === "no")
        throw errorOf(understood, "session-reply", [address, ...url.searchParams.values()]);
      if (Number(understood.json["errcode"]) !== 0) throw unreadable("errcode");
    },
    async uploadImage(bytes, name, signal) {
      if (bytes.length > LARGEST_IMAGE)
        throw new SendError("the picture is larger than DingTalk takes (20 MB)", {
          next: "give-up",
          code: "40006",
        });
      const json = await askWithToken(
        "upload",
        (token) => {
          const url = new URL(`${oapiBase}/media/upload`);
          url.searchParams.set("access_token", token);
          url.searchParams.set("type", "image");
          const form = new FormData();
          form.set("media", new Blob([bytes], { type: typeOf(name) }), name);
          return { method: "POST", url, body: form };
        },
        signal,
      );
      return wantText(json, "media_id");
    },
  };
}

/** Says for each space whether the card is there; a 200 with `success` may hold a no for all of them. */
function deliveryRefusal(results: unknown): ApiRefusal | undefined {
  if (!Array.isArray(results))
    return no("unreadable", "the answer does not say whether the card was delivered", { next: "retry" });
  // Some have seen a used `outTrackId` ignored in place of refused: nothing was delivered then.
  if (results.length === 0)
    return no("param.cardAlreadyExist", "the card was delivered nowhere", { next: "give-up" });
  const failed = results.find((one) => one?.success !== true);
  if (failed === undefined) return undefined;
  const said =
    typeof failed?.errorMsg === "string" && failed.errorMsg !== "" ? failed.errorMsg : "no reason given";
  // Of its words only this one is documented (create-and-deliver-cards); the rest says what is wrong with the address.
  const isBusy = /system.?(error|busy)/i.test(said);
  const code = /^[\w.-]{1,100}$/.test(said) ? said : "deliver-failed";
  return no(code, `the card was not delivered: ${said}`, {
    next: isBusy ? "retry" : "give-up",
  });
}

function carrierOf(results: unknown): string | undefined {
  const carrier: unknown = Array.isArray(results) ? results[0]?.carrierId : undefined;
  return typeof carrier === "string" ? carrier : undefined;
}

function purseOf(kind: CallKind): Purse {
  return kind === "session-reply" ? "stream" : "api";
}

/** A yes without what it should hold is no yes. */
function wantText(json: Readonly<Record<string, unknown>>, key: string): string {
  const value = json[key];
  if (typeof value === "string" && value !== "") return value;
  throw unreadable(key);
}

function unreadable(key: string): SendError {
  return new SendError(`DingTalk's answer has no ${key}`, { next: "retry", code: "unreadable" });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** DingTalk takes JSON as text here. What is too long is refused before it costs a call. */
function paramText(msgParam: object): string {
  const text = JSON.stringify(msgParam);
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST_PARAM) return text;
  throw new SendError(`the message has ${bytes} bytes; DingTalk takes ${LONGEST_PARAM}`, {
    next: "give-up",
    code: "invalidParameter.msgParam.tooLong",
  });
}

function typeOf(name: string): string {
  const end = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return `image/${end === "jpg" ? "jpeg" : ["gif", "bmp", "jpeg"].includes(end) ? end : "png"}`;
}

/** The platform's words without what was sent in confidence, should it repeat that. */
function redacted(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== "")
    .reduce((words, secret) => words.replaceAll(secret, "***"), text);
}
