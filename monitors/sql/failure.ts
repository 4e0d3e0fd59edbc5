/** From what drivers throw to the reason of a failed look. */
import type { Text } from "../../storage/locale.ts";
import { exchangeFailed } from "../probe/failure.ts";
import { LookFailed, type ReasonCode } from "../reason.ts";

/** What was under way when it failed. */
export interface Moment {
  readonly phase: "connect" | "query";
  readonly isTls: boolean;
}

const TLS_CODE = /^(?:CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|UNABLE_|SELF_SIGNED|DEPTH_ZERO|HANDSHAKE_SSL)/;

/** The reason of a server's own code by `known`; else that of the network. */
export function databaseFailed(
  error: unknown,
  moment: Moment,
  known: (code: string) => ReasonCode | undefined,
): LookFailed {
  if (error instanceof LookFailed) return error;
  const code = codeOf(error);
  const reason = known(code);
  if (reason !== undefined) {
    const message = error instanceof Error ? error.message : String(error);
    return new LookFailed({ code: reason, detail: shown(code === "" ? message : `${code}: ${message}`) });
  }
  const phase = TLS_CODE.test(code) ? "tls" : moment.phase;
  return exchangeFailed(error, { phase }, moment.isTls);
}

/** By SQLSTATE (ISO 9075): class 42 is a statement that no database would run; what has another class failed as it ran. */
export function queryReason(state: string): ReasonCode {
  return state.startsWith("42") ? "bad_query" : "query_failed";
}

export function codeOf(error: unknown): string {
  const { code } = (typeof error === "object" && error !== null ? error : {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** A server's message on one line, not endless: it may quote whatever it was sent. */
function shown(message: string): string {
  return message
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, 300);
}

/** Says that an answer was cut because it was too long. */
export function tooLarge(bytes: number): LookFailed {
  return new LookFailed({
    code: "answer_too_large",
    detail: `more than ${Math.round(bytes / 1_048_576)} MB`,
  });
}

/** Says what to install. */
export function noDriver(name: string, text: Text): LookFailed {
  return new LookFailed({ code: "no_driver", detail: name, text });
}

/** A package that npm was told to leave out, or could not install. */
export function noPackage(name: string): LookFailed {
  return noDriver(name, {
    zh: `没有安装数据库驱动 ${name}：在更夫的目录里运行 npm install --no-save ${name}`,
    en: `the driver ${name} is not installed; run npm install --no-save ${name} in the folder of Gengfu`,
  });
}
