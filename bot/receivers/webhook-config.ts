/** `webhook_configs` as `alertmanager.yml` has them, with a signature of ours. */
import { z } from "zod";
import type { Severity } from "../../alerts/card.ts";
import { complain, duration, named, scalar } from "../../alerts/config-parts.ts";
import { SHAPES, type ShapeName, shapes } from "../webhook/shapes/index.ts";
import { type HttpConfig, httpSchema } from "./http-config.ts";
import { mentionsOn } from "./robot-config.ts";

/** Where to post, and how. The address may hold a secret: never logged. */
export interface WebhookConfig {
  readonly url: string;
  /** More alerts than this are cut off and counted; 0: none is. */
  readonly maxAlerts: number;
  /** undefined: the usual. */
  readonly timeoutMs: number | undefined;
  /** undefined: as `global` says. */
  readonly http: HttpConfig | undefined;
  /** When there, the body is signed with it (HMAC-SHA256). */
  readonly hmacSecret: string | undefined;
}

/** A hook of another product that is posted messages for people. Address and secret are secrets: never logged. */
export interface ShapedConfig {
  readonly shape: ShapeName;
  readonly url: string;
  readonly secret: string | undefined;
  /** undefined: the usual. */
  readonly timeoutMs: number | undefined;
  /** undefined: as `global` says. */
  readonly http: HttpConfig | undefined;
  /** Whom trouble mentions, as the product names them. */
  readonly at: readonly string[];
  /** How bad it has to be for anybody to be mentioned. */
  readonly atOn: readonly Severity[];
}

/** Which options belong to Alertmanager's body, and which to the messages of a shape. */
const OF_THE_BODY = ["max_alerts", "hmac_secret"] as const;
const OF_A_SHAPE = ["secret", "at", "at_on"] as const;

/** An address to ask or post to. It may hold a secret, so what is wrong with it is said without it. */
export const address = named.superRefine((text, context) => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    complain(context, {
      zh: "应为 http:// 或 https:// 开头的网址",
      en: "must be an address that begins with http:// or https://",
    });
});

export const webhookSchema = z
  .strictObject({
    send_resolved: z.boolean().default(true),
    url: address,
    shape: z.enum(["alertmanager", ...SHAPES]).default("alertmanager"),
    max_alerts: z.int().nonnegative().optional(),
    timeout: duration.default(0),
    http_config: httpSchema.optional(),
    hmac_secret: named.optional(),
    secret: named.optional(),
    at: z.array(scalar).max(20).optional(),
    at_on: mentionsOn.removeDefault().optional(),
  })
  .superRefine((one, context) => {
    const shaped = one.shape !== "alertmanager";
    const strangers: readonly (keyof typeof one)[] = shaped ? OF_THE_BODY : OF_A_SHAPE;
    for (const key of strangers)
      if (one[key] !== undefined)
        complain(
          context,
          shaped
            ? { zh: `shape: ${one.shape} 没有这个选项`, en: `means nothing with shape: ${one.shape}` }
            : { zh: "只在写了 shape 时才有意义", en: "means something only with a shape" },
          [key],
        );
    if (one.shape !== "alertmanager" && one.secret !== undefined && !shapes[one.shape].signs)
      complain(
        context,
        { zh: `${shapes[one.shape].called} 不签名`, en: `${shapes[one.shape].called} signs nothing` },
        ["secret"],
      );
  })
  .transform((one): { readonly sendResolved: boolean } & (WebhookConfig | ShapedConfig) => {
    const { url, shape, send_resolved: sendResolved, http_config: http } = one;
    const timeoutMs = one.timeout === 0 ? undefined : one.timeout;
    if (shape === "alertmanager")
      return {
        sendResolved,
        url,
        maxAlerts: one.max_alerts ?? 0,
        timeoutMs,
        http,
        hmacSecret: one.hmac_secret,
      };
    const { secret, at = [], at_on: atOn = ["critical"] } = one;
    return { sendResolved, shape, url, secret, timeoutMs, http, at, atOn };
  });
