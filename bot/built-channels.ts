/** The channels that there are, and those of them that the environment sets up. */
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
  "email",
  "sms",
  "voice",
] as const;

/** Those that work with what the environment says. */
export function channelsOf(variables: Parameters<typeof isSetUp>[1]): ReadonlySet<string> {
  const isReady = (name: string): boolean =>
    name === "dingtalk" || name === "wecom" ? isSetUp(name, variables) : true;
  return new Set(BUILT_CHANNELS.filter(isReady));
}
