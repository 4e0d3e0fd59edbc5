import { destination, pino } from "pino";
import type { Log } from "../storage/log.ts";

/** Field names whose values never reach a log, wherever they stand. */
const SECRET_FIELDS = ["token", "secret", "password", "authorization", "cookie", "access_token", "key"];

/**
 * JSON lines on standard output. Besides the secret-looking fields, every string of `secrets` is blanked wherever
 * it turns up in a line, because an error message may carry a URL with a token in it.
 */
export function openLog(level: string, secrets: readonly string[], write?: (line: string) => void): Log {
  const known = secrets.filter((secret) => secret.length >= 6);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: "[redacted]",
      },
      serializers: { error: pino.stdSerializers.err },
      hooks: {
        streamWrite: (line) => known.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), line),
      },
    },
    write === undefined ? destination({ dest: 1, sync: true }) : { write },
  );
}
