/** What the schema of one phone receiver cannot see: what only `global` says, and who in `people:` has no number. */
import { createRequire } from "node:module";
import { humansOf, type ListedPerson } from "../../alerts/oncall/humans.ts";
import type { Problem } from "../config/error.ts";
import type { ReceiverConfig } from "../receivers/receivers-config.ts";
import { type GatewayConfig, gatewayOf, type Medium, type PhoneConfig } from "./config.ts";
import { PACKAGES } from "./packages.ts";

/** What each provider must know. */
const NEEDED: Readonly<
  Record<NonNullable<GatewayConfig["provider"]>, Readonly<Record<Medium, readonly (keyof GatewayConfig)[]>>>
> = {
  aliyun: {
    sms: ["access_key_id", "access_key_secret", "sign_name", "template"],
    voice: ["access_key_id", "access_key_secret", "template"],
  },
  tencent: {
    sms: ["access_key_id", "access_key_secret", "sdk_app_id", "sign_name", "template"],
    voice: ["access_key_id", "access_key_secret", "sdk_app_id", "template"],
  },
  http: { sms: ["url"], voice: ["url"] },
};

export function phoneProblems(config: {
  readonly receivers: readonly ReceiverConfig[];
  readonly people: readonly ListedPerson[];
  readonly global: { readonly phone: Readonly<Record<Medium, GatewayConfig>> };
}): readonly Problem[] {
  const humans = humansOf(config.people);
  const numberless = ({ to }: PhoneConfig, path: string): readonly Problem[] =>
    to.flatMap((one, n) => {
      if ("phone" in one || humans.of(one.person).phone !== undefined) return [];
      return [
        {
          path: `${path}.to[${n}]`,
          text: {
            zh: `people 里没有 '${one.person}' 的 phone`,
            en: `people: has no phone of '${one.person}'`,
          },
        },
      ];
    });
  return config.receivers.flatMap(({ targets }, i) => {
    const counts = { sms: 0, voice: 0 };
    return targets.flatMap((target) => {
      if (target.channel !== "sms" && target.channel !== "voice") return [];
      const { channel: medium, phone } = target;
      const path = `receivers[${i}].${medium}_configs[${counts[medium]++}]`;
      const gateway = gatewayOf(phone.gateway, config.global.phone[medium]);
      return [...missing(gateway, medium, path), ...misfits(gateway, path), ...numberless(phone, path)];
    });
  });
}

/** The packages of the clouds, where the installation left them out. `path` is the receiver's. */
export function phoneNotes(
  { targets }: ReceiverConfig,
  path: string,
  global: Readonly<Record<Medium, GatewayConfig>>,
  isInstalled: (name: string) => boolean = canResolve,
): readonly Problem[] {
  return targets.flatMap((target) => {
    if (target.channel !== "sms" && target.channel !== "voice") return [];
    const { provider } = gatewayOf(target.phone.gateway, global[target.channel]);
    if (provider === undefined || provider === "http") return [];
    const name = PACKAGES[provider];
    if (isInstalled(name)) return [];
    return [
      {
        path: `${path}.${target.channel}_configs`,
        text: {
          zh: `没有安装 ${name}，暂时不会发送：npm install ${name}`,
          en: `${name} is not installed, so nothing is sent there: npm install ${name}`,
        },
      },
    ];
  });
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function missing(gateway: GatewayConfig, medium: Medium, path: string): readonly Problem[] {
  const needed = gateway.provider === undefined ? (["provider"] as const) : NEEDED[gateway.provider][medium];
  return needed
    .filter((key) => gateway[key] === undefined)
    .map((key) => ({
      path: `${path}.${key}`,
      text: {
        zh: `没有写，global 里也没有 ${medium}_${key}`,
        en: `is missing, and so is ${medium}_${key} of global`,
      },
    }));
}

/** Aliyun's variables have names, Tencent's have places. */
function misfits({ provider, template_params: params }: GatewayConfig, path: string): readonly Problem[] {
  if (params === undefined || provider === undefined || provider === "http") return [];
  if (Array.isArray(params) === (provider === "tencent")) return [];
  const text =
    provider === "tencent"
      ? {
          zh: '腾讯云的变量没有名字，应为列表 ["{{number}}", …]',
          en: "must be a list: variables of Tencent Cloud have no names",
        }
      : {
          zh: '阿里云的变量有名字，应为 { number: "{{number}}", … }',
          en: "must be names with values: variables of Aliyun have names",
        };
  return [{ path: `${path}.template_params`, text }];
}
