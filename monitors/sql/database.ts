/** One entry of `databases:` in `gengfu.yml`: where a database is, and as whom it is asked. */
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { formatDuration, parseDuration } from "../../storage/duration.ts";
import { wrong } from "../../storage/wrong.ts";
import { type TlsConfig, tlsConfigOption } from "../probe/tls-options.ts";

/** A server that is asked over the network. */
export interface Server {
  readonly kind: "postgres" | "mysql";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  /** The name of the database on the server. */
  readonly database: string;
  /** Undefined: in the clear. */
  readonly tls: TlsConfig | undefined;
}

/** A file. */
export interface DatabaseFile {
  readonly kind: "sqlite";
  /** Absolute. */
  readonly path: string;
}

export type Place = Server | DatabaseFile;

/** A database that monitors may ask by its name. */
export interface Database {
  readonly name: string;
  readonly place: Place;
  /** After so long the database itself ends a statement. */
  readonly statementTimeoutMs: number;
  /** How many statements it may be asked at once; the others wait their turn. */
  readonly maxConnections: number;
}

const KINDS: Readonly<Record<string, { readonly kind: Server["kind"]; readonly port: number }>> = {
  "postgres:": { kind: "postgres", port: 5432 },
  "postgresql:": { kind: "postgres", port: 5432 },
  "mysql:": { kind: "mysql", port: 3306 },
  "mariadb:": { kind: "mysql", port: 3306 },
};

const SHORTEST_MS = 100;
const LONGEST_MS = 10 * 60_000;

const statementTimeout = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms;
  const span = { from: formatDuration(SHORTEST_MS), to: formatDuration(LONGEST_MS) };
  context.addIssue({
    code: "custom",
    message: `must be a duration from ${span.from} to ${span.to}, such as 10s`,
    params: { zh: `应为 ${span.from} 到 ${span.to} 的时长，例如 10s` },
  });
  return z.NEVER;
});

/** One entry; the `url` is `postgres://…`, `mysql://…` or `sqlite:/path`. */
export const databaseSchema = z
  .strictObject({
    name: z
      .string()
      .refine(
        (text) => /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,62}$/u.test(text),
        wrong("要写一个词：字母、数字、_、. 和 -", "must be a word of letters, digits, _, . and -"),
      ),
    url: z.string(),
    user: z.string().min(1).optional(),
    /** Goes before the one in `url`. */
    password: z.string().optional(),
    /** TLS, as the certificate must be by `tls_config`. */
    tls: z.boolean().optional(),
    tls_config: tlsConfigOption.optional(),
    statement_timeout: statementTimeout.default(10_000),
    max_connections: z.int().min(1).max(10).default(1),
  })
  .transform((given, context): Database => {
    const complain = (path: keyof typeof given, message: string, zh: string): never => {
      context.addIssue({ code: "custom", path: [path], message, params: { zh } });
      return z.NEVER;
    };
    const { name, statement_timeout: statementTimeoutMs, max_connections: maxConnections } = given;
    const about = { name, statementTimeoutMs, maxConnections };
    const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/is.exec(given.url)?.[1];
    if (path !== undefined) {
      for (const key of ["user", "password", "tls", "tls_config"] as const)
        if (given[key] !== undefined) return complain(key, "means nothing with SQLite", "对 SQLite 没有意义");
      return { ...about, place: { kind: "sqlite", path: isAbsolute(path) ? path : resolve(path) } };
    }
    let url: URL;
    try {
      url = new URL(given.url);
    } catch {
      return complain("url", WRONG_URL.en, WRONG_URL.zh);
    }
    const known = KINDS[url.protocol];
    const database = part(url.pathname.slice(1));
    const user = given.user ?? part(url.username);
    const password = part(url.password);
    if (known === undefined || url.hostname === "" || database === undefined || password === undefined)
      return complain("url", WRONG_URL.en, WRONG_URL.zh);
    if (database === "") return complain("url", "names no database after the host", "主机后面没有写数据库名");
    if (user === undefined || user === "")
      return complain("user", "is missing: as whom is it asked?", "没有写：用哪个用户查询");
    if (url.search !== "" || url.hash !== "")
      return complain(
        "url",
        "takes no parameters; use tls and tls_config",
        "不能带参数，请用 tls 和 tls_config",
      );
    if (given.tls === false && given.tls_config !== undefined)
      return complain("tls_config", "cannot stand beside tls: false", "不能与 tls: false 同时写");
    const tls = given.tls === true || given.tls_config !== undefined ? (given.tls_config ?? {}) : undefined;
    const place: Server = {
      kind: known.kind,
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? known.port : Number(url.port),
      user,
      password: given.password ?? (password === "" ? undefined : password),
      database,
      tls,
    };
    return { ...about, place };
  });

// The address itself is never repeated: it may hold the password.
const WRONG_URL = {
  en: "must look like postgres://user@host:5432/database, mysql://user@host:3306/database or sqlite:/path/file.db",
  zh: "应形如 postgres://用户@主机:5432/库名、mysql://用户@主机:3306/库名 或 sqlite:/路径/文件.db",
};

/** A part of a URL as it is meant; one that is not well written cannot be a part of a URL at all. */
function part(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** What must never be seen in a log. */
export function databaseSecrets({ place }: Database): readonly string[] {
  if (place.kind === "sqlite") return [];
  const { password, tls } = place;
  const found = [password, password && encodeURIComponent(password), tls?.key];
  return [...new Set(found.filter((one): one is string => one !== undefined && one !== ""))];
}
