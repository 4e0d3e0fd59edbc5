/** Tokens by the client credentials grant of OAuth 2.0 (RFC 6749, 4.4): asked for once, kept until shortly before their end. */
import { z } from "zod";
import { SendError } from "../../alerts/channel.ts";
import type { OAuth2Config } from "../receivers/http-config.ts";

/** How a form is posted; gives back the status and the body. */
export type PostForm = (
  config: OAuth2Config,
  form: string,
  authorization: string,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly body: string }>;

export interface Tokens {
  /** A token that is good for a while. Rejects with a SendError when there is none to be had. */
  get(config: OAuth2Config, signal: AbortSignal): Promise<string>;
  /** Forgets the token: the receiver would not have it. */
  drop(config: OAuth2Config): void;
}

/** Before its end a token is no longer used, since it takes time to arrive. */
const EARLIER_MS = 10_000;
/** One that does not say how long it is good for. */
const UNKNOWN_MS = 5 * 60_000;

const answer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
});

export function keepTokens(post: PostForm, now: () => number): Tokens {
  /** By the configuration in force: a reload begins anew. */
  const kept = new WeakMap<OAuth2Config, { readonly token: string; readonly until: number }>();
  return {
    async get(config, signal) {
      const known = kept.get(config);
      if (known !== undefined && now() < known.until) return known.token;
      const { token, lastsMs } = await ask(config, post, signal);
      kept.set(config, { token, until: now() + lastsMs - EARLIER_MS });
      return token;
    },
    drop: (config) => void kept.delete(config),
  };
}

async function ask(
  config: OAuth2Config,
  post: PostForm,
  signal: AbortSignal,
): Promise<{ readonly token: string; readonly lastsMs: number }> {
  const { clientId, clientSecret, scopes, endpointParams } = config;
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    ...(scopes.length === 0 ? {} : { scope: scopes.join(" ") }),
    ...endpointParams,
  });
  const pair = [clientId, clientSecret].map(encodeURIComponent).join(":");
  const { status, body } = await post(
    config,
    form.toString(),
    `Basic ${Buffer.from(pair).toString("base64")}`,
    signal,
  );
  const read = status === 200 ? answer.safeParse(parsed(body)) : undefined;
  if (read?.success !== true)
    throw new SendError(`no token from the authorization server (HTTP ${status})`, {
      next: "retry",
      code: `oauth2-${status}`,
    });
  const { access_token: token, expires_in } = read.data;
  return { token, lastsMs: expires_in === undefined ? UNKNOWN_MS : expires_in * 1_000 };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
