/** `global:` as `alertmanager.yml` has it. */
import { z } from "zod";
import { positiveDuration } from "../../alerts/config-parts.ts";
import { smtpKeys, smtpOf } from "../email/config.ts";
import { type GatewayConfig, gatewayIn, globalPhoneKeys, type Medium } from "../phone/config.ts";
import { httpSchema, PLAIN_HTTP } from "./http-config.ts";

/** Keys of services that Gengfu does not have: an existing file may keep them, they do nothing. */
const ELSEWHERE = [
  "jira_api_url",
  "slack_api_url",
  "slack_api_url_file",
  "slack_app_token",
  "slack_app_token_file",
  "slack_app_url",
  "pagerduty_url",
  "opsgenie_api_url",
  "opsgenie_api_key",
  "opsgenie_api_key_file",
  "wechat_api_url",
  "wechat_api_secret",
  "wechat_api_secret_file",
  "wechat_api_corp_id",
  "victorops_api_url",
  "victorops_api_key",
  "victorops_api_key_file",
  "telegram_api_url",
  "telegram_bot_token",
  "telegram_bot_token_file",
  "webex_api_url",
  "rocketchat_api_url",
  "rocketchat_token",
  "rocketchat_token_file",
  "rocketchat_token_id",
  "rocketchat_token_id_file",
  "mattermost_webhook_url",
  "mattermost_webhook_url_file",
] as const;

// They need no place in the type: nobody reads them.
const elsewhere: Record<never, z.ZodType> = Object.fromEntries(
  ELSEWHERE.map((key) => [key, z.unknown().optional()]),
);

export const globalSchema = z
  .strictObject({
    resolve_timeout: positiveDuration.default(5 * 60_000),
    http_config: httpSchema.default(PLAIN_HTTP),
    ...smtpKeys,
  })
  .extend(elsewhere)
  .extend(globalPhoneKeys)
  .transform((one) => ({
    /** How long an alert of an API that names no end is taken to fire, in milliseconds. */
    resolveTimeoutMs: one.resolve_timeout,
    http: one.http_config,
    /** What mail receivers do not say themselves. */
    smtp: smtpOf(one),
    /** What phone receivers do not say themselves. */
    phone: { sms: gatewayIn(one, "sms"), voice: gatewayIn(one, "voice") } satisfies Record<
      Medium,
      GatewayConfig
    >,
  }));
