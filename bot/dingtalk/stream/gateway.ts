/**
 * Asks DingTalk's gateway where to connect: `POST /v1.0/gateway/connections/open`. The ticket in the answer is good
 * for 90 seconds and one connection, and it is a secret: it stands in no error.
 */
import { z } from "zod";
import { SendError } from "../../../alerts/channel.ts";
import { ENVIRONMENT } from "../../http-client/proxy.ts";
import { PLAIN_HTTP } from "../../receivers/http-config.ts";
import { type HttpAnswer, retryAfterMs } from "../../webhook/answer.ts";
import { send } from "../../webhook/request.ts";

export interface GatewayRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly ua: string;
  readonly subscriptions: readonly { readonly type: string; readonly topic: string }[];
}

const opened = z.looseObject({ endpoint: z.string().min(1), ticket: z.string().min(1) });
const refused = z.looseObject({ code: z.string().regex(/^[\w.-]{1,64}$/) });

/** The address of the socket, with its ticket. Throws SendError: `give-up` when the credentials are refused. */
export async function askGateway(
  apiBase: string,
  request: GatewayRequest,
  now: () => number,
  signal: AbortSignal,
): Promise<string> {
  const answer = await send(
    {
      method: "POST",
      url: `${apiBase.replace(/\/+$/, "")}/v1.0/gateway/connections/open`,
      // A secret is in the body: it goes to nobody that a redirect points to.
      http: { ...PLAIN_HTTP, followRedirects: false, proxy: ENVIRONMENT },
      // Without this it answers in XML.
      headers: { accept: "application/json" },
      body: JSON.stringify(request),
    },
    signal,
  );
  if (answer.status !== 200) throw refusalOf(answer, now());
  const read = opened.safeParse(jsonOf(answer.body));
  if (!read.success) throw strange();
  return addressOf(read.data.endpoint, read.data.ticket, apiBase.startsWith("https:"));
}

/** 401 `authFailed` is what a wrong secret gets; a proxy on the way answers 400, 403, 407 and 503 with a page or nothing. */
function refusalOf({ status, retryAfter, body }: HttpAnswer, now: number): SendError {
  const said = jsonOf(body);
  const read = refused.safeParse(said);
  const code = read.success ? `${status} ${read.data.code}` : String(status);
  const message = `the gateway answered ${code}`;
  const isDingTalks = status === 401 || (status === 403 && said !== undefined);
  if (isDingTalks) return new SendError(message, { next: "give-up", code });
  if (status !== 429) return new SendError(message, { next: "retry", code });
  return new SendError(message, { next: "wait", code, waitMs: retryAfterMs(retryAfter, now) ?? BUSY_MS });
}

/** Without a time of its own, a gateway that is too busy is left alone for so long. */
const BUSY_MS = 60_000;

function addressOf(endpoint: string, ticket: string, secure: boolean): string {
  if (!URL.canParse(endpoint)) throw strange();
  const url = new URL(endpoint);
  if (url.protocol !== "wss:" && (secure || url.protocol !== "ws:")) throw strange();
  url.hash = "";
  url.searchParams.set("ticket", ticket);
  return url.href;
}

function strange(): SendError {
  return new SendError("the gateway's answer names no socket", { next: "retry", code: "bad-answer" });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
