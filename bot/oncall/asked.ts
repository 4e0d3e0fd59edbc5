/** Which targets of a `gengfu.yml` tell whoever is on call. */
import type { Severity } from "../../alerts/card.ts";
import type { FileConfig } from "../config.ts";
import { addressed } from "../plan-of.ts";
import type { TargetConfig } from "../receivers/receivers-config.ts";

/** What a target asks of on call. */
export interface Asked {
  readonly rotations: readonly string[];
  /** It tells nobody besides. */
  readonly alone: boolean;
  /** How bad it has to be for anybody to be mentioned, where a group is told; undefined: people are told themselves. */
  readonly on: readonly Severity[] | undefined;
}

/** What the targets of a file ask for, by their addresses. */
export function askedIn({ receivers }: Pick<FileConfig, "receivers">): ReadonlyMap<string, Asked> {
  const found = new Map<string, Asked>();
  for (const { address, together } of receivers.flatMap(addressed)) {
    const asked = together.flatMap(askedBy);
    const rotations = [...new Set(asked.flatMap((one) => one.rotations))];
    const on = asked.flatMap((one) => one.on ?? []);
    if (rotations.length > 0)
      found.set(address, {
        rotations,
        alone: together.every((target) => askedBy(target).some((one) => one.alone)),
        on: asked.some((one) => one.on !== undefined) ? on : undefined,
      });
  }
  return found;
}

/** What one target asks for; none: it names no rotation. */
function askedBy(target: TargetConfig): readonly Asked[] {
  const asked = (rotation: string | undefined, more: Omit<Asked, "rotations">): readonly Asked[] =>
    rotation === undefined ? [] : [{ rotations: [rotation], ...more }];
  switch (target.channel) {
    case "dingtalk":
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
    default:
      return [];
  }
}
