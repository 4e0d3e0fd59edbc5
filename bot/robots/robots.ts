/** The robots that a `gengfu.yml` names, by the addresses of their targets, and the channels that speak by them. */
import type { Channel } from "../../alerts/channel.ts";
import type { Clock } from "../../storage/clock.ts";
import type { Locale } from "../../storage/locale.ts";
import type { FileConfig } from "../config.ts";
import { type DingTalkRobot, dingTalkRobotChannel } from "../dingtalk/robot/channel.ts";
import type { Environment } from "../environment.ts";
import { orEnvironment } from "../http-client/proxy.ts";
import { addressed } from "../plan-of.ts";
import type { DingTalkRobotConfig } from "../receivers/dingtalk-robot-config.ts";
import { withoutCredentials } from "../receivers/http-config.ts";
import type { TargetConfig } from "../receivers/receivers-config.ts";
import type { WeComRobotConfig } from "../receivers/wecom-robot-config.ts";
import { type WeComRobot, weComRobotChannel } from "../wecom/robot/channel.ts";

export interface Robots {
  readonly dingTalk: ReadonlyMap<string, readonly DingTalkRobot[]>;
  readonly weCom: ReadonlyMap<string, readonly WeComRobot[]>;
}

/** Where a robot is found whose token alone is given. */
export type RobotBases = Pick<Environment, "DINGTALK_OAPI_BASE" | "WECOM_API_BASE">;

export function robotsOf(config: Pick<FileConfig, "receivers" | "global">, bases: RobotBases): Robots {
  const dingTalk = new Map<string, readonly DingTalkRobot[]>();
  const weCom = new Map<string, readonly WeComRobot[]>();
  // What the platforms are reached through is as a rule what everything is: a file need not repeat it.
  const http = orEnvironment(withoutCredentials(config.global.http));
  const dingTalkBase = bases.DINGTALK_OAPI_BASE ?? "https://oapi.dingtalk.com";
  const weComBase = bases.WECOM_API_BASE ?? "https://qyapi.weixin.qq.com";
  for (const { address, together } of config.receivers.flatMap(addressed)) {
    const ofDingTalk = together.flatMap(dingTalkRobotsIn).map((robot): DingTalkRobot => {
      const { url = addressIn(dingTalkBase, "/robot/send", "access_token", robot.token) } = robot;
      return { ...robot, url, http };
    });
    const ofWeCom = together.flatMap(weComRobotsIn).map((robot): WeComRobot => {
      const { url = addressIn(weComBase, "/cgi-bin/webhook/send", "key", robot.token) } = robot;
      return { ...robot, url, http };
    });
    if (ofDingTalk.length > 0) dingTalk.set(address, ofDingTalk);
    if (ofWeCom.length > 0) weCom.set(address, ofWeCom);
  }
  return { dingTalk, weCom };
}

/** Those that speak, and those that stand in for the app in a group. */
function dingTalkRobotsIn(target: TargetConfig): readonly DingTalkRobotConfig[] {
  if (target.channel === "dingtalk_robot") return [target.robot];
  return target.channel === "dingtalk" ? target.standIns : [];
}

/** Those that speak, and those that stand in for the bot in a group. */
function weComRobotsIn(target: TargetConfig): readonly WeComRobotConfig[] {
  if (target.channel === "wecom_robot") return [target.robot];
  return target.channel === "wecom" ? target.standIns : [];
}

/** The channels of both platforms. */
export function robotChannels({
  find,
  clock,
  locale,
  dingTalkCalled = () => {},
}: {
  /** Those of the file that is in force. */
  find(): Robots;
  readonly clock: Clock;
  readonly locale: Locale;
  /** A robot of DingTalk was called: it takes from the organisation's calls of the month. */
  dingTalkCalled?(): void;
}): { readonly dingtalk_robot: Channel; readonly wecom_robot: Channel } {
  return {
    dingtalk_robot: dingTalkRobotChannel({
      find: (address) => find().dingTalk.get(address),
      called: dingTalkCalled,
      clock,
      locale,
    }),
    wecom_robot: weComRobotChannel({ find: (address) => find().weCom.get(address), clock, locale }),
  };
}

function addressIn(base: string, path: string, name: string, token: string): string {
  return `${base.replace(/\/+$/, "")}${path}?${new URLSearchParams({ [name]: token }).toString()}`;
}
