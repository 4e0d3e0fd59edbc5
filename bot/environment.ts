/** The environment variables: what each may be, what it is when it is not set, and what must not be seen of them. */
import { isIP } from "node:net";
import { z } from "zod";
import type { Locale } from "../storage/locale.ts";
import { ConfigError, type Problem } from "./config/error.ts";
import type { Variables } from "./config/fill-in.ts";
import { problemsOf } from "./config/words.ts";

/** Set to nothing, as in `.env.example`, is not set. */
const optional = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === "" ? undefined : text));

const zone = optional.refine((name) => name === undefined || isZone(name), {
  message: "not a time zone of the IANA database, e.g. Asia/Shanghai",
  params: { zh: "不是 IANA 时区名，例如 Asia/Shanghai" },
});

/** A header can carry nothing else. */
const token = optional.refine((text) => text === undefined || /^[\x21-\x7e]+$/.test(text), {
  message: "may hold visible ASCII characters only, without spaces",
  params: { zh: "只能是可见的 ASCII 字符，不含空格" },
});

/** Where a platform's API is found; what comes after it begins with a slash. */
const base = optional
  .refine((text) => text === undefined || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)), {
    message: "must be an address that begins with http:// or https://",
    params: { zh: "应为 http:// 或 https:// 开头的网址" },
  })
  .transform((text) => text?.replace(/\/+$/, ""));

/** A package of npm, and nothing that could be a path. */
const PACKAGE = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/;

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const LOG_LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** The environment variables that Gengfu reads; `.env.example` lists the same ones, and a test compares them. */
export const environmentSchema = z.object({
  HOST: optional.transform((host) => host ?? "127.0.0.1"),
  PORT: optional.transform((text, context) => {
    const port = Number(text ?? "8080");
    if ((text === undefined || /^\d{1,5}$/.test(text)) && port <= 65535) return port;
    context.addIssue({
      code: "custom",
      message: `'${text}' is not a port; give a whole number from 0 to 65535`,
      params: { zh: `'${text}' 不是端口号，应为 0 到 65535 的整数` },
    });
    return z.NEVER;
  }),
  DATA_DIR: optional.transform((dir) => dir ?? "./data"),
  GENGFU_CONFIG: optional,
  LOCALE: optional
    .refine((text) => text === undefined || text === "zh-CN" || text === "en", {
      message: "must be zh-CN or en",
      params: { zh: "应为 zh-CN 或 en" },
    })
    .transform((text): Locale => (text === "en" ? "en" : "zh-CN")),
  TIMEZONE: zone.transform((name) => name ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
  LOG_LEVEL: optional
    .refine((text) => text === undefined || LOG_LEVELS.includes(text), {
      message: `must be one of ${LOG_LEVELS.join(", ")}`,
      params: { zh: `可选 ${LOG_LEVELS.join(", ")}` },
    })
    .transform((text) => text ?? "info"),
  API_TOKEN: token,
  PING_KEY: optional.refine((text) => text === undefined || /^[A-Za-z0-9_-]{8,100}$/.test(text), {
    message: "must be 8 to 100 letters, digits, - and _",
    params: { zh: "应为 8 到 100 个字母、数字、- 和 _" },
  }),
  PUBLIC_URL: base,
  DINGTALK_CLIENT_ID: optional,
  DINGTALK_CLIENT_SECRET: optional,
  DINGTALK_CARD_TEMPLATE_ID: optional,
  DINGTALK_API_BASE: base,
  DINGTALK_OAPI_BASE: base,
  WECOM_BOT_ID: optional,
  WECOM_BOT_SECRET: optional,
  WECOM_BOT_NAME: optional,
  WECOM_WS_URL: optional.refine((text) => text === undefined || /^wss?:\/\/./.test(text), {
    message: "must be an address that begins with ws:// or wss://",
    params: { zh: "应为 ws:// 或 wss:// 开头的网址" },
  }),
  WECOM_API_BASE: base,
  WECHATY_PUPPET: optional.refine((name) => name === undefined || PACKAGE.test(name), {
    message: "must be the name of a package, e.g. wechaty-puppet-service",
    params: { zh: "应为 npm 包名，例如 wechaty-puppet-service" },
  }),
  WECHATY_PUPPET_OPTIONS: optional.transform((text, context) => {
    const options = text === undefined ? undefined : objectIn(text);
    if (text === undefined || options !== undefined) return options;
    // Without the text, which holds a token.
    context.addIssue({
      code: "custom",
      message: 'must be a JSON object, e.g. {"token":"…"}',
      params: { zh: '应为 JSON 对象，例如 {"token":"…"}' },
      input: "…",
    });
    return z.NEVER;
  }),
  // Read where they are used (http-client/proxy.ts), as every program reads them: what they may be is not ours to say.
  HTTP_PROXY: optional,
  HTTPS_PROXY: optional,
  NO_PROXY: optional,
  // Without the text, which holds a password.
  DATABASE_URL: optional.transform((text, context) => {
    if (text === undefined || (/^postgres(?:ql)?:\/\/./.test(text) && URL.canParse(text))) return text;
    context.addIssue({
      code: "custom",
      message: "must be an address of PostgreSQL, e.g. postgres://gengfu:password@db:5432/gengfu",
      params: { zh: "应为 PostgreSQL 的地址，例如 postgres://gengfu:密码@db:5432/gengfu" },
      input: "…",
    });
    return z.NEVER;
  }),
});

/** One is of no use without the other. */
const PAIRS = [
  ["DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET"],
  ["WECOM_BOT_ID", "WECOM_BOT_SECRET"],
] as const;

export type Environment = z.output<typeof environmentSchema>;

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Whether only this machine can reach a server that listens on `host`. */
export function isLoopback(host: string): boolean {
  if (host === "localhost" || host === "::1" || host === "[::1]") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** The language to say in that the environment cannot be used, where `LOCALE` itself may be wrong. */
export function localeOf(variables: Variables): Locale {
  return variables["LOCALE"] === "en" ? "en" : "zh-CN";
}

/** Reads the environment; throws a ConfigError with every problem at once, each under its variable's name. */
export function readEnvironment(variables: Variables): Environment {
  const read = environmentSchema.safeParse(variables, { reportInput: true });
  const problems: Problem[] = read.success ? [] : read.error.issues.flatMap((issue) => problemsOf(issue));
  // Asked of the text itself, so that it is said together with what is wrong elsewhere.
  const { HOST = "", API_TOKEN = "" } = variables;
  if (HOST !== "" && !isLoopback(HOST) && API_TOKEN === "") {
    problems.push({
      path: "API_TOKEN",
      text: {
        zh: `必须设置，因为 HOST=${HOST} 可以从其他机器访问`,
        en: `required, because HOST=${HOST} can be reached from other machines`,
      },
    });
  }
  for (const [first, second] of PAIRS)
    for (const [set, missing] of [
      [first, second],
      [second, first],
    ] as const)
      if ((variables[set] ?? "") !== "" && (variables[missing] ?? "") === "")
        problems.push({
          path: missing,
          text: { zh: `必须设置，因为设置了 ${set}`, en: `required, because ${set} is set` },
        });
  if (!read.success || problems.length > 0) throw new ConfigError("environment", problems);
  return read.data;
}
