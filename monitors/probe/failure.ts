/** From what node:http, node:net and node:tls throw to the reason of a failed look. */

import { LookFailed, type ReasonCode } from "../reason.ts";
import { certificateWords } from "./certificate-words.ts";

/** Codes of Node and of the system, as in its documentation of common system errors. */
const byCode: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  EPIPE: "reset",
  ECONNABORTED: "reset",
  ETIMEDOUT: "timeout",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ERR_INVALID_HTTP_TOKEN: "error",
};

/** What a reset means depends on how far the exchange had come. */
const cutDuring: Readonly<Record<string, string>> = {
  connect: "cut while connecting",
  tls: "cut during the TLS handshake",
  processing: "cut before the response headers were complete",
  transfer: "cut before the response body was complete",
  query: "cut before the expected answer",
  request: "cut before the answer",
};

function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === "string") return code;
  // When several addresses were tried, the error of the first stands for all.
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : "";
}

/** Names what went wrong in an exchange that had come as far as `phase`. */
export function exchangeFailed(
  error: unknown,
  { phase }: { readonly phase: string },
  isTls: boolean,
): LookFailed {
  if (error instanceof LookFailed) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const known = byCode[code];
  if (known === "reset") return failed(known, `${code}: ${cutDuring[phase] ?? "cut"}`, error);
  if (known !== undefined) return failed(known, message || code, error);
  if (code.startsWith("HPE_")) return failed("bad_response", `${code}: ${message}`, error);
  if (isTls && phase === "tls") return failed("tls", `${code || "handshake failed"}: ${message}`, error);
  return failed("error", code === "" ? message : `${code}: ${message}`, error);
}

function failed(code: ReasonCode, detail: string, cause: unknown): LookFailed {
  // OpenSSL's messages carry its source lines and end in a line break.
  const plain = detail.replace(/\s+/g, " ").trim().slice(0, 300);
  const text = code === "tls" ? certificateWords(plain) : undefined;
  return new LookFailed({ code, detail: plain, ...(text === undefined ? {} : { text }) }, { cause });
}
