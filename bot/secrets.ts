/** What must never be seen in a log. */
import querystring from "node:querystring";
import { kindNamed } from "../monitors/index.ts";
import { databaseSecrets } from "../monitors/sql/database.ts";
import type { FileConfig } from "./config.ts";
import type { Environment } from "./environment.ts";

/** Headers that say who is asking. */
const SECRET_HEADER = /auth|cookie|token|key|secret|password|signature/i;

/** What a `gengfu.yml` says that may hold secrets. */
type Confiding = Pick<
  FileConfig,
  "actions" | "databases" | "monitors" | "receivers" | "global" | "watchdog" | "hooks" | "oncall" | "secrets"
>;

/**
 * The secrets of the environment and of `gengfu.yml`: the values of secret-looking headers of monitors and their credentials, what stands
 * in files of its own, what receivers, calendars and the watchdog are reached by, and what hooks are known by.
 */
export function secretsOf(environment: Environment, config: Confiding): string[] {
  const { API_TOKEN, PING_KEY, DINGTALK_CLIENT_SECRET, WECOM_BOT_SECRET, DATABASE_URL } = environment;
  const headers = config.monitors.flatMap(({ options }) => headersOf(options["headers"]));
  const ofMonitors = config.monitors.flatMap(({ kind, options }) =>
    [...(kindNamed(kind)?.fileOnly ?? []), "token"].flatMap((key) => within(options[key], key)),
  );
  return [
    API_TOKEN,
    PING_KEY,
    DINGTALK_CLIENT_SECRET,
    WECOM_BOT_SECRET,
    ...textsIn(environment.WECHATY_PUPPET_OPTIONS),
    DATABASE_URL,
    passwordIn(DATABASE_URL),
    passwordIn(environment.HTTP_PROXY),
    passwordIn(environment.HTTPS_PROXY),
    ...headers,
    ...ofMonitors,
    ...config.databases.flatMap(databaseSecrets),
    ...config.secrets,
    ...config.receivers.flatMap(({ targets }) => targets.flatMap((target) => within(target))),
    ...within(config.global.http),
    ...within(config.global.smtp),
    ...within(config.global.phone),
    ...config.hooks.flatMap(({ token, options }) => [token, ...within(options)]),
    ...config.oncall.flatMap(({ ics, icsToken }) => [
      icsToken,
      // A path is none; an address carries what lets its reader in.
      ics?.includes("://") === true ? ics : undefined,
    ]),
    ...config.actions.flatMap(({ does }) => within(does)),
    ...(config.watchdog === undefined ? [] : [config.watchdog.url]),
  ].filter((one): one is string => one !== undefined && one !== "");
}

/** Every text of a puppet's options: which of them lets somebody in only the puppet knows. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Keys of receivers whose values tell more than their names: an address may carry a token, a key is one. */
const SECRET_KEY = /url$|secret|password|token|^key$|authorization|corpid/i;

/** The secrets of a value and of everything in it. */
function within(value: unknown, key = ""): string[] {
  if (typeof value === "string") {
    if (!SECRET_KEY.test(key)) return [];
    return key === "authorization" ? [value, value.slice(value.indexOf(" ") + 1)] : [value];
  }
  if (typeof value !== "object" || value === null) return [];
  if (key === "headers") return headersOf(value);
  return Object.entries(value).flatMap(([name, part]) => within(part, Array.isArray(value) ? key : name));
}

function headersOf(headers: unknown): string[] {
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!SECRET_HEADER.test(name) || typeof value !== "string") return [];
    // `Bearer abc` is a secret, and so is `abc` alone.
    return [value, value.slice(value.indexOf(" ") + 1)];
  });
}

function passwordIn(address = ""): string {
  return URL.canParse(address) ? querystring.unescape(new URL(address).password) : "";
}
