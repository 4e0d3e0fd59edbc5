/**
 * Aliyun: short messages by `SendSms` of Dysmsapi, calls by `SingleCallByTts` of Dyvmsapi, both of 2017-05-25
 * (help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms, help.aliyun.com/document_detail/393519.html).
 */
import type { Medium } from "./config.ts";
import {
  codeIn,
  domestic,
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

const CLOUD = "Aliyun";
const VERSION = "2017-05-25";
const ENDPOINTS: Readonly<Record<Medium, string>> = {
  sms: "https://dysmsapi.aliyuncs.com",
  voice: "https://dyvmsapi.aliyuncs.com",
};
/** As the templates in docs/phone.md have them. */
const USUAL_PARAMS: Readonly<Record<string, string>> = {
  number: "{{number}}",
  name: "{{title}}",
  value: "{{value}}",
};

const MINUTE_MS = 60_000;

/**
 * help.aliyun.com/document_detail/101346.html (messages), the error codes of Dyvmsapi (calls), and those of every API
 * (`Throttling`, `ServiceUnavailable`, `InternalError`). A limit of a number that is met is met again at once by whoever
 * is next, so it is waited for; what only a person can change (money, keys, templates) is given up, so that the
 * fallback hears of it at once.
 */
const CODES: Readonly<Record<string, Verdict>> = {
  "isv.BUSINESS_LIMIT_CONTROL": { next: "give-up", words: "has sent that number as much as it allows" },
  "isv.DAY_LIMIT_CONTROL": { next: "give-up", words: "has sent as much as its console allows for a day" },
  "isv.MONTH_LIMIT_CONTROL": { next: "give-up", words: "has sent as much as its console allows for a month" },
  "isv.MOBILE_NUMBER_ILLEGAL": { next: "give-up", words: "does not take that number" },
  "isv.AMOUNT_NOT_ENOUGH": { next: "give-up", words: "has no money left in the account" },
  "isv.OUT_OF_SERVICE": { next: "give-up", words: "has stopped the account, which has no money left" },
  "isv.SMS_TEMPLATE_ILLEGAL": {
    next: "give-up",
    words: "does not know the template, or has not approved it",
  },
  "isv.SMS_SIGNATURE_ILLEGAL": {
    next: "give-up",
    words: "does not know the signature, or has not approved it",
  },
  "isv.TEMPLATE_MISSING_PARAMETERS": { next: "give-up", words: "misses variables of the template" },
  "isv.TEMPLATE_PARAMS_ILLEGAL": { next: "give-up", words: "does not take a variable of the template" },
  "isv.PARAM_LENGTH_LIMIT": { next: "give-up", words: "finds a variable too long; set variable_limit" },
  "isv.PARAM_NOT_SUPPORT_URL": { next: "give-up", words: "takes no link in a variable" },
  "isv.BLACK_KEY_CONTROL_LIMIT": { next: "give-up", words: "finds a word that is not allowed" },
  "isv.ACCOUNT_ABNORMAL": { next: "give-up", words: "has stopped the account" },
  "isv.TTS_TEMPLATE_ILLEGAL": {
    next: "give-up",
    words: "does not know the template, or has not approved it",
  },
  "isp.RAM_PERMISSION_DENY": { next: "give-up", words: "does not allow that to this access key" },
  "isp.SYSTEM_ERROR": { next: "retry", words: "has an error of its own" },
  "isp.GATEWAY_ERROR": { next: "retry", words: "has an error of its own" },
  "isv.FLOW_LIMIT": { next: "wait", waitMs: MINUTE_MS, words: "is asked too fast" },
  "InvalidAccessKeyId.NotFound": { next: "give-up", words: "does not know the access key" },
  "InvalidAccessKeyId.Inactive": { next: "give-up", words: "has the access key disabled" },
  SignatureDoesNotMatch: { next: "give-up", words: "finds the signature wrong; is access_key_secret right?" },
  IncompleteSignature: { next: "give-up", words: "finds the signature wrong; is access_key_secret right?" },
  "InvalidTimeStamp.Expired": { next: "retry", words: "finds the clock of this machine wrong" },
  Throttling: { next: "wait", waitMs: 10_000, words: "is asked too fast" },
  "Throttling.User": { next: "wait", waitMs: 10_000, words: "is asked too fast" },
  "Throttling.Api": { next: "wait", waitMs: 10_000, words: "is asked too fast" },
  ServiceUnavailable: { next: "retry", words: "is out of order" },
  InternalError: { next: "retry", words: "is out of order" },
};

/** Calls: one a minute, five an hour and twenty a day to one number (help.aliyun.com/document_detail/393519.html). */
const VOICE_CODES: Readonly<Record<string, Verdict>> = {
  "isv.BUSINESS_LIMIT_CONTROL": {
    next: "wait",
    waitMs: MINUTE_MS,
    words: "has called that number as often as it allows",
  },
};

interface Answer {
  readonly Code?: unknown;
  readonly BizId?: unknown;
  readonly CallId?: unknown;
}

export const aliyun: Gateway = {
  async send({ medium, gateway, http }, { phone, values, locale, key }, signal, clock) {
    const { default: Client } = await loaded(PACKAGES.aliyun, () => import("@alicloud/pop-core"));
    const endpoint = gateway.endpoint ?? ENDPOINTS[medium];
    const way = wayTo(CLOUD, new URL(endpoint), http, signal, clock);
    const client = new Client({
      endpoint,
      apiVersion: VERSION,
      accessKeyId: gateway.access_key_id ?? "",
      accessKeySecret: gateway.access_key_secret ?? "",
    });
    const given = gateway.template_params ?? USUAL_PARAMS;
    const most = gateway.variable_limit ?? LONGEST_VARIABLE.aliyun[medium];
    const params = Object.entries(given).map(([name, template]) => [
      name,
      variablesOf(template, values, { most, aloud: medium === "voice", locale }),
    ]);
    const [action, request] =
      medium === "sms"
        ? [
            "SendSms",
            {
              PhoneNumbers: domestic(phone),
              SignName: gateway.sign_name ?? "",
              TemplateCode: gateway.template ?? "",
              TemplateParam: JSON.stringify(Object.fromEntries(params)),
              OutId: key.slice(0, 64),
            },
          ]
        : [
            "SingleCallByTts",
            {
              CalledNumber: domestic(phone),
              ...(gateway.called_show_number === undefined
                ? {}
                : { CalledShowNumber: gateway.called_show_number }),
              TtsCode: gateway.template ?? "",
              TtsParam: JSON.stringify(Object.fromEntries(params)),
              PlayTimes: gateway.play_times ?? 2,
              // 1 to 15 bytes.
              OutId: key.slice(0, 15),
            },
          ];
    try {
      const answer = await client.request<Answer>(action, request, {
        method: "POST",
        timeout: TIMEOUT_MS,
        agent: way.agent,
      });
      if (answer.Code === undefined) throw new InDoubt(`${CLOUD} gave an answer without a code`, DOUBTFUL);
      return `${CLOUD} ${String(answer.BizId ?? answer.CallId ?? "OK").slice(0, 64)}`;
    } catch (error) {
      const trouble = way.trouble();
      throw trouble === undefined ? failureOf(error, medium) : notThrough(CLOUD, trouble);
    }
  },
};

const DOUBTFUL = { next: "retry", code: "no-code" } as const;

function failureOf(error: unknown, medium: Medium): Error {
  if (error instanceof InDoubt) return error;
  const code = codeIn(error);
  // What the API answered is kept by the client as `data`; what it could not read, or never got, is not.
  const answered = typeof error === "object" && error !== null && "data" in error;
  if (answered && code !== "") return refusal(CLOUD, code, verdictOf(code, medium));
  const name = error instanceof Error && /^[A-Z]\w{2,40}$/.test(error.name) ? error.name : "network";
  return noAnswer(CLOUD, code === "" ? name : code);
}

function verdictOf(code: string, medium: Medium): Verdict | undefined {
  if (medium === "voice" && Object.hasOwn(VOICE_CODES, code)) return VOICE_CODES[code];
  if (Object.hasOwn(CODES, code)) return CODES[code];
  return code.startsWith("Throttling") ? CODES["Throttling"] : undefined;
}
