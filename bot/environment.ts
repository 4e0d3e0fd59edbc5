import { isIP } from "node:net";
import { z } from "zod";
import type { Locale } from "../storage/locale.ts";
import { ConfigError, type Problem } from "./config-error.ts";

const optional = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === "" ? undefined : text));

const zone = optional.refine((name) => name === undefined || isZone(name), {
  message: "not a time zone of the IANA database, e.g. Asia/Shanghai",
});

/** The environment variables that Gengfu reads; `.env.example` lists the same ones, and a test compares them. */
export const environmentSchema = z.object({
  HOST: optional.transform((host) => host ?? "127.0.0.1"),
  PORT: optional.transform((text, context) => {
    const port = Number(text ?? "8080");
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      context.addIssue({
        code: "custom",
        message: `'${text}' is not a port; give a whole number from 0 to 65535`,
      });
    }
    return port;
  }),
  DATA_DIR: optional.transform((dir) => dir ?? "./data"),
  GENGFU_CONFIG: optional,
  LOCALE: optional
    .refine((text) => text === undefined || text === "zh-CN" || text === "en", {
      message: "must be zh-CN or en",
    })
    .transform((text): Locale => (text === "en" ? "en" : "zh-CN")),
  TIMEZONE: zone.transform((name) => name ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
  LOG_LEVEL: optional
    .refine((text) => text === undefined || LOG_LEVELS.includes(text), {
      message: "must be one of trace, debug, info, warn, error, fatal, silent",
    })
    .transform((text) => text ?? "info"),
  API_TOKEN: optional,
  DINGTALK_CLIENT_ID: optional,
  DINGTALK_CLIENT_SECRET: optional,
  DINGTALK_CARD_TEMPLATE_ID: optional,
  DINGTALK_API_BASE: optional,
  DINGTALK_OAPI_BASE: optional,
  WECOM_BOT_ID: optional,
  WECOM_BOT_SECRET: optional,
  WECOM_BOT_NAME: optional,
  WECOM_WS_URL: optional,
  WECOM_API_BASE: optional,
  DATABASE_URL: optional,
});

export type Environment = z.output<typeof environmentSchema>;

const LOG_LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/** What must never be seen in a log. */
export function secretsOf(environment: Environment): string[] {
  const { API_TOKEN, DINGTALK_CLIENT_SECRET, WECOM_BOT_SECRET, DATABASE_URL } = environment;
  return [API_TOKEN, DINGTALK_CLIENT_SECRET, WECOM_BOT_SECRET, DATABASE_URL].filter(
    (one) => one !== undefined,
  );
}

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

/** Reads the environment; throws a ConfigError with every problem at once, each under its variable's name. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const read = environmentSchema.safeParse(variables);
  const problems: Problem[] = [];
  if (!read.success) {
    for (const issue of read.error.issues)
      problems.push({ path: issue.path.join("."), message: issue.message });
  }
  if (read.data !== undefined) {
    if (!isLoopback(read.data.HOST) && read.data.API_TOKEN === undefined) {
      problems.push({
        path: "API_TOKEN",
        message: `required, because HOST=${read.data.HOST} can be reached from other machines`,
      });
    }
    if (read.data.DATABASE_URL !== undefined) {
      problems.push({
        path: "DATABASE_URL",
        message:
          "PostgreSQL is not supported by this version; unset it to use the embedded store in DATA_DIR",
      });
    }
  }
  if (problems.length > 0 || read.data === undefined) throw new ConfigError("environment", problems);
  return read.data;
}
