/**
 * Aliyun's Dysmsapi and Dyvmsapi of 2017-05-25 on loopback: the RPC signature (HMAC-SHA1 over the sorted parameters,
 * help.aliyun.com/document_detail/315526.html), its limits of numbers and variables, its codes.
 */
import { createHmac } from "node:crypto";
import { type FakeCloud, isLink, openCloud, type Taken } from "./cloud.ts";

export const ALIYUN = {
  id: "LTAI5tFakeKeyId",
  secret: "aliyun-s3cret",
  sign: "更夫",
  sms: "SMS_100",
  voice: "TTS_100",
  variables: ["number", "name", "value"],
} as const;

const MINUTE_MS = 60_000;

export function openAliyun(now: () => number = Date.now): Promise<FakeCloud> {
  const nonces = new Set<string>();
  const calls = new Map<string, number[]>();

  function judge(
    method: string,
    form: URLSearchParams,
  ): { taken: Taken } | { code: string; status?: number } {
    const of = (name: string): string => form.get(name) ?? "";
    if (of("AccessKeyId") !== ALIYUN.id) return { code: "InvalidAccessKeyId.NotFound", status: 404 };
    if (of("Signature") !== signatureOf(method, form)) return { code: "SignatureDoesNotMatch", status: 400 };
    if (Math.abs(Date.parse(of("Timestamp")) - Date.now()) > 15 * MINUTE_MS)
      return { code: "InvalidTimeStamp.Expired", status: 400 };
    if (nonces.has(of("SignatureNonce"))) return { code: "SignatureNonceUsed", status: 400 };
    nonces.add(of("SignatureNonce"));
    const action = of("Action");
    if (of("Version") !== "2017-05-25" || !/^(SendSms|SingleCallByTts)$/.test(action))
      return { code: "InvalidAction.NotFound", status: 404 };
    const isCall = action === "SingleCallByTts";
    const phone = of(isCall ? "CalledNumber" : "PhoneNumbers");
    if (!/^1[3-9]\d{9}$/.test(phone)) return { code: "isv.MOBILE_NUMBER_ILLEGAL" };
    if (!isCall && of("SignName") !== ALIYUN.sign) return { code: "isv.SMS_SIGNATURE_ILLEGAL" };
    const template = of(isCall ? "TtsCode" : "TemplateCode");
    if (template !== (isCall ? ALIYUN.voice : ALIYUN.sms))
      return { code: isCall ? "isv.TTS_TEMPLATE_ILLEGAL" : "isv.SMS_TEMPLATE_ILLEGAL" };
    const params = JSON.parse(of(isCall ? "TtsParam" : "TemplateParam")) as Record<string, string>;
    if (ALIYUN.variables.some((name) => (params[name] ?? "") === ""))
      return { code: "isv.TEMPLATE_MISSING_PARAMETERS" };
    const all = Object.values(params);
    if (all.some(isLink)) return { code: "isv.PARAM_NOT_SUPPORT_URL" };
    if (isCall ? all.join("").length >= 250 : all.some((text) => [...text].length > 35))
      return { code: "isv.PARAM_LENGTH_LIMIT" };
    if (of("OutId").length > (isCall ? 15 : 256)) return { code: "isv.INVALID_PARAMETERS" };
    const before = (calls.get(phone) ?? []).filter((at) => now() - at < 60 * MINUTE_MS);
    if (isCall && (before.some((at) => now() - at < MINUTE_MS) || before.length >= 5))
      return { code: "isv.BUSINESS_LIMIT_CONTROL" };
    calls.set(phone, [...before, now()]);
    const request = Object.fromEntries(form);
    return { taken: { action, phone, template, sign: of("SignName"), params, request } };
  }

  return openCloud((request, body) => judge(request.method ?? "", new URLSearchParams(body)), {
    yes: ({ action }, serial) => ({
      Code: "OK",
      Message: "OK",
      RequestId: "R-1",
      ...(action === "SendSms" ? { BizId: `biz-${serial}` } : { CallId: `call-${serial}` }),
    }),
    no: (Code, Message) => ({ Code, Message, RequestId: "R-1" }),
  });
}

function signatureOf(method: string, form: URLSearchParams): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...form]
    .filter(([name]) => name !== "Signature")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join("&");
  const signed = `${method}&${encode("/")}&${encode(query)}`;
  return createHmac("sha1", `${ALIYUN.secret}&`).update(signed).digest("base64");
}
