/** Where somebody is reached on each channel. Pure. */
import type { Human } from "../../alerts/oncall/humans.ts";

/** What somebody is known by on a channel; undefined: they cannot be reached there. */
export function reachedOn(channel: string, human: Human): string | undefined {
  switch (channel) {
    case "dingtalk":
      return accountOn("dingtalk", human);
    case "dingtalk_robot":
      return accountOn("dingtalk", human) ?? mobileOf(human);
    case "wecom":
    case "wecom_robot":
      return accountOn("wecom", human) ?? mobileOf(human);
    case "wecom_app":
      return accountOn("wecom", human);
    case "wechat":
      return accountOn("wechat", human);
    case "email":
      return human.email;
    case "sms":
    case "voice":
      return human.phone;
    default:
      return undefined;
  }
}

/** The id that a platform knows them by. */
export function accountOn(platform: string, { ids }: Human): string | undefined {
  return ids.find((id) => id.startsWith(`${platform}:`))?.slice(platform.length + 1);
}

/** A mobile as the robots of both platforms take it: of China, without its code. */
export function mobileOf({ phone }: Human): string | undefined {
  return /^\+86(1[3-9]\d{9})$/.exec(phone ?? "")?.[1];
}
