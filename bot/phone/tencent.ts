/**
 * Tencent Cloud: short messages by `SendSms` of 2021-01-11 (cloud.tencent.com/document/product/382/55981), calls by
 * `SendTtsVoice` of 2020-09-02 (cloud.tencent.com/document/api/1128/51558).
 */
import type { SendError } from "../../alerts/channel.ts";
import type { Medium } from "./config.ts";
import {
  codeIn,
  type Gateway,
  InDoubt,
  loaded,
  noAnswer,
  notThrough,
  refusal,
  TIMEOUT_MS,
  type Verdict,
  wayTo,
} from "./gateway.ts";
import { PACKAGES } from "./packages.ts";
import { LONGEST_VARIABLE, variablesOf } from "./variables.ts";

const CLOUD = "Tencent Cloud";
const APIS: Readonly<Record<Medium, { readonly host: string; readonly version: string }>> = {
  sms: { host: "sms.tencentcloudapi.com", version: "2021-01-11" },
  voice: { host: "vms.tencentcloudapi.com", version: "2020-09-02" },
};
const REGION = "ap-guangzhou";
/** As the templates in docs/phone.md have them. */
const USUAL_PARAMS = ["{{number}}", "{{title}}", "{{value}}"];

const MINUTE_MS = 60_000;

/**
 * The error codes of both APIs (cloud.tencent.com/document/product/382/55981 and /product/1128/51558, "错误码") and those
 * of every API (`RequestLimitExceeded`, `InternalError`, `AuthFailure.…`). What only a person can change is given up, so
 * that the fallback hears of it at once; a limit of seconds is waited for.
 */
const CODES: Readonly<Record<string, Verdict>> = {
  "LimitExceeded.PhoneNumberThirtySecondLimit": {
    next: "wait",
    waitMs: 30_000,
    words: "has just told that number something",
  },
  "LimitExceeded.DeliveryFrequencyLimit": { next: "wait", waitMs: MINUTE_MS, words: "is asked too fast" },
  "LimitExceeded.PhoneNumberOneHourLimit": {
    next: "give-up",
    words: "has sent that number as much as it allows in an hour",
  },
  "LimitExceeded.PhoneNumberDailyLimit": {
    next: "give-up",
    words: "has sent that number as much as it allows in a day",
  },
  "LimitExceeded.PhoneNumberSameContentDailyLimit": {
    next: "give-up",
    words: "has sent that number the same as often as it allows",
  },
  "LimitExceeded.AppDailyLimit": {
    next: "give-up",
    words: "has sent as much as its console allows for a day",
  },
  "FailedOperation.InsufficientBalanceInSmsPackage": {
    next: "give-up",
    words: "has no messages left in the package",
  },
  "FailedOperation.InsufficientBalanceInVoicePackage": {
    next: "give-up",
    words: "has no calls left in the package",
  },
  "FailedOperation.TemplateIncorrectOrUnapproved": {
    next: "give-up",
    words: "does not know the template, or finds that the variables do not fit it",
  },
  "FailedOperation.SignatureIncorrectOrUnapproved": {
    next: "give-up",
    words: "does not know the signature, or has not approved it",
  },
  "FailedOperation.PhoneNumberInBlacklist": { next: "give-up", words: "may not tell that number anything" },
  "FailedOperation.ContainSensitiveWord": { next: "give-up", words: "finds a word that is not allowed" },
  "InvalidParameterValue.IncorrectPhoneNumber": { next: "give-up", words: "does not take that number" },
  "InvalidParameterValue.CalledNumberVerifyFail": { next: "give-up", words: "does not take that number" },
  "InvalidParameterValue.TemplateParameterLengthLimit": {
    next: "give-up",
    words: "finds a variable too long; set variable_limit",
  },
  "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": {
    next: "give-up",
    words: "takes no link in a variable",
  },
  "UnauthorizedOperation.SerivceSuspendDueToArrears": {
    next: "give-up",
    words: "has no money left in the account",
  },
  "UnauthorizedOperation.ServiceSuspendDueToArrears": {
    next: "give-up",
    words: "has no money left in the account",
  },
  "InternalError.RequestTimeException": { next: "retry", words: "finds the clock of this machine wrong" },
  "AuthFailure.SignatureExpire": { next: "retry", words: "finds the clock of this machine wrong" },
  "AuthFailure.SignatureFailure": {
    next: "give-up",
    words: "finds the signature wrong; is access_key_secret right?",
  },
  "AuthFailure.SecretIdNotFound": { next: "give-up", words: "does not know the access key" },
  RequestLimitExceeded: { next: "wait", waitMs: 5_000, words: "is asked too fast" },
};

