/**
 * What DingTalk's codes mean for whoever sends: the one table. A code that is not in it is a refusal for good (see
 * `answer.ts`): to try an unknown no again and again would take the month's calls from the alerts that can arrive.
 *
 * What a person has to put right for the whole app (a secret, a permission, a list of addresses) is tried again, so
 * that what waits arrives as soon as it is put right; what is wrong with one message or one conversation is given up.
 */
import type { Next } from "../../../alerts/channel.ts";

/** What to do about a code. */
export interface CodeRule {
  readonly next: Next;
  /** With `wait`: milliseconds, or until the next calendar month of `Asia/Shanghai`, when the quota is new. */
  readonly wait?: number | "next-month";
  /** The token is to be thrown away and asked for anew. */
  readonly isStaleToken?: true;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const RETRY: CodeRule = { next: "retry" };
const GIVE_UP: CodeRule = { next: "give-up" };
const STALE: CodeRule = { next: "retry", isStaleToken: true };
const NEXT_MONTH: CodeRule = { next: "wait", wait: "next-month" };
const pause = (wait: number): CodeRule => ({ next: "wait", wait });

const all = (rule: CodeRule, codes: readonly string[]): Readonly<Record<string, CodeRule>> =>
  Object.fromEntries(codes.map((code) => [code, rule]));

/** Gate of the OpenAPI: "调用频次与限流" (how-to-process-api-throttling-on-the-dingtalk-server), "server-api-error-codes-1". */
const GATE = {
  ...all(STALE, ["InvalidAuthentication"]),
  ...all(RETRY, [
    "invalidClientIdOrSecret",
    "Forbidden.AccessDenied.AccessTokenPermissionDenied",
    "Forbidden.AccessDenied.IpNotInWhiteList",
  ]),
  // "The limit is on one second: sleep one second and go on."
  ...all(pause(SECOND_MS), [
    "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi",
    "Forbidden.AccessDenied.QpsLimitForApi",
  ]),
  ...all(NEXT_MONTH, ["Forbidden.AccessDenied.ApiCountLimitForOrg"]),
};

/**
 * `robot/groupMessages/send` (the-robot-sends-a-group-message) and `robot/oToMessages/batchSend`
 * (chatbots-send-one-on-one-chat-messages-in-batches); `notExsit` is spelled as it is sent.
 */
const ROBOT = {
  ...all(RETRY, ["system.error", "unknown.send.result"]),
  // How long is not documented; a robot's limit in a group is on a minute.
  ...all(pause(10 * SECOND_MS), ["send.too.fast"]),
  ...all(GIVE_UP, [
    "invalidParameter.robotCode.empty",
    "invalidParameter.robotCode.auth",
    "invalidParameter.robotCode.coolApp",
    "invalidParameter.robotCode.missing",
    "invalidParameter.robotCode.invalid",
    "invalidParameter.robotCode.notExsit",
    "invalidParameter.userIds.empty",
    "invalidParameter.userIds.overMax",
    "invalidParameter.userId.empty",
    "invalidParameter.msgKey.empty",
    "invalidParameter.msgKey.invalid",
    "invalidParameter.msgParam.invalid",
    "invalidParameter.msgParam.tooLong",
    "invalidParameter.msgBody.invalid",
    "invalidParameter.msg.unsupport",
    "invalidParameter.param.invalid",
    "invalidParameter.token.invalid",
    "miss.openConversationId",
    "invalid.openConversationId",
    "conversation.org.notMatch",
    "group.disbanded",
    "bot.stopped",
    "token.notExisted",
    "template.not.existed",
    "template.stopped",
    "too.many.group",
    "contain.notAllowed.text",
    "resource.not.found",
    "send.forbidden",
    "illegal.receivers",
    "staffId.notExisted",
    "robot.oto.notExist",
    // The robot is switched off, or no version of the app with it is published.
    "chatbotId.notAllow.sendOTO",
  ]),
};

/** `card/instances/createAndDeliver` (create-and-deliver-cards) and `card/instances` (interactive-card-update-interface). */
const CARD = {
  ...all(RETRY, ["system.busy"]),
  ...all(GIVE_UP, [
    "param.empty",
    "param.invalid",
    "param.outTrackIdEmpty",
    "param.openSpaceIdEmpty",
    "param.openSpaceIdInvalid",
    "param.openSpaceModelInvalid",
    "param.openDeliverModelEmpty",
    "param.openDeliverModelError",
    "param.cardTemplateIdEmpty",
    "param.cardPublicDataEmpty",
    "param.cardDataAndPrivateDataBothEmpty",
    "param.cardNotExist",
    "param.cardAlreadyExist",
    "param.templateNotExist",
    "param.templateUnpublished",
    "param.contentUnsafe",
    "param.userIdEmpty",
    "param.userIdNotExist",
  ]),
};

/**
 * `errcode`s of oapi.dingtalk.com, always in a 200: the global codes (server-api-error-codes-1), those of the custom
 * robot (custom-robot-access), which `sessionWebhook` shares, and what others have seen (300001, 300005, 460101, 90030).
 */
const OAPI = {
  ...all(RETRY, ["-1", "60011", "60020"]),
  ...all(STALE, ["40001", "40014", "42001"]),
  ...all(pause(SECOND_MS), ["90002", "90018"]),
  ...all(NEXT_MONTH, ["90020", "90030"]),
  // The 21st message in a minute makes a robot mute for ten minutes.
  ...all(pause(10 * MINUTE_MS), ["130101", "410100"]),
  ...all(GIVE_UP, [
    // The session of an answer is over (90 minutes), or never was.
    "300001",
    "300005",
    "310000",
    "400013",
    "400101",
    "400102",
    "400105",
    "400106",
    "430101",
    "430102",
    "430103",
    "430104",
    "460101",
    "101002",
    "40035",
    "43002",
    "43004",
    // Media: a type, a size and a picture that it does not take.
    "40004",
    "40006",
    "40009",
  ]),
};

const CODES: Readonly<Record<string, CodeRule>> = { ...GATE, ...ROBOT, ...CARD, ...OAPI };

/** What to do about a code of the OpenAPI, or an `errcode` written as text; undefined when nobody knows it. */
export function ruleOf(code: string): CodeRule | undefined {
  return Object.hasOwn(CODES, code) ? CODES[code] : undefined;
}
