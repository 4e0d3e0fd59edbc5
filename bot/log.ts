/** The log: JSON lines on standard output, in which no secret is seen. */
import { destination, pino } from "pino";
import type { Log } from "../storage/log.ts";

/** Field names whose values never reach a log; in a nested field too, down to the fourth level. */
const SECRET_FIELDS = ["token", "secret", "password", "authorization", "cookie", "access_token", "key"];

/** Shorter texts are no secrets, and blanking them would tear words apart. */
const SHORTEST_SECRET = 4;

/** Characters that wait while standard output takes nothing; what comes beyond is dropped. */
const MOST_WAITING = 1024 * 1024;

/**
 * Opens it. Besides the secret-looking fields, every string of `secrets` is blanked wherever it turns up in a line,
 * because an error message may carry a URL with a token in it. The list may grow, as a reload brings new ones. An
 * error is logged as `{ err }`.
 */
export function openLog(level: string, secrets: readonly string[], write?: (line: string) => void): Log {
  const blank = blanker(secrets);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`, `*.*.*.${field}`]),
        censor: "[redacted]",
      },
      serializers: { err: pino.stdSerializers.err },
      hooks: { streamWrite: blank },
    },
    write === undefined ? standardOutput() : { write },
  );
}

function standardOutput(): ReturnType<typeof destination> {
  const output = destination({ dest: 1, sync: true, maxLength: MOST_WAITING });
  // It may be a file on a disk that is full. The watch goes on; what was not written is tried with the next line.
  output.on("error", () => {});
  return output;
}

/** Blanks secrets as they are, as JSON writes them, and as a URL does. */
function blanker(secrets: readonly string[]): (line: string) => string {
  let count = 0;
  let longestFirst: readonly string[] = [];
  return (line) => {
    if (secrets.length !== count) longestFirst = spellings(secrets);
    count = secrets.length;
    return longestFirst.reduce((text, secret) => text.replaceAll(secret, "[redacted]"), line);
  };
}

function spellings(secrets: readonly string[]): readonly string[] {
  const known = new Set(
    secrets
      .filter((secret) => secret.length >= SHORTEST_SECRET)
      .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]),
  );
  // One secret may be a part of another.
  return [...known].sort((a, b) => b.length - a.length);
}