/** What a code means whose own is not known: `InternalError.UpstreamError` is one of `InternalError`. */
const FAMILIES: Readonly<Record<string, Verdict>> = {
  InternalError: { next: "retry", words: "has an error of its own" },
  LimitExceeded: { next: "give-up", words: "has sent as much as it allows" },
  RequestLimitExceeded: { next: "wait", waitMs: 5_000, words: "is asked too fast" },
};

/** These mean that it may be on its way all the same. */
const DOUBTFUL = new Set([
  "InternalError.Timeout",
  "InternalError.SendAndRecvFail",
  "InternalError.AccessUpstreamTimeout",
]);

interface Answer {
  readonly SendStatusSet?: readonly { readonly Code?: unknown; readonly SerialNo?: unknown }[];
  readonly SendStatus?: { readonly CallId?: unknown };
}

export const tencent: Gateway = {
  async send({ medium, gateway, http }, { phone, values, locale, key }, signal, clock) {
    const { CommonClient } = await loaded(
      PACKAGES.tencent,
      () => import("tencentcloud-sdk-nodejs-common/tencentcloud/common/common_client.js"),
    );
    const { host, version } = APIS[medium];
    const there = new URL(gateway.endpoint ?? `https://${host}`);
    const way = wayTo(CLOUD, there, http, signal, clock);
    const client = new CommonClient(there.host, version, {
      credential: { secretId: gateway.access_key_id ?? "", secretKey: gateway.access_key_secret ?? "" },
      region: gateway.region ?? REGION,
      profile: {
        signMethod: "TC3-HMAC-SHA256",
        httpProfile: {
          reqMethod: "POST",
          reqTimeout: TIMEOUT_MS / 1_000,
          protocol: `${there.protocol}//`,
          agent: way.agent,
        },
      },
    });
    const given = gateway.template_params ?? USUAL_PARAMS;
    const most = gateway.variable_limit ?? LONGEST_VARIABLE.tencent[medium];
    const TemplateParamSet = Object.values(given).map((template) =>
      variablesOf(template, values, { most, aloud: medium === "voice", locale }),
    );
    const about = { TemplateId: gateway.template ?? "", TemplateParamSet, SessionContext: key.slice(0, 128) };
    const [action, request] =
      medium === "sms"
        ? [
            "SendSms",
            {
              ...about,
              PhoneNumberSet: [phone],
              SmsSdkAppId: gateway.sdk_app_id ?? "",
              SignName: gateway.sign_name ?? "",
            },
          ]
        : [
            "SendTtsVoice",
            {
              ...about,
              CalledNumber: phone,
              VoiceSdkAppid: gateway.sdk_app_id ?? "",
              PlayTimes: gateway.play_times ?? 2,
            },
          ];
    let answer: Answer;
    try {
      answer = await client.request(action, request, { signal });
    } catch (error) {
      const trouble = way.trouble();
      throw trouble === undefined ? failureOf(error) : notThrough(CLOUD, trouble);
    }
    // A message that was refused is no error of the call.
    const [status] = answer.SendStatusSet ?? [];
    const code = status === undefined ? "Ok" : String(status.Code);
    if (code !== "Ok") throw refusedAs(codeIn({ code }) || "unknown");
    return `${CLOUD} ${String(status?.SerialNo ?? answer.SendStatus?.CallId ?? "Ok").slice(0, 64)}`;
  },
};

function refusedAs(code: string): SendError {
  if (DOUBTFUL.has(code))
    return new InDoubt(`${CLOUD} does not know whether it was sent (${code})`, { next: "retry", code });
  const family = code.slice(0, code.includes(".") ? code.indexOf(".") : undefined);
  const own = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  return refusal(CLOUD, code, own ?? (Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : undefined));
}

/** The client hides the code of a connection in the words of its error, and the status of an answer in `httpCode`. */
function failureOf(error: unknown): Error {
  const code = codeIn(error);
  if (code !== "") return refusedAs(code);
  const status: unknown =
    typeof error === "object" && error !== null ? Reflect.get(error, "httpCode") : undefined;
  if (typeof status === "number") return noAnswer(CLOUD, `HTTP ${status}`);
  const words = error instanceof Error ? error.message : "";
  return noAnswer(CLOUD, /\bE[A-Z_]{3,20}\b/.exec(words)?.[0] ?? "network");
}
