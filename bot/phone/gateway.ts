/** The contract of what carries a message to a phone, and what the gateways have in common. */
import { type Next, SendError } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import { type LentAgent, lendAgent } from "../http-client/lent-agent.ts";
import { ProxyRefusal } from "../http-client/proxy-refusal.ts";
import type { HttpConfig } from "../receivers/http-config.ts";
import type { Values } from "./fill.ts";
import type { PhoneLine } from "./phone-lines.ts";

/** What one person is to be told. */
export interface Message {
  /** E.164. */
  readonly phone: string;
  /** The same when the same is tried again. */
  readonly key: string;
  readonly values: Values;
  readonly locale: Locale;
  readonly at: number;
}

export interface Gateway {
  /** Gives back what was answered, for people; throws a SendError, and an InDoubt where it may have been sent. */
  send(line: PhoneLine, message: Message, signal: AbortSignal, clock: Clock): Promise<string>;
}

/** Nobody knows whether it was sent: it is tried again, and counts. */
export class InDoubt extends SendError {}

/** What a code of a cloud means. */
export interface Verdict {
  readonly next: Next;
  readonly waitMs?: number;
  /** For people, besides the code. */
  readonly words?: string;
}

/** A cloud's no; its own words may quote the request, and are kept nowhere. */
export function refusal(cloud: string, code: string, known: Verdict | undefined): SendError {
  const { next, waitMs = 0, words = "refused" } = known ?? { next: "give-up" as const };
  return new SendError(`${cloud} ${words} (${code})`, { next, code, waitMs });
}

/** These happen before anything was said. */
const NOT_REACHED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "bad-proxy-address",
]);

/** No answer. Only a code is kept: the words of a client may hold the whole request. */
export function noAnswer(cloud: string, code: string): SendError {
  const about = { next: "retry", code } as const;
  return NOT_REACHED.has(code)
    ? new SendError(`${cloud} could not be reached (${code})`, about)
    : new InDoubt(`${cloud} did not answer, so nobody knows whether it was sent (${code})`, about);
}

/** The limit of a cloud's own client, and of a proxy in front of it; below that of an attempt. */
export const TIMEOUT_MS = 8_000;

/** The way to a cloud for one request of its client. */
export function wayTo(
  cloud: string,
  endpoint: URL,
  { proxy }: HttpConfig,
  signal: AbortSignal,
  clock: Clock,
): LentAgent {
  try {
    return lendAgent(endpoint, proxy, { clock, limitMs: TIMEOUT_MS, signal });
  } catch (error) {
    throw notThrough(cloud, error);
  }
}

/** A proxy let nothing through, so nobody was told anything. */
export function notThrough(cloud: string, trouble: unknown): SendError {
  if (trouble instanceof ProxyRefusal) return trouble;
  const code =
    trouble instanceof Error && "code" in trouble && typeof trouble.code === "string"
      ? trouble.code
      : "network";
  return new SendError(`${cloud} could not be reached through the proxy (${code})`, { next: "retry", code });
}

/** Loads a package that only those need who use it. */
export async function loaded<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    throw new SendError(`the package ${name} is not installed; npm install ${name}`, {
      next: "retry",
      code: "no-sdk",
    });
  }
}

/** A code as a cloud writes it; "" for anything else, which may quote what was said. */
export function codeIn(error: unknown): string {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && /^[A-Za-z][\w.]{1,80}$/.test(code) ? code : "";
}

/** A mobile of China without its code, as its clouds take it. */
export function domestic(phone: string): string {
  return phone.startsWith("+86") ? phone.slice("+86".length) : phone.slice(1);
}
