/** `receivers:` as `alertmanager.yml` has it, with ours beside Alertmanager's. */
import { z } from "zod";
import type { Severity } from "../../alerts/card.ts";
import { distinctNames, named } from "../../alerts/config-parts.ts";
import { type EmailConfig, emailSchema } from "../email/config.ts";
import { MEDIA, type Medium, type PhoneConfig, phoneSchema } from "../phone/config.ts";
import type { ShapeName } from "../webhook/shapes/index.ts";
import { dingTalkTargetSchema } from "./dingtalk-config.ts";
import { type DingTalkRobotConfig, dingTalkRobotSchema } from "./dingtalk-robot-config.ts";
import { type ShapedConfig, type WebhookConfig, webhookSchema } from "./webhook-config.ts";
import { weChatTargetSchema } from "./wechat-config.ts";
import { type WeComAppConfig, weComAppSchema } from "./wecom-app-config.ts";
import { weComTargetSchema } from "./wecom-config.ts";
import { type WeComRobotConfig, weComRobotSchema } from "./wecom-robot-config.ts";

/** One target of a receiver as the file has it. */
export type TargetConfig =
  | { readonly channel: "console"; readonly conversation: string; readonly sendResolved: boolean }
  | { readonly channel: "webhook"; readonly sendResolved: boolean; readonly webhook: WebhookConfig }
  | { readonly channel: ShapeName; readonly sendResolved: boolean; readonly hook: ShapedConfig }
  | {
      readonly channel: "dingtalk";
      readonly conversation: string;
      readonly sendResolved: boolean;
      readonly standIns: readonly DingTalkRobotConfig[];
      /** The rotation whose duty is mentioned. */
      readonly oncall: string | undefined;
      /** How bad it has to be for that. */
      readonly atOn: readonly Severity[];
    }
  | {
      readonly channel: "wechat";
      readonly conversation: string;
      readonly sendResolved: boolean;
      /** The rotation whose duty is mentioned. */
      readonly oncall: string | undefined;
      /** How bad it has to be for that. */
      readonly atOn: readonly Severity[];
    }
  | {
      readonly channel: "wecom";
      readonly conversation: string;
      readonly sendResolved: boolean;
      readonly standIns: readonly WeComRobotConfig[];
    }
  | {
      readonly channel: "dingtalk_robot";
      readonly sendResolved: boolean;
      readonly robot: DingTalkRobotConfig;
    }
  | { readonly channel: "email"; readonly sendResolved: boolean; readonly email: EmailConfig }
  | { readonly channel: "wecom_robot"; readonly sendResolved: boolean; readonly robot: WeComRobotConfig }
  | { readonly channel: "wecom_app"; readonly sendResolved: boolean; readonly app: WeComAppConfig }
  | { readonly channel: Medium; readonly sendResolved: boolean; readonly phone: PhoneConfig };

export interface ReceiverConfig {
  readonly name: string;
  readonly fallback: string | undefined;
  /** In the order of the channels in `CHANNELS`, then of the file. */
  readonly targets: readonly TargetConfig[];
  /** The words of Alertmanager's receivers that Gengfu does not have, as they stand there: `slack_configs`. */
  readonly unsupported: readonly string[];
}

/** What Alertmanager has and Gengfu has not, and what comes close to it. */
export const UNSUPPORTED: Readonly<Record<string, { readonly called: string; readonly instead?: string }>> = {
  discord_configs: { called: "Discord" },
  incidentio_configs: { called: "incident.io" },
  jira_configs: { called: "Jira" },
  mattermost_configs: { called: "Mattermost" },
  msteams_configs: { called: "Microsoft Teams" },
  msteamsv2_configs: { called: "Microsoft Teams" },
  opsgenie_configs: { called: "Opsgenie" },
  pagerduty_configs: { called: "PagerDuty" },
  pushover_configs: { called: "Pushover" },
  rocketchat_configs: { called: "Rocket.Chat" },
  slack_configs: { called: "Slack", instead: "webhook_configs (shape: slack)" },
  sns_configs: { called: "Amazon SNS" },
  telegram_configs: { called: "Telegram" },
  victorops_configs: { called: "VictorOps" },
  webex_configs: { called: "Webex" },
  wechat_configs: { called: "WeChat", instead: "wecom_app_configs" },
};

/** `console:ops` and `ops` are the same conversation. */
const console = z.strictObject({ conversation: named, send_resolved: z.boolean().default(true) }).transform(
  ({ conversation, send_resolved }): TargetConfig => ({
    channel: "console",
    conversation: conversation.replace(/^console:/, ""),
    sendResolved: send_resolved,
  }),
);

const webhook = webhookSchema.transform(
  ({ sendResolved, ...config }): TargetConfig =>
    "shape" in config
      ? { channel: config.shape, sendResolved, hook: config }
      : { channel: "webhook", sendResolved, webhook: config },
);

const dingTalk = dingTalkTargetSchema.transform(
  (config): TargetConfig => ({ channel: "dingtalk", ...config }),
);

const weCom = weComTargetSchema.transform((config): TargetConfig => ({ channel: "wecom", ...config }));

const weChat = weChatTargetSchema.transform((config): TargetConfig => ({ channel: "wechat", ...config }));

const dingTalkRobot = dingTalkRobotSchema.transform(
  (config): TargetConfig => ({ channel: "dingtalk_robot", ...config }),
);

const weComRobot = weComRobotSchema.transform(
  (config): TargetConfig => ({ channel: "wecom_robot", ...config }),
);

const weComApp = weComAppSchema.transform((config): TargetConfig => ({ channel: "wecom_app", ...config }));
const email = emailSchema.transform((config): TargetConfig => ({ channel: "email", ...config }));

function phone(medium: Medium): Targets {
  return z.array(phoneSchema.transform((config): TargetConfig => ({ channel: medium, ...config })));
}

type Targets = z.ZodType<readonly TargetConfig[]>;

const channels: Readonly<Record<string, Targets>> = {
  console_configs: z.array(console),
  webhook_configs: z.array(webhook),
  dingtalk_configs: z.array(dingTalk),
  wecom_configs: z.array(weCom),
  wechaty_configs: z.array(weChat),
  dingtalk_robot_configs: z.array(dingTalkRobot),
  wecom_robot_configs: z.array(weComRobot),
  wecom_app_configs: z.array(weComApp),
  email_configs: z.array(email),
  ...Object.fromEntries(MEDIA.map((medium) => [`${medium}_configs`, phone(medium)])),
};

const shape: Record<string, z.ZodType> = {};
for (const [word, schema] of Object.entries(channels)) shape[word] = schema.optional();
for (const word of Object.keys(UNSUPPORTED)) shape[word] = z.unknown().optional();

const receiver = z
  .strictObject({ name: named, fallback: named.optional() })
  .extend(shape as Record<never, z.ZodType>)
  .transform((one): ReceiverConfig => {
    const rest: Readonly<Record<string, unknown>> = one;
    return {
      name: one.name,
      fallback: one.fallback,
      targets: Object.keys(channels).flatMap(
        (word) => (rest[word] as readonly TargetConfig[] | undefined) ?? [],
      ),
      unsupported: Object.keys(UNSUPPORTED).filter((word) => !isEmpty(rest[word])),
    };
  });

/** The word that a channel's targets stand under. Alertmanager's own for WeChat means an application of WeCom. */
export function configsOf(channel: string): string {
  return `${channel === "wechat" ? "wechaty" : channel}_configs`;
}

export const receiversSchema = z.array(receiver).superRefine(distinctNames);

/** `slack_configs:` without entries asks for nothing. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
