/** `sms_configs`, `voice_configs`, and the `sms_…` and `voice_…` keys of `global`. */
import { z } from "zod";
import { SEVERITIES, type Severity } from "../../alerts/card.ts";
import { complain, named, scalar } from "../../alerts/config-parts.ts";
import { phone } from "../config/people.ts";
import { httpSchema } from "../receivers/http-config.ts";
import { oncall } from "../receivers/robot-config.ts";
import { address } from "../receivers/webhook-config.ts";
import { templateProblem } from "./fill.ts";

/** A message that is read, or a call that is heard. */
export const MEDIA = ["sms", "voice"] as const;

export type Medium = (typeof MEDIA)[number];

/** A number, or somebody of `people:`. */
export type Callee = { readonly phone: string } | { readonly person: string };

const callee = named.transform((text, context): Callee => {
  // `dingtalk:0123`; a number has no colon.
  if (text.includes(":")) return { person: text };
  const found = phone.safeParse(text);
  if (found.success) return { phone: found.data };
  complain(context, {
    zh: '应为手机号 "13800138000"、带国家码的 "+4915112345678"，或 people 里的 id',
    en: 'must be a mobile of China such as "13800138000", a number with its country code such as "+4915112345678", or an id of people',
  });
  return z.NEVER;
});

const template = scalar.superRefine((text, context) => {
  const problem = templateProblem(text);
  if (problem !== undefined) complain(context, problem);
});

/** The text of the answer, or what stands in it, that says yes. */
const ok = z
  .strictObject({ path: named, is: scalar })
  .transform(({ path, is }) => ({ path: path.replace(/^\$?\.?/, ""), is }));

/** All that a gateway may need; which of them it does depends on the provider. */
const gatewayKeys = {
  provider: z.enum(["aliyun", "tencent", "http"]).optional(),
  /** `SecretId` and `SecretKey` at Tencent. */
  access_key_id: named.optional(),
  access_key_secret: named.optional(),
  sign_name: named.optional(),
  /** The code or id of the template that was approved. */
  template: named.optional(),
  /** By name for Aliyun, in their order for Tencent. */
  template_params: z.union([z.record(z.string(), template), z.array(template)]).optional(),
  /** The longest that one variable may be. */
  variable_limit: z.int().min(4).max(500).optional(),
  sdk_app_id: named.optional(),
  region: named.optional(),
  /** Where the cloud is, when it is a private one. */
  endpoint: address.optional(),
  called_show_number: named.optional(),
  play_times: z.int().min(1).max(3).optional(),
  url: address
    .superRefine((text, context) => {
      const problem = templateProblem(text);
      if (problem !== undefined) complain(context, problem);
    })
    .optional(),
  method: z.enum(["GET", "POST"]).optional(),
  headers: z.record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/), scalar).optional(),
  body: template.optional(),
  ok: ok.optional(),
  http_config: httpSchema.optional(),
  /** How many messages a text may become on its way. */
  parts: z.int().min(1).max(5).optional(),
  links: z.boolean().optional(),
  severities: z.array(z.enum(SEVERITIES)).min(1).optional(),
  max_per_hour: z.int().min(1).max(60).optional(),
} as const;

const gateway = z.strictObject(gatewayKeys);

/** What is undefined is said elsewhere, or as usual. Secrets are inside: never logged. */
export type GatewayConfig = z.output<typeof gateway>;

/** One entry of `sms_configs` or `voice_configs`. */
export interface PhoneConfig {
  readonly to: readonly Callee[];
  /** The rotation whose duty is told as well. */
  readonly oncall: string | undefined;
  readonly gateway: GatewayConfig;
}

export const phoneSchema = z
  .strictObject({
    send_resolved: z.boolean().default(false),
    to: z.array(callee).default([]),
    oncall,
    ...gatewayKeys,
  })
  .refine(({ to, oncall: rotation }) => to.length > 0 || rotation !== undefined, {
    path: ["to"],
    message: "must not be empty without oncall",
    params: { zh: "没有 oncall 时不能为空" },
  })
  .transform(({ send_resolved, to, oncall: rotation, ...rest }) => {
    const config: PhoneConfig = { to, oncall: rotation, gateway: rest };
    return { sendResolved: send_resolved, phone: config };
  });

/** `sms_provider` … of `global`. They need no place in its type: `gatewayIn` reads them. */
export const globalPhoneKeys: Record<never, z.ZodType> = Object.fromEntries(
  MEDIA.flatMap((medium) => Object.entries(gatewayKeys).map(([key, schema]) => [`${medium}_${key}`, schema])),
);

/** The defaults of a medium in what `global` says. */
export function gatewayIn(global: object, medium: Medium): GatewayConfig {
  const found = Object.entries(global).filter(([key]) => key.startsWith(`${medium}_`));
  return Object.fromEntries(found.map(([key, value]) => [key.slice(medium.length + 1), value]));
}

/** What an entry says before what `global` says; keys of another provider are not meant for it. */
export function gatewayOf(own: GatewayConfig, global: GatewayConfig): GatewayConfig {
  const { severities, max_per_hour } = global;
  const same = own.provider === undefined || own.provider === global.provider;
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { ...(same ? global : { severities, max_per_hour }), ...said };
}

/** With what nobody says otherwise. */
export const USUAL_SEVERITIES: readonly Severity[] = ["critical"];
export const USUAL_PER_HOUR: Readonly<Record<Medium, number>> = { sms: 6, voice: 4 };
