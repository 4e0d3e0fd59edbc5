/** Who may knock: the token, requests that other sites make browsers send, and names rebound to this machine. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, Middleware } from "koa";
import { isLoopback } from "../environment.ts";
import { hookPaths } from "../hooks/index.ts";
import { DoorError } from "./door-error.ts";

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

/** Sets the headers that every answer carries. */
export const setHeaders: Middleware = (ctx, next) => {
  ctx.set({
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  });
  return next();
};

/**
 * Refuses names that are not this machine's: a page whose own name is pointed at 127.0.0.1 would otherwise be
 * "same origin" (DNS rebinding). Only asked while the door is on loopback and no token guards it; doors that ask for a
 * token of their own are guarded by that.
 */
export const checkHost: Middleware = (ctx, next) => {
  const name = hostname(ctx.get("host"));
  if (!asksItself(ctx) && !isLoopback(name) && !name.endsWith(".localhost"))
    throw new DoorError(403, {
      zh: `拒绝：Host “${ctx.get("host")}” 不是本机地址。经反向代理访问请设置 API_TOKEN。`,
      en: `Refused: Host “${ctx.get("host")}” is not this machine. To come through a proxy, set API_TOKEN.`,
    });
  return next();
};

/** Refuses changes that another site made a browser send. Programs send neither header and may pass. */
export const checkOrigin: Middleware = (ctx, next) => {
  if (ctx.method === "GET" || ctx.method === "HEAD" || ctx.method === "OPTIONS") return next();
  const site = ctx.get("sec-fetch-site");
  const origin = ctx.get("origin");
  const foreign =
    (site !== "" && site !== "same-origin" && site !== "none") ||
    (origin !== "" && originHost(origin) !== ctx.get("host").toLowerCase());
  if (foreign)
    throw new DoorError(403, {
      zh: "拒绝：请求来自另一个网站。",
      en: "Refused: the request comes from another site.",
    });
  return next();
};

/**
 * Asks for `Authorization: Bearer <token>` everywhere but at the probes, the page and what the page is made of, and
 * the doors that ask for a token of their own.
 */
export function checkToken(token: string): Middleware {
  const wanted = digest(`Bearer ${token}`);
  return (ctx, next) => {
    if (isOpen(ctx) || timingSafeEqual(digest(ctx.get("authorization")), wanted)) return next();
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

function isOpen(ctx: Context): boolean {
  if (asksItself(ctx)) return true;
  if (ctx.method !== "GET" && ctx.method !== "HEAD") return false;
  // A browser's first visit cannot carry the header; the page holds no data and asks for the token itself.
  return PROBES.has(ctx.path) || ctx.path === "/" || ctx.path.startsWith("/assets/");
}

/** Each sender has a token of its own here, and none knows API_TOKEN. */
function asksItself(ctx: Context): boolean {
  // What is pinged is an address that nobody can guess.
  if (ctx.path.startsWith("/ping/") || ctx.path.startsWith("/api/push/")) return true;
  return ctx.method === "POST" && hookPaths.has(ctx.path);
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
