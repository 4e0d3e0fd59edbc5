/** Which rotation a target of a receiver names: whoever is on call is told. */
import type { Severity } from "../../alerts/card.ts";
import type { TargetConfig } from "./receivers-config.ts";

/** What a target asks of on call. */
export interface Asked {
  readonly rotations: readonly string[];
  /** It tells nobody besides. */
  readonly alone: boolean;
  /** How bad it has to be for anybody to be mentioned, where a group is told; undefined: people are told themselves. */
  readonly on: readonly Severity[] | undefined;
}

/** What one target asks for; none: it names no rotation. */
export function askedBy(target: TargetConfig): readonly Asked[] {
  const asked = (rotation: string | undefined, more: Omit<Asked, "rotations">): readonly Asked[] =>
    rotation === undefined ? [] : [{ rotations: [rotation], ...more }];
  switch (target.channel) {
    case "dingtalk":
    case "wechat":
      return asked(target.oncall, { alone: false, on: target.atOn });
    case "dingtalk_robot":
      return asked(target.robot.oncall, { alone: false, on: target.robot.atOn });
    case "wecom_robot":
      return asked(target.robot.oncall, { alone: false, on: target.robot.mentionOn });
    case "wecom":
      // The bot mentions nobody; the robots beside it do.
      return target.standIns.flatMap((robot) => asked(robot.oncall, { alone: false, on: robot.mentionOn }));
    case "wecom_app": {
      const { users, parties, tags, oncall } = target.app;
      return asked(oncall, { alone: users.length + parties.length + tags.length === 0, on: undefined });
    }
    case "email":
      return asked(target.email.oncall, { alone: target.email.to.length === 0, on: undefined });
    case "sms":
    case "voice":
      return asked(target.phone.oncall, { alone: target.phone.to.length === 0, on: undefined });
    default:
      return [];
  }
}
