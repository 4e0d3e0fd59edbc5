/** Who may knock: the token, requests that other sites make browsers send, and names rebound to this machine. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Middleware } from "koa";
import { ACKNOWLEDGE_PATH } from "../email/links.ts";
import { isLoopback } from "../environment.ts";
import { hookPaths } from "../hooks/index.ts";
import { CALLBACK_PATH } from "../wecom/app/callback.ts";
import { DoorError } from "./door-error.ts";
import { FLOWS } from "./flow-doors.ts";

/** No script, style, picture or connection but our own; nobody may frame the page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PROBES = new Set(["/healthz", "/readyz", "/-/healthy", "/-/ready"]);

/** What a guard looks at; Koa's context has it. */
export interface Knock {
  readonly method: string;
  readonly path: string;
  /** A header by its name in lower case; "" when there is none. */
  get(name: string): string;
}

/** Throws a DoorError at whom it does not let in. */
export type Guard = (knock: Knock) => void;

/** The headers of every answer that says anything. */
export const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Sets them. */
export const setHeaders: Middleware = (ctx, next) => {
  ctx.set(HEADERS);
  return next();
};

/** Guards in the onion. */
export function guarded(guards: readonly Guard[]): Middleware {
  return (ctx, next) => {
    for (const guard of guards) guard(ctx);
    return next();
  };
}

/**
 * Refuses names that are not this machine's: a page whose own name is pointed at 127.0.0.1 would otherwise be
 * "same origin" (DNS rebinding). Only asked while the door is on loopback and no token guards it; doors that ask for a
 * token of their own are guarded by that.
 */
export const checkHost: Guard = (knock) => {
  const name = hostname(knock.get("host"));
  if (!asksItself(knock) && !isLoopback(name) && !name.endsWith(".localhost"))
    throw new DoorError(403, {
      zh: `拒绝：Host “${knock.get("host")}” 不是本机地址。经反向代理访问请设置 API_TOKEN。`,
      en: `Refused: Host “${knock.get("host")}” is not this machine. To come through a proxy, set API_TOKEN.`,
    });
};

/** Refuses changes that another site made a browser send. Programs send neither header and may pass. */
export const checkOrigin: Guard = (knock) => {
  if (knock.method === "GET" || knock.method === "HEAD" || knock.method === "OPTIONS") return;
  // What a link from a mail carries is known to nobody else, and no cookie goes with it. A proxy may change the host.
  if (knock.path === ACKNOWLEDGE_PATH) return;
  const site = knock.get("sec-fetch-site");
  const origin = knock.get("origin");
  const foreign =
    (site !== "" && site !== "same-origin" && site !== "none") ||
    (origin !== "" && originHost(origin) !== knock.get("host").toLowerCase());
  if (foreign)
    throw new DoorError(403, {
      zh: "拒绝：请求来自另一个网站。",
      en: "Refused: the request comes from another site.",
    });
};

/**
 * Asks for `Authorization: Bearer <token>` everywhere but at the probes, the page and what the page is made of, and
 * the doors that ask for a token of their own.
 */
export function checkToken(token: string): Guard {
  const wanted = digest(`Bearer ${token}`);
  return (knock) => {
    if (isOpen(knock) || timingSafeEqual(digest(knock.get("authorization")), wanted)) return;
    throw new DoorError(
      401,
      {
        zh: "需要令牌：请在请求头 Authorization: Bearer 里给出 API_TOKEN。",
        en: "A token is needed: give API_TOKEN in the header Authorization: Bearer.",
      },
      { "www-authenticate": "Bearer" },
    );
  };
}

function isOpen(knock: Knock): boolean {
  if (asksItself(knock)) return true;
  if (knock.method !== "GET" && knock.method !== "HEAD") return false;
  // A browser's first visit cannot carry the header; the page holds no data and asks for the token itself.
  return PROBES.has(knock.path) || knock.path === "/" || knock.path.startsWith("/assets/");
}

/** Each sender has a token of its own here, or signs with one, and none knows API_TOKEN; so has each link in a mail. */
function asksItself(knock: Knock): boolean {
  if (knock.path === ACKNOWLEDGE_PATH) return true;
  if (knock.path === CALLBACK_PATH) return knock.method === "GET" || knock.method === "POST";
  // What is pinged is an address that nobody can guess.
  if (knock.path.startsWith("/ping/") || knock.path.startsWith("/api/push/")) return true;
  // A calendar subscribes to an address with a token in it.
  if (knock.path.startsWith("/oncall/")) return knock.method === "GET" || knock.method === "HEAD";
  return knock.method === "POST" && (hookPaths.has(knock.path) || knock.path.startsWith(FLOWS));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function hostname(host: string): string {
  const bare = host.toLowerCase().replace(/:\d+$/, "");
  return bare.startsWith("[") && bare.endsWith("]") ? bare.slice(1, -1) : bare;
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
