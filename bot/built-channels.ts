/** The channels that there are, and those of them that the environment sets up. */
import type { Channel } from "../alerts/channel.ts";
import { isSetUp } from "./platforms.ts";
import { SHAPES } from "./webhook/shapes/index.ts";

/** What stands before the colon of an address that can be told. */
export const BUILT_CHANNELS = [
  "console",
  "webhook",
  ...SHAPES,
  "dingtalk",
  "wecom",
  "dingtalk_robot",
  "wecom_robot",
  "wecom_app",
  "wechat",
  "email",
  "sms",
  "voice",
] as const;

/** Those that work with what the environment says. */
export function channelsOf(variables: Parameters<typeof isSetUp>[1]): ReadonlySet<string> {
  const isReady = (name: string): boolean =>
    name === "dingtalk" || name === "wecom" || name === "wechat" ? isSetUp(name, variables) : true;
  return new Set(BUILT_CHANNELS.filter(isReady));
}

/** Channels whose messages go to one person at a time, and cost them something. */
const PERSONAL = new Set(["email", "sms", "voice", "wecom_app"]);

/** Whether a group of people reads along at an address. */
export function isRead(address: string, channels: Readonly<Record<string, Channel>>): boolean {
  const name = address.slice(0, Math.max(0, address.indexOf(":")));
  return !PERSONAL.has(name) && channels[name] !== undefined && channels[name].machine !== true;
}
