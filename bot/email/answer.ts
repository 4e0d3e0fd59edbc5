/**
 * What a mail server's no means. Reply codes by RFC 5321 (4.2.1: 4yz is for now, 5yz for good; 4.2.3 the codes), their
 * three-part twins by RFC 3463 and the IANA registry of enhanced status codes.
 */
import { type Next, SendError } from "../../alerts/channel.ts";

/** A reply as far as it matters. What the server says in words may quote anything, so it is kept nowhere. */
export interface Reply {
  readonly code: number;
  /** `5.7.1`; "" where the server has none. */
  readonly enhanced: string;
}

interface Verdict {
  readonly next: Next;
  readonly waitMs?: number;
  readonly words?: string;
}

const MINUTE_MS = 60_000;

/**
 * The exceptions from "4 is tried again, 5 is not". To be tried again counts against a target that may be out of order;
 * to wait is for one that answers and is only asked too much: `421 4.7.0` and `421 4.7.28` (Gmail, "SMTP errors and
 * codes") and `450 4.2.1` (mail comes in at too high a rate) are limits of a rate, `421 4.3.2` and `421 4.4.5` too many
 * connections, and 452 too many recipients or a full disk (RFC 5321, 4.5.3.1.10). 450 and 451 without such a code are
 * greylisting (RFC 6647, 2.6), which lets the next try after some minutes through. 454 is a login that cannot be checked
 * just now (RFC 4954, 6).
 */
const BY_ENHANCED: Readonly<Record<string, Verdict>> = {
  "421 4.7.0": { next: "wait", waitMs: MINUTE_MS },
  "421 4.7.28": { next: "wait", waitMs: MINUTE_MS },
  "421 4.3.2": { next: "wait", waitMs: MINUTE_MS },
  "421 4.4.5": { next: "wait", waitMs: MINUTE_MS },
  "450 4.2.1": { next: "wait", waitMs: MINUTE_MS },
};

/** RFC 4954, 6 for what is about the login, RFC 3207 for STARTTLS, RFC 5321 for the others. */
const BY_CODE: Readonly<Record<number, Verdict>> = {
  421: { next: "retry", words: "is not available" },
  450: { next: "retry", words: "does not take it yet" },
  451: { next: "retry", words: "does not take it yet" },
  452: { next: "wait", waitMs: MINUTE_MS, words: "has no room" },
  454: { next: "retry", words: "cannot check the login or encrypt just now" },
  530: { next: "give-up", words: "asks for a login, or for encryption first" },
  534: { next: "give-up", words: "wants a stronger way to log in" },
  535: { next: "give-up", words: "does not take the user name and password" },
  538: { next: "give-up", words: "wants the login encrypted" },
  550: { next: "give-up", words: "does not take mail for that address, or from us" },
  551: { next: "give-up", words: "does not know that address" },
  552: { next: "give-up", words: "finds it too large, or the mailbox full" },
  553: { next: "give-up", words: "does not allow that address" },
  554: { next: "give-up", words: "refuses it" },
};

/** The code of a server without STARTTLS where it is required. */
const NO_STARTTLS = "no-starttls";

/** Whether another try may help. */
export function isTemporary({ code }: Reply): boolean {
  return code < 500;
}

/** `550 5.1.1`. */
export function replyWords({ code, enhanced }: Reply): string {
  return enhanced === "" ? String(code) : `${code} ${enhanced}`;
}

/** What to do about a no. */
export function refusalOf(reply: Reply): SendError {
  const code = replyWords(reply);
  const usual: Verdict = BY_CODE[reply.code] ?? { next: isTemporary(reply) ? "retry" : "give-up" };
  const { next, waitMs = 0, words = usual.words ?? "refused" } = BY_ENHANCED[code] ?? usual;
  return new SendError(`the mail server ${words} (${code})`, { next, code, waitMs });
}

/** The reply in an error of the client; undefined when the server said nothing. */
export function replyIn(error: unknown): Reply | undefined {
  if (!(error instanceof Error) || !("response" in error) || typeof error.response !== "string")
    return undefined;
  const found = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})(?=\s|$))?/.exec(error.response);
  return found === null ? undefined : { code: Number(found[1]), enhanced: found[2] ?? "" };
}

/**
 * What became of a session, as data. The client's own words hold what was said on the line, and are dropped. What the
 * network or a certificate does is tried again: so it is told once it has been put right.
 */
export function failureOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  const about = {
    code: textOf(error, "code"),
    cause: textOf(error, "originalCode"),
    at: textOf(error, "command"),
  };
  const reply = replyIn(error);
  if (about.code === "ETLS" && about.at === "STARTTLS" && reply !== undefined)
    return new SendError(
      "the mail server offers no STARTTLS, and nothing is sent unencrypted while require_tls is true",
      { next: "retry", code: NO_STARTTLS },
    );
  if (reply !== undefined && (reply.code >= 400 || about.code === "EAUTH")) return refusalOf(reply);
  const code = about.cause !== "" ? about.cause : about.code !== "" ? about.code : "network";
  return new SendError(`the mail server could not be reached, or did not answer (${code})`, {
    next: "retry",
    code,
  });
}

function textOf(error: unknown, key: string): string {
  const value: unknown = error instanceof Error ? Reflect.get(error, key) : undefined;
  // A code is a word; anything longer may quote what was said.
  return typeof value === "string" && /^[A-Z][A-Z0-9_ ]{1,60}$/.test(value) ? value : "";
}
