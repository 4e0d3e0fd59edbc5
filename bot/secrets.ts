/** What must never be seen in a log. */
import type { FileConfig } from "./config.ts";
import type { Environment } from "./environment.ts";

/** Headers that say who is asking. */
const SECRET_HEADER = /auth|cookie|token|key|secret|password|signature/i;

/** The secrets of the environment, and the values of secret-looking headers of the monitors in `gengfu.yml`. */
export function secretsOf(environment: Environment, config: Pick<FileConfig, "monitors">): string[] {
  const { API_TOKEN, DINGTALK_CLIENT_SECRET, WECOM_BOT_SECRET, DATABASE_URL } = environment;
  const headers = config.monitors.flatMap(({ options }) => headersOf(options["headers"]));
  return [API_TOKEN, DINGTALK_CLIENT_SECRET, WECOM_BOT_SECRET, DATABASE_URL, ...headers].filter(
    (one): one is string => one !== undefined && one !== "",
  );
}

function headersOf(headers: unknown): string[] {
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!SECRET_HEADER.test(name) || typeof value !== "string") return [];
    // `Bearer abc` is a secret, and so is `abc` alone.
    return [value, value.slice(value.indexOf(" ") + 1)];
  });
}
