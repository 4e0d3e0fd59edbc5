/** What goes wrong with PostgreSQL, in words; never with the address, which holds a password. */
import type { Text } from "../locale.ts";
import { NotSaved } from "../store.ts";

/** The database cannot be reached, or refused. `code`: Node's, or PostgreSQL's SQLSTATE. */
export class DatabaseDown extends Error {
  readonly code: string;
  readonly text: Text;

  constructor(place: string, cause: unknown) {
    const text = wordsOf(place, cause);
    super(text.en, { cause });
    this.name = "DatabaseDown";
    this.code = codeOf(cause);
    this.text = text;
  }
}

/** Node's codes, and those of PostgreSQL's appendix A. */
const WORDS: Readonly<Record<string, Text>> = {
  ECONNREFUSED: { zh: "没有服务在监听", en: "nobody listens there" },
  ENOTFOUND: { zh: "主机名无法解析", en: "the name of the host is unknown" },
  EAI_AGAIN: { zh: "主机名暂时无法解析", en: "the name of the host cannot be resolved just now" },
  EHOSTUNREACH: { zh: "主机不可达", en: "the host cannot be reached" },
  ENETUNREACH: { zh: "网络不可达", en: "the network cannot be reached" },
  ECONNRESET: { zh: "连接被断开", en: "the connection was cut" },
  EPIPE: { zh: "连接被断开", en: "the connection was cut" },
  ENOENT: { zh: "套接字文件不存在", en: "its socket is not there" },
  TIMEOUT: { zh: "没有及时回应", en: "no answer in time" },
  CLOSED: { zh: "连接已断开", en: "the connection was cut" },
  "28P01": { zh: "密码不对", en: "the password is wrong" },
  "3D000": { zh: "没有这个数据库", en: "there is no such database" },
  "42501": { zh: "没有权限", en: "permission denied" },
  "25006": { zh: "数据库是只读的（备库？）", en: "the database is read-only (a standby?)" },
  "53100": { zh: "数据库的磁盘已满", en: "the database's disk is full" },
  "53200": { zh: "数据库内存不足", en: "the database is out of memory" },
  "53300": { zh: "数据库的连接数已满", en: "the database has too many connections" },
  "57014": { zh: "没有及时回应", en: "no answer in time" },
  "57P01": { zh: "数据库正在关闭", en: "the database is shutting down" },
  "57P02": { zh: "数据库崩溃了", en: "the database crashed" },
  "57P03": { zh: "数据库还在启动", en: "the database is starting up" },
};

/** Says where and why, with the code. */
export function wordsOf(place: string, error: unknown): Text {
  const code = codeOf(error);
  // What `pg` itself says is about the protocol or the password; what the server says is its own.
  const plain = error instanceof Error ? error.message.slice(0, 200) : String(error);
  const words = WORDS[code] ?? { zh: plain, en: plain };
  const suffix = ["", "CLOSED", "TIMEOUT"].includes(code) ? "" : ` (${code})`;
  return { zh: `PostgreSQL ${place}：${words.zh}${suffix}`, en: `PostgreSQL ${place}: ${words.en}${suffix}` };
}

/** Node's code or the SQLSTATE; `TIMEOUT` and `CLOSED` for what `pg` says in words alone, "" for all else. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  if (/timeout/i.test(error.message)) return "TIMEOUT";
  if (/^Connection terminated|^Client (?:has encountered|was closed)|not queryable/i.test(error.message))
    return "CLOSED";
  return "";
}

/**
 * Whether the server itself said no, so that nothing of the statement holds. Of an error that ends the session (class
 * 57P, administrators and crashes) it is not known whether the commit came before it, and 40003 says just that.
 */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return (
    /^[0-9A-Z]{5}$/.test(code) &&
    /^\d|^F0|^HV|^P0|^XX/.test(code) &&
    !code.startsWith("57P") &&
    code !== "40003"
  );
}

/** The commit was refused, in the database's words. */
export function notSaved(place: string, cause: unknown): NotSaved {
  const text = cause instanceof DatabaseDown ? cause.text : wordsOf(place, cause);
  return new NotSaved(text, { cause });
}
