/**
 * Tencent Cloud's SMS of 2021-01-11 and VMS of 2020-09-02 on loopback: the signature TC3-HMAC-SHA256
 * (cloud.tencent.com/document/api/382/52072), the limits of numbers and variables, its codes.
 */
import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type FakeCloud, isLink, openCloud, type Taken } from "./cloud.ts";

export const TENCENT = {
  id: "AKIDFakeSecretId",
  secret: "tencent-s3cret",
  app: "1400006666",
  sign: "更夫",
  template: "4356",
  variables: 3,
} as const;

/** `isCompany`: variables have no limit. */
export function openTencent({ isCompany = false } = {}): Promise<FakeCloud> {
  function judge(request: IncomingMessage, body: string): { taken: Taken } | { code: string } {
    const refused = authorize(request, body);
    if (refused !== undefined) return { code: refused };
    const action = String(request.headers["x-tc-action"]);
    const version = request.headers["x-tc-version"];
    const isCall = action === "SendTtsVoice";
    if (version !== (isCall ? "2020-09-02" : "2021-01-11") || !/^(SendSms|SendTtsVoice)$/.test(action))
      return { code: "InvalidAction" };
    const one = JSON.parse(body) as Record<string, unknown>;
    const [phone, more] = isCall ? [one["CalledNumber"]] : (one["PhoneNumberSet"] as string[]);
    if (typeof phone !== "string" || more !== undefined || !/^\+[1-9]\d{6,14}$/.test(phone))
      return {
        code: isCall
          ? "InvalidParameterValue.CalledNumberVerifyFail"
          : "InvalidParameterValue.IncorrectPhoneNumber",
      };
    if (one[isCall ? "VoiceSdkAppid" : "SmsSdkAppId"] !== TENCENT.app)
      return {
        code: isCall
          ? "InvalidParameterValue.SdkAppidNotExist"
          : "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
      };
    if (!isCall && one["SignName"] !== TENCENT.sign)
      return { code: "FailedOperation.SignatureIncorrectOrUnapproved" };
    const params = one["TemplateParamSet"] as string[];
    if (one["TemplateId"] !== TENCENT.template || params.length !== TENCENT.variables)
      return { code: "FailedOperation.TemplateIncorrectOrUnapproved" };
    if (params.some(isLink)) return { code: "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter" };
    if (isCall ? params.join("").length > 350 : !isCompany && params.some((text) => [...text].length > 12))
      return {
        code: isCall
          ? "InvalidParameterValue.ContentLengthLimit"
          : "InvalidParameterValue.TemplateParameterLengthLimit",
      };
    return {
      taken: {
        action,
        phone,
        template: TENCENT.template,
        sign: String(one["SignName"] ?? ""),
        params: Object.fromEntries(params.map((text, i) => [String(i + 1), text])),
        request: one,
      },
    };
  }

  // What is wrong with one number is told in its place of a good answer; all else is an error.
  const about = (code: string): boolean =>
    /^(LimitExceeded\.PhoneNumber|FailedOperation\.PhoneNumber)/.test(code);
  return openCloud(judge, {
    yes: ({ action }, serial) => ({
      Response:
        action === "SendSms"
          ? {
              SendStatusSet: [{ SerialNo: `serial-${serial}`, Code: "Ok", Message: "send success" }],
              RequestId: "R",
            }
          : { SendStatus: { CallId: `call-${serial}`, SessionContext: "" }, RequestId: "R" },
    }),
    no: (Code, Message) => ({
      Response: about(Code)
        ? { SendStatusSet: [{ SerialNo: "", Code, Message }], RequestId: "R" }
        : { Error: { Code, Message }, RequestId: "R" },
    }),
  });
}

/** The code of the refusal, when whoever asks is not who they say. */
function authorize({ method, headers }: IncomingMessage, body: string): string | undefined {
  const found =
    /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/([^/]+)\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
  if (found === null) return "AuthFailure.InvalidAuthorization";
  const [, id, date = "", service = "", names = "", signature] = found;
  if (id !== TENCENT.id) return "AuthFailure.SecretIdNotFound";
  const timestamp = Number(headers["x-tc-timestamp"]);
  if (Math.abs(timestamp - Date.now() / 1_000) > 300) return "AuthFailure.SignatureExpire";
  if (new Date(timestamp * 1_000).toISOString().slice(0, 10) !== date) return "AuthFailure.SignatureFailure";
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac("sha256", key).update(text).digest();
  // The client signs the host without its port.
  const value = (name: string): string =>
    name === "host" ? (headers.host ?? "").replace(/:\d+$/, "") : String(headers[name]);
  const signed = names.split(";");
  if (!["content-type", "host"].every((name) => signed.includes(name))) return "AuthFailure.SignatureFailure";
  const canonical = [
    method,
    "/",
    "",
    signed.map((name) => `${name}:${value(name)}\n`).join(""),
    names,
    sha256(body),
  ].join("\n");
  const text = ["TC3-HMAC-SHA256", timestamp, `${date}/${service}/tc3_request`, sha256(canonical)].join("\n");
  const key = hmac(hmac(hmac(`TC3${TENCENT.secret}`, date), service), "tc3_request");
  return hmac(key, text).toString("hex") === signature ? undefined : "AuthFailure.SignatureFailure";
}
