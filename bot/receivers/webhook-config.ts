/** `webhook_configs` as `alertmanager.yml` has them, with a signature of ours. */
import { z } from "zod";
import { complain, duration, named } from "../../alerts/config-parts.ts";
import { type HttpConfig, httpSchema } from "./http-config.ts";

/** Where to post, and how. The address may hold a secret: never logged. */
export interface WebhookConfig {
  readonly url: string;
  readonly sendResolved: boolean;
  /** More alerts than this are cut off and counted; 0: none is. */
  readonly maxAlerts: number;
  /** undefined: the usual. */
  readonly timeoutMs: number | undefined;
  /** undefined: as `global` says. */
  readonly http: HttpConfig | undefined;
  /** When there, the body is signed with it (HMAC-SHA256). */
  readonly hmacSecret: string | undefined;
}

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
    max_alerts: z.int().nonnegative().default(0),
    timeout: duration.default(0),
    http_config: httpSchema.optional(),
    hmac_secret: named.optional(),
  })
  .transform(
    (one): WebhookConfig => ({
      url: one.url,
      sendResolved: one.send_resolved,
      maxAlerts: one.max_alerts,
      timeoutMs: one.timeout === 0 ? undefined : one.timeout,
      http: one.http_config,
      hmacSecret: one.hmac_secret,
    }),
  );
